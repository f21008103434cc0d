//! Records with several secrets in every text field, seeded: the most that a record of this size gives to redact.

use fastrand::Rng;
use std::fmt::Write as _;

/// What must not leave: all that [`Records`] and [`workload::Lines`](crate::workload::Lines) hide in theirs.
pub const SECRETS: [&str; 11] = [
    "@example.com",
    "4111 1111 1111 1111",
    "5555555555554444",
    "078-05-1120",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "eyJzdWIiOiIxIn0",
    "c2lnbmF0dXJl",
    "hunter2secret",
    "s3cr3tpassw0rd",
];

/// Phrases that hold one of [`SECRETS`] each.
const PHRASES: [&str; 10] = [
    "sent to ada@example.com",
    "sent to grace@example.com",
    "card 4111 1111 1111 1111 was declined",
    "card 5555555555554444 was charged",
    "the SSN 078-05-1120 is known",
    "key sk_live_4eC39HqLyjWDarjtT1zdp7dc refused",
    "key AKIAIOSFODNN7EXAMPLE refused",
    "pushed with ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "login with password=hunter2secret failed",
];

/// Fields with phrases in them.
const FIELDS: [&str; 6] = ["message", "request", "response", "error", "note", "detail"];

/// Secrets of one field.
const PER_FIELD: usize = 3;

/// Records as Fluent Bit hands them to a filter, the JSON of the application in `log`.
pub struct Records {
    rng: Rng,
}

impl Records {
    /// The same records for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Records {
        Records { rng: Rng::with_seed(seed) }
    }
}

impl Iterator for Records {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut body = String::from(r#"{"level": "INFO", "operation": "audit""#);
        for field in FIELDS {
            let _ = write!(body, r#", "{field}": "https://app:s3cr3tpassw0rd@db/x"#);
            for _ in 0..PER_FIELD {
                let _ = write!(body, ", {}", PHRASES[self.rng.usize(..PHRASES.len())]);
            }
            body.push('"');
        }
        let body = body.replace('"', "\\\"");
        let time = "2026-11-23T08:40:04.123456789Z";
        Some(format!(r#"{{"time":"{time}","stream":"stderr","logtag":"F","log":"{body}}}"}}"#).into_bytes())
    }
}
