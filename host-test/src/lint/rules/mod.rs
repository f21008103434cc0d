//! What is looked for, each with what Fluent Bit does about it.

mod archive;
mod matching;
mod modules;
mod placement;
mod reading;
mod storage;

use super::model::{Configuration, Property, Section};
use super::modules::Modules;
use super::pattern::may_meet;
use super::report::Report;
use super::tags::{Tags, Words};
use crate::Level;

/// Something that is looked for.
#[derive(Debug)]
pub struct Rule {
    /// Its name, which stays the same.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What it finds, and what Fluent Bit does then.
    pub finds: &'static str,
}

const fn error(name: &'static str, finds: &'static str) -> Rule {
    Rule { name, level: Level::Error, finds }
}

const fn warning(name: &'static str, finds: &'static str) -> Rule {
    Rule { name, level: Level::Warning, finds }
}

/// All rules.
pub static RULES: [&Rule; 30] = [
    &modules::NO_WASM_FILTER,
    &modules::MODULE_UNSET,
    &modules::MODULE_MISSING,
    &modules::MODULE_UNSEEN,
    &modules::MODULE_REFUSED,
    &modules::FUNCTION_UNSET,
    &modules::FUNCTION_MISSING,
    &modules::EVENT_FORMAT,
    &matching::MATCH_UNSET,
    &matching::QUOTED_VALUE,
    &matching::COMMENT_IN_VALUE,
    &matching::FILTER_UNREACHED,
    &matching::OUTPUT_UNREACHED,
    &matching::UNFILTERED_INPUT,
    &placement::WASM_PROCESSOR,
    &placement::FORWARD_INPUT,
    &placement::FILTER_ORDER,
    &placement::UNFILTERED_COPY,
    &placement::ROUTE_CONDITION,
    &archive::ARCHIVE_TAG_UNSET,
    &archive::ARCHIVE_UNROUTED,
    &archive::ARCHIVE_MOVED,
    &archive::REWRITE_LOOP,
    &archive::REWRITE_RULE,
    &storage::STORAGE_PATH,
    &storage::ARCHIVE_IN_MEMORY,
    &storage::ARCHIVE_RETRIES,
    &reading::PARTIAL_LINES,
    &reading::NO_POSITION,
    &reading::TAG_WITHOUT_PATH,
];

/// What the rules look at.
struct Context<'a> {
    configuration: &'a Configuration,
    tags: &'a Tags,
}

pub(super) fn check(configuration: &Configuration, tags: &Tags, modules: &mut Modules<'_>, report: &mut Report<'_>) {
    let context = Context { configuration, tags };
    modules::check(&context, modules, report);
    matching::check(&context, report);
    placement::check(&context, report);
    archive::check(&context, report);
    storage::check(&context, report);
    reading::check(&context, report);
}

impl<'a> Context<'a> {
    /// The WASM filters of the pipeline, with their numbers.
    fn wasm_filters(&self) -> impl Iterator<Item = (usize, &'a Section)> + use<'a> {
        self.configuration.filters.iter().enumerate().filter(|(_, filter)| filter.is("wasm"))
    }

    /// Whether a processor of an input is podsieve.
    fn has_wasm_processor(section: &Section) -> bool {
        section.processors.iter().any(|processor| processor.is("wasm"))
    }

    /// The rules of `rewrite_tag` that look at `archive_tag`.
    fn archive_rules(&self) -> Vec<ArchiveRule<'a>> {
        let mut found = Vec::new();
        for rewritten in &self.tags.rewritten {
            let Some(filter) = self.configuration.filters.get(rewritten.filter) else { continue };
            let Some(property) = filter.all("rule").nth(rewritten.rule) else { continue };
            let Some(words) = Words::of(property) else { continue };
            if words.reads_archive_tag() {
                found.push(ArchiveRule { number: rewritten.filter, filter, property, words, tags: &rewritten.tags });
            }
        }
        found
    }
}

/// A rule of `rewrite_tag` that looks at `archive_tag`.
struct ArchiveRule<'a> {
    /// The filter's.
    number: usize,
    filter: &'a Section,
    property: &'a Property,
    words: Words<'a>,
    tags: &'a [String],
}

/// Whether a filter or an output may get records of this tag.
fn may_match(section: &Section, tag: &str) -> bool {
    if section.get("match_regex").is_some() {
        return true;
    }
    section.value("match").is_some_and(|pattern| may_meet(pattern, tag))
}

/// Whether two filters may get the same record.
fn may_share(a: &Section, b: &Section) -> bool {
    b.get("match_regex").is_some() || b.value("match").is_some_and(|pattern| may_match(a, pattern))
}

/// Whether a filter may write `archive_tag`.
fn routes(filter: &Section) -> bool {
    filter.is("wasm") && !matches!(filter.value("function_name"), Some("parse" | "redact" | "enrich"))
}

/// Whether an input reads the logs of pods.
fn reads_pods(input: &Section) -> bool {
    let is_pods = |path: &str| path.contains("var/log/pods") || path.contains("var/log/containers");
    input.is("tail") && input.value("path").is_some_and(is_pods)
}
