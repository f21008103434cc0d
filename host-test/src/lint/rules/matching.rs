//! Which records come to which filter and output.

use super::{Context, Rule, error, may_match, reads_pods, warning};
use crate::lint::model::{Property, Section, Slip};
use crate::lint::report::{Report, Spot};

pub(super) static MATCH_UNSET: Rule = error(
    "match-unset",
    "there is no `match`: with such a filter Fluent Bit 5.1 does not start, and an output gets nothing",
);
pub(super) static QUOTED_VALUE: Rule = error(
    "quoted-value",
    "quotes in the classic form are part of the value: the filter or output never matches, or loses all",
);
pub(super) static COMMENT_IN_VALUE: Rule =
    error("comment-in-value", "a comment behind a value in the classic form is part of the value");
pub(super) static FILTER_UNREACHED: Rule =
    error("filter-unreached", "no record has a tag that the WASM filter matches: all pass it as they are");
pub(super) static OUTPUT_UNREACHED: Rule =
    error("output-unreached", "no record has a tag that the output matches: it stays empty");
pub(super) static UNFILTERED_INPUT: Rule =
    warning("unfiltered-input", "pod logs have a tag that no WASM filter matches: they pass as they are");

/// Keys whose value is one word, or a path.
const PLAIN: [&str; 5] = ["match", "wasm_path", "function_name", "event_format", "tag"];

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for property in context.configuration.sections().flat_map(|section| &section.properties) {
        spelling(property, report);
    }
    matches(context, report);
    reach(context, report);
}

fn spelling(property: &Property, report: &mut Report<'_>) {
    if !PLAIN.contains(&property.key.as_str()) {
        return;
    }
    match property.slip() {
        Some(Slip::Comment) => {
            let what = "what stands behind the value is part of it: the classic form has no comments there";
            report.add(&COMMENT_IN_VALUE, property, what, "put the comment on a line of its own");
        }
        Some(Slip::Quotes) => {
            let what = "the quotes are part of the value: the classic form takes them as they stand";
            report.add(&QUOTED_VALUE, property, what, "leave them out");
        }
        None => {}
    }
}

fn matches(context: &Context<'_>, report: &mut Report<'_>) {
    let configuration = context.configuration;
    let has_match = |section: &Section| section.get("match").is_some() || section.get("match_regex").is_some();
    let is_ours = |filter: &&Section| filter.is("wasm") || filter.is("rewrite_tag");
    for filter in configuration.filters.iter().filter(is_ours).filter(|filter| !has_match(filter)) {
        report.add(&MATCH_UNSET, filter, "the filter has no `match`", "add it: Fluent Bit does not start without");
    }
    // One input and one output find each other.
    if configuration.inputs.len() <= 1 && configuration.outputs.len() == 1 {
        return;
    }
    for output in configuration.outputs.iter().filter(|output| !has_match(output) && !is_routed_to(context, output)) {
        report.add(&MATCH_UNSET, output, "the output has no `match`, and gets nothing", "add it");
    }
}

/// Whether a route of an input names the output.
fn is_routed_to(context: &Context<'_>, output: &Section) -> bool {
    let name = output.value("alias").or(output.value("name")).unwrap_or_default();
    let mut routes = context.configuration.inputs.iter().flat_map(|input| &input.routes);
    routes.any(|route| route.outputs.iter().any(|output| output.eq_ignore_ascii_case(name)))
}

fn reach(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(tags) = context.tags.all() else { return };
    let configuration = context.configuration;
    let is_reached = |section: &Section| tags.iter().any(|tag| may_match(section, tag));
    let mut one_is_reached = false;
    for (_, filter) in context.wasm_filters() {
        let Some(pattern) = filter.get("match").filter(|pattern| pattern.slip().is_none()) else { continue };
        if is_reached(filter) {
            one_is_reached = true;
        } else {
            let what = format!("no record has such a tag, but {}", list(&tags));
            report.add(&FILTER_UNREACHED, pattern, what, "match the tag of the input: the records pass unredacted");
        }
    }
    for output in &configuration.outputs {
        let Some(pattern) = output.get("match").filter(|pattern| pattern.slip().is_none()) else { continue };
        if !is_reached(output) && !is_routed_to(context, output) {
            let advice = match pattern.value.starts_with("archive") {
                true => {
                    "let a filter `rewrite_tag` behind podsieve make it: rule $archive_tag ^archive\\. $archive_tag \
                     true"
                }
                false => "match a tag that an input or `rewrite_tag` makes",
            };
            let what = format!("nothing comes here: no record has such a tag, but {}", list(&tags));
            report.add(&OUTPUT_UNREACHED, pattern, what, advice);
        }
    }
    for (input, tags) in configuration.inputs.iter().zip(&context.tags.inputs) {
        let mut filters = context.wasm_filters();
        let is_filtered = Context::has_wasm_processor(input)
            || filters.any(|(_, filter)| tags.iter().any(|tag| may_match(filter, tag)));
        if one_is_reached && reads_pods(input) && !is_filtered {
            let what = "no WASM filter matches the tag of these pod logs: they pass unredacted";
            report.add(&UNFILTERED_INPUT, Spot::of(input, "tag"), what, "widen its `match`");
        }
    }
}

/// The first few tags.
fn list(tags: &[&str]) -> String {
    let mut tags: Vec<String> = tags.iter().map(|tag| format!("`{}`", tag.replace('\0', "${...}"))).collect();
    tags.dedup();
    let more = if tags.len() > 4 { " and others" } else { "" };
    tags.truncate(4);
    format!("{}{more}", tags.join(", "))
}
