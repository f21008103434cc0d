//! How pod logs are read.

use super::{Context, Rule, may_match, reads_pods, warning};
use crate::lint::model::Section;
use crate::lint::report::Report;

pub(super) static PARTIAL_LINES: Rule = warning(
    "partial-lines",
    "pod logs are read without `multiline.parser cri`: lines that the runtime split stay split, and a secret across \
     the seam is not found",
);

pub(super) static TAG_WITHOUT_PATH: Rule = warning(
    "tag-without-path",
    "the tag of pod logs has no `*`: namespace, pod and container are not known, and podsieve adds none of them",
);

pub(super) static NO_POSITION: Rule =
    warning("no-position", "pod logs are read without `db`: what is written while Fluent Bit restarts is never read");

/// Multiline parsers that come with Fluent Bit and do not join what a CRI runtime split.
const OTHERS: [&str; 5] = ["docker", "go", "java", "python", "ruby"];

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    // Filters of these names do the same.
    let has_filter = |name: &str| context.configuration.filters.iter().any(|filter| filter.is(name));
    for (input, tags) in context.configuration.inputs.iter().zip(&context.tags.inputs) {
        let is_filtered = |filter: &Section| tags.iter().any(|tag| may_match(filter, tag));
        if !reads_pods(input) || !context.wasm_filters().any(|(_, filter)| is_filtered(filter)) {
            continue;
        }
        if !has_filter("multiline") {
            joining(input, report);
        }
        if input.get("db").is_none() && !input.is_on("read_from_head") {
            let what = "what is written while Fluent Bit restarts is never read";
            report.add(&NO_POSITION, input, what, "set `db` to a file that outlives a restart");
        }
        let enriches = |filter: &Section| !matches!(filter.value("function_name"), Some("parse" | "redact" | "route"));
        let is_enriched = context.wasm_filters().any(|(_, filter)| is_filtered(filter) && enriches(filter));
        if let Some(tag) = input.get("tag")
            && tag.is_known()
            && !tag.value.contains(['*', '<'])
            && is_enriched
            && !has_filter("kubernetes")
        {
            let what = "the tag does not hold the path, which tells namespace, pod and container";
            report.add(&TAG_WITHOUT_PATH, tag, what, "end it in `.*`, as in `kube.*`");
        }
    }
}

fn joining(input: &Section, report: &mut Report<'_>) {
    let advice = "set `multiline.parser cri, docker`";
    match input.get("multiline.parser") {
        None => {
            let what = "lines that the runtime split stay split, and a secret across the seam is not found";
            report.add(&PARTIAL_LINES, input, what, advice);
        }
        Some(parsers) if parsers.is_known() => {
            let mut names = parsers.value.split(',').map(|name| name.trim().to_lowercase());
            if names.all(|name| OTHERS.contains(&name.as_str())) {
                let what = "`cri` is not among them: lines that a CRI runtime split stay split";
                report.add(&PARTIAL_LINES, parsers, what, advice);
            }
        }
        Some(_) => {}
    }
}
