//! What must be true of a result before its engine is timed.

use crate::engines::Engine;
use podsieve_benches::dense::SECRETS;
use podsieve_benches::hostile::Hostile;
use podsieve_host::json::{self, Verdict};

/// One JSON object comes out, no secret is left in it, and the fields of the line that hold none are as they were.
pub(crate) fn workload(engine: &mut dyn Engine, record: &[u8]) {
    let name = engine.name();
    let out = engine.run(record).expect("the record comes back");
    let shown = || String::from_utf8_lossy(out);
    assert_eq!(json::judge(out), Verdict::Object, "{name}: {}", shown());
    for secret in SECRETS {
        assert!(!holds(out, secret), "{name} left {secret}: {}", shown());
    }
    // An engine that reads no JSON leaves the line where it is, and adds nothing.
    let inside = line(out);
    if inside.is_none() {
        for key in ["kubernetes", "service", "severity", "archive_tag"] {
            assert!(json::field(out, key).is_some(), "{name} added no {key}: {}", shown());
        }
    }
    let after = inside.as_deref().unwrap_or(out);
    for before in json::fields(&line(record).expect("the record has a line")) {
        if !SECRETS.iter().any(|secret| holds(before.value, secret)) {
            let key = String::from_utf8_lossy(before.key);
            assert_eq!(json::field(after, &key), Some(before.value), "{name} changed {key}: {}", shown());
        }
    }
}

/// One JSON object comes out, whatever went in, and a line with nothing to redact is as it was. The peers promise
/// neither.
pub(crate) fn hostile(engine: &mut dyn Engine, hostile: &Hostile, record: &[u8]) {
    if !engine.is_podsieve() {
        return;
    }
    let out = engine.run(record).expect("the record comes back");
    assert!(json::judge(out) == Verdict::Object, "{}: not an object", hostile.name);
    if hostile.near_miss {
        assert!(json::field(out, "log") == json::field(record, "log"), "{}: the line has changed", hostile.name);
    }
}

/// The application's line in a record that still has it.
fn line(record: &[u8]) -> Option<Vec<u8>> {
    let quoted = json::field(record, "log")?;
    Some(json::unescape(quoted.get(1..quoted.len() - 1)?))
}

fn holds(text: &[u8], secret: &str) -> bool {
    text.windows(secret.len()).any(|window| window == secret.as_bytes())
}
