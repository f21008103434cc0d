//! Buffers in front of the archive: what a restart or an outage takes with it.

use super::{Context, Rule, error, may_match, warning};
use crate::lint::model::{Section, is_on};
use crate::lint::report::Report;

pub(super) static STORAGE_PATH: Rule = error(
    "storage-path",
    "a buffer is to be on disk, and `storage.path` is missing in the service: Fluent Bit does not start",
);
pub(super) static ARCHIVE_IN_MEMORY: Rule = warning(
    "archive-in-memory",
    "what waits for the archive is in memory: a crash loses it, and `tail` does not read it again",
);
pub(super) static ARCHIVE_RETRIES: Rule =
    warning("archive-retries", "an output of the archive without `retry_limit`: after one retry a chunk is dropped");

/// Outputs that nothing is sent over, or that retry by themselves.
const LOCAL: [&str; 8] = ["counter", "exit", "file", "flowcounter", "lib", "null", "s3", "stdout"];

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let configuration = context.configuration;
    let on_disk =
        |section: &Section, key: &str| section.value(key).is_some_and(|value| value.eq_ignore_ascii_case("filesystem"));
    if configuration.service("storage.path").is_none() && !configuration.inputs.is_empty() {
        for section in configuration.sections() {
            for property in &section.properties {
                let is_buffer = matches!(property.key.as_str(), "storage.type" | "emitter_storage.type");
                if is_buffer && property.value.eq_ignore_ascii_case("filesystem") {
                    report.add(
                        &STORAGE_PATH,
                        property,
                        "`storage.path` is missing in the service",
                        "set it to a folder that outlives a restart",
                    );
                }
            }
        }
    }
    let rules = context.archive_rules();
    if rules.is_empty() {
        return;
    }
    let is_inherited = configuration.service("storage.inherit").is_some_and(is_on);
    for rule in &rules {
        let mut ends = configuration.outputs.iter().filter(|output| rule.tags.iter().any(|tag| may_match(output, tag)));
        // Copies that are only counted, by filters.
        if ends.clone().next().is_some() && ends.all(|output| output.name().eq_ignore_ascii_case("null")) {
            continue;
        }
        if !is_inherited
            && !on_disk(rule.filter, "emitter_storage.type")
            && rule.filter.get("emitter_storage.type").is_none_or(|value| value.is_known())
        {
            let what = "copies for the archive wait in memory: a crash loses them";
            report.add(
                &ARCHIVE_IN_MEMORY,
                rule.filter,
                what,
                "set `emitter_storage.type filesystem`, and `storage.path` in the service",
            );
        }
    }
    for (input, tags) in configuration.inputs.iter().zip(&context.tags.inputs) {
        let feeds = rules.iter().any(|rule| tags.iter().any(|tag| may_match(rule.filter, tag)));
        let is_known = input.get("storage.type").is_none_or(|value| value.is_known());
        if feeds && is_known && !is_inherited && !on_disk(input, "storage.type") {
            let what = "records on their way to the archive wait in memory: a crash loses them";
            report.add(
                &ARCHIVE_IN_MEMORY,
                input,
                what,
                "set `storage.type filesystem`, and `storage.path` in the service",
            );
        }
    }
    for output in configuration.outputs.iter().filter(|output| !LOCAL.contains(&output.name().as_str())) {
        // Not one that gets all records.
        let is_archive = rules.iter().any(|rule| rule.tags.iter().any(|tag| may_match(output, tag)))
            && !context.tags.inputs.iter().flatten().any(|tag| may_match(output, tag));
        if is_archive && output.get("retry_limit").is_none() {
            let what = "a chunk for the archive is retried once, within seconds, and then dropped";
            report.add(&ARCHIVE_RETRIES, output, what, "set `retry_limit`, or `retry_limit no_limits`");
        }
    }
}
