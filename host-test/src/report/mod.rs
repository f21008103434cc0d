//! The compliance report over archived records: what happened in a month, what was redacted, and whether anything is in
//! the archive that should not be.
//!
//! Objects are read as streams, over several threads, in memory that does not grow with the archive: names, places and
//! hashes that are remembered are limited ([`Report::json`] says where a limit was reached). Counts do not depend on the
//! order of objects, on how records are spread over them, or on the number of threads, except for the places of
//! findings and for what is out of order, which is looked for inside of objects.
//!
//! What it does not do: it keeps no state between two runs, writes nothing to the archive, and prints no value of a
//! record other than names: of services, operations, statuses, tenants and rules, as they are after the redaction check.

mod bounded;
mod check;
mod duplicates;
mod html;
mod json;
mod lines;
mod moment;
mod objects;
mod part;
mod record;
mod s3;
mod silence;
mod text;
mod value;

pub use moment::Month;

use std::cmp::Reverse;
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use podsieve_core::Policy;

use crate::Error;
use crate::input::LIMIT;
use check::Check;
use duplicates::Seen;
use lines::{Line, Lines};
use objects::{Object, Objects};
use part::{Order, Part};

/// What is asked for.
pub struct Options {
    /// The month that is reported, in UTC.
    pub month: Month,
    /// The policy of the redaction check.
    pub policy: &'static Policy,
    /// What the policy is called.
    pub policy_id: String,
    /// Threads that read objects.
    pub threads: usize,
    /// The address of a server that speaks as S3.
    pub endpoint: Option<String>,
    /// A silence of a service that is longer is told; without it, one that is ten times longer than usual, and longer
    /// than five minutes.
    pub gap: Option<Duration>,
}

/// The silence that is always usual, in seconds, and how many median distances are.
const QUIET: i64 = 300;
const USUAL: u64 = 10;

/// What was found.
pub struct Report {
    month: Month,
    policy_id: String,
    gap: Option<i64>,
    objects: Vec<Object>,
    stored: u64,
    part: Part,
    duplicates: (u64, bool),
}

/// An archive whose objects are known.
pub struct Archive {
    objects: Objects,
    options: Options,
}

impl Archive {
    /// Finds the objects of files, folders and buckets (`s3://bucket/prefix`).
    ///
    /// # Errors
    /// One of them is not there or cannot be listed, or there is no object.
    pub fn find(sources: &[String], options: Options) -> Result<Archive, Error> {
        Ok(Archive { objects: Objects::find(sources, options.endpoint.as_deref())?, options })
    }

    /// How many bytes are stored.
    pub fn size(&self) -> u64 {
        self.objects.all.iter().map(|object| object.size).sum()
    }

    /// Reads everything. `progress` is called now and then with the stored bytes that were read.
    ///
    /// # Errors
    /// No record could be read.
    pub fn read(self, progress: impl Fn(u64)) -> Result<Report, Error> {
        let Archive { objects, options } = self;
        let (read, next, seen) = (AtomicU64::new(0), AtomicUsize::new(0), Seen::new());
        // The large ones first, so that no thread has one left at the end.
        let mut order: Vec<usize> = (0..objects.all.len()).collect();
        order.sort_by_key(|at| (Reverse(objects.all[*at].size), *at));
        let mut part = Part::new(options.month);
        thread::scope(|scope| {
            let work = || {
                let (mut part, mut check) = (Part::new(options.month), Check::new(options.policy));
                while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    object(&objects, *at, &mut part, &mut check, &seen, &read);
                }
                part
            };
            let threads: Vec<_> = (0..options.threads.max(1)).map(|_| scope.spawn(work)).collect();
            while !threads.iter().all(thread::ScopedJoinHandle::is_finished) {
                thread::sleep(Duration::from_millis(20));
                progress(read.load(Ordering::Relaxed));
            }
            for thread in threads {
                match thread.join() {
                    Ok(more) => part.merge(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        let report = Report {
            month: options.month,
            policy_id: options.policy_id,
            gap: options.gap.map(|gap| gap.as_secs() as i64),
            objects: objects.all,
            stored: read.into_inner(),
            part,
            duplicates: seen.count(),
        };
        match (report.part.records, report.part.bad.first_key_value()) {
            (0, Some((at, bad))) => {
                let what = format!("holds no record that could be read: {}", bad.what());
                Err(Error::new(report.objects[*at].name.clone(), what, "give an archive of JSON records, one a line"))
            }
            _ => Ok(report),
        }
    }
}

/// Reads one object, as far as it can be read.
fn object(objects: &Objects, at: usize, part: &mut Part, check: &mut Check, seen: &Seen, read: &AtomicU64) {
    let mut whole = || -> io::Result<()> {
        let mut lines = Lines::new(objects.open(&objects.all[at], read)?, LIMIT);
        let (mut number, mut order) = (0, Order::default());
        let result = loop {
            match lines.next() {
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
                Ok(Some(line)) => {
                    number += 1;
                    match line {
                        Line::TooLong => part.bad_line(at, number, "is longer than 16 MiB"),
                        Line::Whole(line) if line.trim_ascii().is_empty() => {}
                        Line::Whole(line) => part.line((at, number), line, check.look(line), &mut order, seen),
                    }
                }
            }
        };
        part.bytes += lines.bytes;
        result
    };
    if let Err(error) = whole() {
        part.unread(at, error.to_string());
    }
}

impl Report {
    /// True when the redaction check found nothing.
    pub fn is_clean(&self) -> bool {
        self.part.found.total == 0
    }

    /// Bytes of plain text that were read.
    pub fn bytes(&self) -> u64 {
        self.part.bytes
    }

    /// The report as JSON: the same bytes for the same archive.
    pub fn json(&self) -> String {
        json::report(self).text()
    }

    /// The report as a page for browsers and printers, whole in itself.
    pub fn html(&self) -> String {
        html::page(self)
    }

    /// The report as tables for a terminal.
    pub fn text(&self) -> String {
        text::report(self)
    }

    /// The silences of a service: what is usual in seconds, from which length on they count, and those that do.
    fn silences(&self, service: &part::Service) -> Silences {
        let usual = service.moments.usual();
        let limit = self.gap.unwrap_or_else(|| QUIET.max((usual.unwrap_or(0) * USUAL / 1000) as i64));
        let end = self.part.last.and_then(|last| self.month.second(last)).unwrap_or(0);
        Silences { usual, limit, gaps: service.moments.gaps(limit, end as i64) }
    }

    /// When something happened so many seconds into the month.
    fn moment(&self, second: i64) -> String {
        moment::Moment { seconds: self.month.start() + second, nanoseconds: 0 }.to_string()
    }
}

/// The silences of a service.
struct Silences {
    /// The median distance between two records, in milliseconds.
    usual: Option<u64>,
    /// In seconds.
    limit: i64,
    gaps: Vec<silence::Gap>,
}

impl part::Bad {
    /// What is wrong, in words.
    fn what(&self) -> String {
        let lines = self.first.map(|(line, why)| match self.lines {
            1 => format!("line {line} {why}"),
            count => format!("{count} lines are no records, line {line} {why}"),
        });
        let parts: Vec<String> = self.unread.iter().cloned().chain(lines).collect();
        parts.join("; ")
    }
}
