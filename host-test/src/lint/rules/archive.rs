//! What becomes of records with an `archive_tag`.

use super::{Context, Rule, error, may_match, routes, warning};
use crate::lint::model::{Section, is_on};
use crate::lint::pattern::covers;
use crate::lint::report::Report;
use crate::lint::tags::{Words, words};

pub(super) static ARCHIVE_TAG_UNSET: Rule = error(
    "archive-tag-unset",
    "`rewrite_tag` reads `archive_tag`, which no filter writes: nothing goes to the archive",
);
pub(super) static ARCHIVE_UNROUTED: Rule = error(
    "archive-unrouted",
    "no output matches the tags of the archive: Fluent Bit drops these copies without a word",
);
pub(super) static ARCHIVE_MOVED: Rule =
    warning("archive-moved", "the record itself goes with the copy: it is in the archive and nowhere else");
pub(super) static REWRITE_LOOP: Rule = error(
    "rewrite-loop",
    "`rewrite_tag` matches the tag that it makes: records go round for ever, or 5.1 rejects them with an error; two \
     that match each other's tags go round for ever",
);
pub(super) static REWRITE_RULE: Rule = error(
    "rewrite-rule",
    "a rule of `rewrite_tag` that does not do its job: too few words, a key in single quotes, a capture that is not \
     there, a new tag without `$`",
);

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    rules(context, report);
    loops(context, report);
    let configuration = context.configuration;
    let processors = configuration.inputs.iter().flat_map(|input| &input.processors);
    let is_written = configuration.filters.iter().chain(processors).any(routes);
    for rule in context.archive_rules() {
        if !is_written && !configuration.filters.is_empty() && context.wasm_filters().next().is_some() {
            let what = "no filter writes `archive_tag`: `pipeline` and `route` do";
            report.add(&ARCHIVE_TAG_UNSET, rule.property, what, "set `function_name pipeline`");
        }
        let unrouted = rule.tags.iter().find(|tag| !configuration.outputs.iter().any(|output| may_match(output, tag)));
        if let Some(tag) = unrouted.filter(|_| !configuration.outputs.is_empty()) {
            let what = format!("no output matches `{tag}`: records of this tag are dropped");
            report.add(&ARCHIVE_UNROUTED, rule.property, what, "add an output that matches `archive.*`");
        }
        if !is_on(rule.words.keep) {
            let what = format!(
                "`{}` at the end is not `true`: the record itself goes, and only the archive has it",
                rule.words.keep
            );
            report.add(&ARCHIVE_MOVED, rule.property, what, "write `true` if the hot storage is to have it too");
        }
    }
}

fn rules(context: &Context<'_>, report: &mut Report<'_>) {
    for filter in context.configuration.filters.iter().filter(|filter| filter.is("rewrite_tag")) {
        for rule in filter.all("rule").filter(|rule| rule.is_known()) {
            let Some(Words { key, regex, tag, .. }) = Words::of(rule) else {
                let what = format!("a rule has four words, this one has {}", words(&rule.value).len());
                report.add(&REWRITE_RULE, rule, what, "write: key, regular expression, new tag, true or false");
                continue;
            };
            if key.starts_with('\'') {
                report.add(
                    &REWRITE_RULE,
                    rule,
                    "no key is found in single quotes, so that no record matches",
                    "leave them out",
                );
            } else if tag == "archive_tag" {
                let what = "the new tag is the text `archive_tag`, and not what the record has there";
                report.add(&REWRITE_RULE, rule, what, "write $archive_tag");
            } else if names_a_capture(tag) && !regex.contains('(') {
                let what = "the regular expression captures nothing: no record gets the new tag, and without `true` \
                            at the end each is lost";
                report.add(&REWRITE_RULE, rule, what, "put what is captured in parentheses");
            }
        }
    }
}

/// Whether it has `$1` to `$9`.
fn names_a_capture(tag: &str) -> bool {
    tag.split('$').skip(1).any(|behind| behind.starts_with(|c: char| ('1'..='9').contains(&c)))
}

fn loops(context: &Context<'_>, report: &mut Report<'_>) {
    let configuration = context.configuration;
    let keys = |filter: &Section| -> Vec<String> {
        filter.all("rule").filter_map(Words::of).map(|words| words.key.trim_start_matches('$').to_owned()).collect()
    };
    for made in &context.tags.rewritten {
        let Some(filter) = configuration.filters.get(made.filter) else { continue };
        let Some(rule) = filter.all("rule").nth(made.rule) else { continue };
        let Some(words) = Words::of(rule) else { continue };
        let takes = |filter: &Section, tags: &[String]| {
            filter.value("match").is_some_and(|pattern| tags.iter().any(|tags| covers(pattern, tags)))
        };
        if takes(filter, &made.tags) {
            let what =
                "`match` covers the new tag: records come back to this filter, and are rejected or go round for ever";
            report.add(&REWRITE_LOOP, rule, what, "match only the tags of the inputs");
            continue;
        }
        let key = words.key.trim_start_matches('$');
        let mut others = context.tags.rewritten.iter().filter(|other| other.filter != made.filter);
        let comes_back = others.any(|other| {
            configuration.filters.get(other.filter).is_some_and(|second| {
                takes(second, &made.tags) && takes(filter, &other.tags) && keys(second).iter().any(|other| other == key)
            })
        });
        if comes_back {
            let what = "another `rewrite_tag` matches the new tag, and makes a tag that this one matches: records go \
                        round for ever";
            report.add(&REWRITE_LOOP, rule, what, "match only the tags of the inputs");
        }
    }
}
