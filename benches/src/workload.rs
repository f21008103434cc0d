//! Log lines as the pods of an audited application write them: JSON of some 450 bytes, 16 fields, seeded, so that
//! every run reads the same bytes.

use fastrand::Rng;
use std::fmt::Write as _;

/// The tag that Fluent Bit gives to the lines of [`POD_LOG`].
pub const TAG: &str =
    "kube.var.log.pods.ai-agents_ai-agents-worker-6b7c9d8f4-x2x4q_0b6c5f3e-1111-2222-3333-444455556666.worker.0.log";

/// Where the kubelet would have written the log, from the root of the node's file system.
pub const POD_LOG: &str =
    "var/log/pods/ai-agents_ai-agents-worker-6b7c9d8f4-x2x4q_0b6c5f3e-1111-2222-3333-444455556666/worker/0.log";

/// What is secret in the lines that hold something to redact: one of these, each in its own kind of line.
pub const SECRETS: [&str; 5] = [
    "@example.com",
    "4111 1111 1111 1111",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "hunter2secret",
];

/// Lines of one log.
pub struct Lines {
    rng: Rng,
    /// How many of a hundred lines hold something to redact.
    percent: u8,
    count: u64,
}

impl Lines {
    /// A log of which `percent` lines in a hundred hold something to redact.
    #[must_use]
    pub fn new(seed: u64, percent: u8) -> Lines {
        Lines { rng: Rng::with_seed(seed), percent, count: 0 }
    }

    /// The next line as the application wrote it: one JSON object.
    pub fn body(&mut self) -> String {
        let rng = &mut self.rng;
        let second = self.count;
        self.count += 1;
        let level = ["INFO", "INFO", "INFO", "WARNING", "ERROR"][rng.usize(..5)];
        let mut message = [
            "Enhancement completed for ticket, context gathered from three nodes",
            "Webhook received and queued for processing by worker",
            "LLM synthesis finished without retries in the expected time",
            "API call to service desk succeeded after first attempt",
        ][rng.usize(..4)]
        .to_owned();
        let mut more = "";
        if rng.u8(..100) < self.percent {
            match rng.u8(..5) {
                0 => {
                    let name = ["ada", "grace", "alan", "edsger"][rng.usize(..4)];
                    message = format!("Notification sent to {name}@example.com about the ticket");
                }
                1 => message = "Payment with card 4111 1111 1111 1111 was declined".to_owned(),
                2 => more = r#", "api_key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc""#,
                3 => {
                    message = "request with Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
                        .to_owned();
                }
                _ => message = "login with password=hunter2secret failed".to_owned(),
            }
        }
        let mut line = String::with_capacity(640);
        let _ = write!(
            line,
            concat!(
                r#"{{"timestamp": "2026-11-23T08:{minute:02}:{second:02}.{micros:06}+00:00", "level": "{level}", "#,
                r#""logger": "app.services.enhancement", "message": "{message}", "service": "ai-agents-worker", "#,
                r#""operation": "enhancement_completed", "status": "success", "tenant_id": "tenant-acme-{tenant:03}", "#,
                r#""ticket_id": "TKT-{ticket:06}", "correlation_id": "{a:08x}-{b:04x}-4{c:03x}-8{d:03x}-{e:012x}", "#,
                r#""duration_ms": {duration}, "attempt": {attempt}, "model": "gpt-4o-mini", "total_tokens": {tokens}, "#,
                r#""function": "process_ticket", "line": {at}{more}}}"#,
            ),
            minute = second / 60 % 60,
            second = second % 60,
            micros = rng.u32(..1_000_000),
            level = level,
            message = message,
            tenant = rng.u32(..999),
            ticket = rng.u32(..1_000_000),
            a = rng.u32(..),
            b = rng.u16(..),
            c = rng.u16(..0x1000),
            d = rng.u16(..0x1000),
            e = rng.u64(..1 << 48),
            duration = rng.u32(..60_000),
            attempt = rng.u8(..4),
            tokens = rng.u32(..5_000),
            at = rng.u32(..900),
            more = more,
        );
        line
    }

    /// The next line as the kubelet has it in the file, with its line end.
    pub fn cri(&mut self) -> String {
        let time = self.time();
        format!("{time} stderr F {}\n", self.body())
    }

    /// The next line as Fluent Bit hands it to a filter: one JSON object without spaces, the line in `log`.
    pub fn record(&mut self) -> Vec<u8> {
        let time = self.time();
        let body = self.body().replace('\\', "\\\\").replace('"', "\\\"");
        format!(r#"{{"time":"{time}","stream":"stderr","logtag":"F","log":"{body}"}}"#).into_bytes()
    }

    fn time(&mut self) -> String {
        let (minute, second) = (self.count / 60 % 60, self.count % 60);
        format!("2026-11-23T08:{minute:02}:{second:02}.{:09}Z", self.rng.u32(..1_000_000_000))
    }
}
