//! Whether a filter does its job: a figure of one that does not would count for nothing.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use podsieve_benches::recorded::{Batch, Shape};
use serde_json::Value;

use crate::filters::{Does, Filter, TAG};
use crate::load::{Connection, Request};
use crate::process::Running;
use crate::upstream::{self, Captured};

/// Sends all of these bodies: every record arrives, and of what is secret nothing.
///
/// # Errors
///
/// What is wrong with the first body that is not so.
pub(crate) fn judge<'a>(
    filter: &Filter,
    running: &Running,
    batches: impl Iterator<Item = &'a Batch>,
    captured: &Receiver<Captured>,
) -> Result<(), String> {
    let mut connection = Connection::new(running.port).map_err(|error| error.to_string())?;
    for batch in batches {
        connection.send(&Request::new(batch, true)).map_err(|error| error.to_string())?;
        let arrived = captured.recv_timeout(Duration::from_secs(10)).map_err(|_| "a body does not arrive")?;
        judge_one(filter, batch, &arrived)
            .map_err(|what| format!("{what}, in a body of {} bytes", batch.bytes.len()))?;
    }
    Ok(())
}

fn judge_one(filter: &Filter, batch: &Batch, arrived: &Captured) -> Result<(), String> {
    if filter.does == Does::Nothing {
        return if arrived.body == batch.bytes { Ok(()) } else { Err("the body has changed".to_owned()) };
    }
    let text = str::from_utf8(&arrived.body).map_err(|_| "the body is no UTF-8")?;
    let mut lines = text.lines();
    for offset in &batch.offsets {
        if batch.shape == Shape::Bulk && lines.next() != Some(r#"{"create":{"_index":"fluent-bit"}}"#) {
            return Err("an action has changed".to_owned());
        }
        let line = lines.next().ok_or("a record is missing")?;
        let record: Value = serde_json::from_str(line).map_err(|error| format!("no JSON, {error}: {line}"))?;
        if record["offset"].as_u64() != Some(*offset) {
            return Err(format!("not the record at {offset}: {line}"));
        }
    }
    if let Some(line) = lines.next() {
        return Err(format!("a line too many: {line}"));
    }
    if filter.does == Does::All
        && let Some(secret) = batch.secrets.iter().find(|secret| text.contains(*secret))
    {
        let line = text.lines().find(|line| line.contains(secret)).unwrap_or_default();
        return Err(format!("the secret {secret} survives: {line}"));
    }
    if filter.tags && upstream::header(&arrived.head, TAG).is_none() {
        return Err(format!("no {TAG}"));
    }
    Ok(())
}
