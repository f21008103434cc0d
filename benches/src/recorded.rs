//! Requests as Fluent Bit sends them, whose records are lines of the project's recorded pod logs, or of a generated one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use serde_json::Value;

use crate::workload::{Lines, SECRETS};

/// How many of a hundred records hold something to redact.
const PERCENT: u8 = 7;

/// Beginnings of secrets that no benchmark's Lua looks for: lines with one are left out.
const UNCOMMON: [&str; 4] = ["AIza", "glpat-", "npm_", "BEGIN"];

/// Pods whose lines are left out: those of one are as odd as a line can be, those of the other are made up.
const ODD: [&str; 2] = ["log-edge", "cri-variants"];

/// How records lie in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As the `http` output sends them with `format json_lines`.
    JsonLines,
    /// As the `es` output does, a line with the action in front of each.
    Bulk,
}

impl Shape {
    /// Where such a body goes.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Shape::JsonLines => "/",
            Shape::Bulk => "/_bulk",
        }
    }
}

/// A body.
pub struct Batch {
    /// How its records lie.
    pub shape: Shape,
    /// All of it.
    pub bytes: Vec<u8>,
    /// The field `offset` of each record.
    pub offsets: Vec<u64>,
    /// What must not be left of it.
    pub secrets: Vec<String>,
}

struct Line {
    time: String,
    stream: String,
    log: String,
    secrets: Vec<String>,
}

/// What one container wrote.
#[derive(Default)]
struct Log {
    clean: Vec<Line>,
    secret: Vec<Line>,
    next: usize,
    offset: u64,
}

/// Logs, from whose lines bodies are made.
pub struct Recorded {
    logs: Vec<Log>,
    rng: Rng,
}

/// So many lines are generated.
const GENERATED: usize = 5000;

impl Recorded {
    /// Reads the recordings.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn read() -> Result<Recorded, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host-test/recordings");
        let planted = text(&folder.join("planted.jsonl"))?;
        let planted = planted.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let planted: BTreeSet<String> = planted.filter_map(|line| Some(line["secret"].as_str()?.to_owned())).collect();
        let mut logs = Vec::new();
        for path in paths(&folder.join("pods"))? {
            if ODD.iter().any(|odd| path.to_string_lossy().contains(odd)) {
                continue;
            }
            let mut log = Log::default();
            let mut partial = false;
            for line in text(&path)?.lines() {
                let mut parts = line.splitn(4, ' ');
                let [Some(time), Some(stream), Some(tag), Some(text)] = [(); 4].map(|()| parts.next()) else {
                    continue;
                };
                let continues = std::mem::replace(&mut partial, tag == "P");
                if continues || partial || text.is_empty() || UNCOMMON.iter().any(|uncommon| text.contains(uncommon)) {
                    continue;
                }
                let secrets: Vec<String> = planted.iter().filter(|secret| text.contains(*secret)).cloned().collect();
                let lines = if secrets.is_empty() { &mut log.clean } else { &mut log.secret };
                lines.push(Line { time: time.to_owned(), stream: stream.to_owned(), log: text.to_owned(), secrets });
            }
            if !log.clean.is_empty() {
                logs.push(log);
            }
        }
        if logs.is_empty() {
            return Err(format!("{}: no logs", folder.display()));
        }
        Ok(Recorded { logs, rng: Rng::with_seed(1) })
    }

    /// One log as [`Lines`] generates it, whose lines all have the same fields.
    #[must_use]
    pub fn generated() -> Recorded {
        let lines = |percent| {
            let mut lines = Lines::new(1, percent);
            let line = |n: usize| {
                let log = lines.body();
                let secrets = SECRETS.iter().filter(|secret| log.contains(*secret)).map(|&secret| secret.to_owned());
                let (minute, second) = (n / 60 % 60, n % 60);
                let time = format!("2026-11-23T09:{minute:02}:{second:02}.{:09}+00:00", n * 7919 % 1_000_000_000);
                Line { time, stream: "stderr".to_owned(), secrets: secrets.collect(), log }
            };
            (0..GENERATED).map(line).collect()
        };
        let log = Log { clean: lines(0), secret: lines(100), ..Log::default() };
        Recorded { logs: vec![log], rng: Rng::with_seed(1) }
    }

    /// The next body of about so many bytes, and no more: lines of one container, as in a chunk of Fluent Bit.
    pub fn batch(&mut self, shape: Shape, size: usize) -> Batch {
        let mut batch = Batch { shape, bytes: Vec::with_capacity(size), offsets: Vec::new(), secrets: Vec::new() };
        // A log that says more comes more often.
        let lines: usize = self.logs.iter().map(|log| log.clean.len()).sum();
        let mut nth = self.rng.usize(..lines);
        let mut at = 0;
        while nth >= self.logs[at].clean.len() {
            nth -= self.logs[at].clean.len();
            at += 1;
        }
        let log = &mut self.logs[at];
        let mut missed = 0;
        while missed < 20 {
            let line = if self.rng.u8(..100) < PERCENT && !log.secret.is_empty() {
                &log.secret[self.rng.usize(..log.secret.len())]
            } else {
                log.next += 1;
                &log.clean[log.next % log.clean.len()]
            };
            let record = record(line, shape, log.offset);
            if batch.bytes.len() + record.len() > size {
                missed += 1;
                continue;
            }
            batch.bytes.extend_from_slice(record.as_bytes());
            batch.offsets.push(log.offset);
            batch.secrets.extend_from_slice(&line.secrets);
            log.offset += line.log.len() as u64 + 46;
        }
        batch.secrets.sort_unstable();
        batch.secrets.dedup();
        batch
    }
}

fn record(line: &Line, shape: Shape, offset: u64) -> String {
    let mut record = String::with_capacity(line.log.len() + line.log.len() / 4 + 200);
    let time = &line.time;
    // 2026-11-23T09:09:02.586798252+00:00, all on one day.
    let part = |from, to| time.get(from..to).and_then(|part| part.parse().ok()).unwrap_or(0);
    let seconds: u64 = 1_795_392_000 + part(11, 13) * 3600 + part(14, 16) * 60 + part(17, 19);
    let _ = match shape {
        Shape::JsonLines => write!(record, "{{\"date\":{seconds}.{:06},", part(20, 26)),
        Shape::Bulk => write!(
            record,
            "{{\"create\":{{\"_index\":\"fluent-bit\"}}}}\n{{\"@timestamp\":\"{}Z\",",
            time.get(..23).unwrap_or(time)
        ),
    };
    let log = serde_json::to_string(&line.log).expect("a string");
    let stream = &line.stream;
    let _ = writeln!(
        record,
        "\"time\":\"{time}\",\"stream\":\"{stream}\",\"logtag\":\"F\",\"log\":{log},\"offset\":{offset}}}"
    );
    record
}

/// Logs of containers, in the order of their names.
fn paths(pods: &Path) -> Result<Vec<PathBuf>, String> {
    let mut logs = vec![pods.to_owned()];
    for _ in 0..3 {
        let mut inside = Vec::new();
        for folder in logs {
            let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            inside.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
        }
        logs = inside;
    }
    logs.sort_unstable();
    Ok(logs)
}

fn text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
