//! Where the module stands, and what is in front of it.

use super::{Context, Rule, error, may_match, may_share, routes, warning};
use crate::lint::model::Section;
use crate::lint::pattern::may_meet;
use crate::lint::report::{Report, Spot};

pub(super) static WASM_PROCESSOR: Rule = error(
    "wasm-processor",
    "`wasm` is a processor of an output with workers, or of a threaded input beside other WASM filters: every record \
     is lost",
);
pub(super) static FORWARD_INPUT: Rule =
    error("forward-input", "the input `forward` is in front of a WASM filter: Fluent Bit 5.1 loses every record");
pub(super) static FILTER_ORDER: Rule = error(
    "filter-order",
    "`rewrite_tag` reads `archive_tag` in front of the filter that writes it: nothing goes to the archive",
);
pub(super) static UNFILTERED_COPY: Rule = warning(
    "unfiltered-copy",
    "`rewrite_tag` in front of podsieve gives records a tag that podsieve does not match: they pass as they are",
);
pub(super) static ROUTE_CONDITION: Rule = error(
    "route-condition",
    "routes of an input are taken in front of the filters, and change the tag: a condition sees no `archive_tag`, and \
     a filter that matches the old tag sees no record",
);

/// Outputs that have no workers unless they are told to. `.workers` in the sources of Fluent Bit 5.1.1.
const WITHOUT_WORKERS: [&str; 30] = [
    "azure",
    "azure_kusto",
    "azure_logs_ingestion",
    "bigquery",
    "chronicle",
    "counter",
    "datadog",
    "exit",
    "flowcounter",
    "gelf",
    "influxdb",
    "kafka",
    "kafka-rest",
    "lib",
    "logdna",
    "loki",
    "nats",
    "nrlogs",
    "opensearch",
    "opentelemetry",
    "pgsql",
    "plot",
    "prometheus_exporter",
    "retry",
    "skywalking",
    "slack",
    "syslog",
    "td",
    "websocket",
    "null",
];

pub(super) fn check(context: &Context<'_>, report: &mut Report<'_>) {
    processors(context, report);
    forward(context, report);
    order(context, report);
    conditions(context, report);
}

fn processors(context: &Context<'_>, report: &mut Report<'_>) {
    let configuration = context.configuration;
    let wasm = |section: &Section| section.is("wasm");
    let count = configuration.sections().filter(|section| wasm(section)).count();
    for input in configuration.inputs.iter().filter(|input| input.is_on("threaded") && count > 1) {
        for processor in input.processors.iter().filter(|processor| wasm(processor)) {
            let what = "in the thread of this input, beside another WASM filter, every record is lost";
            report.add(&WASM_PROCESSOR, processor, what, "put it under `filters:` of the pipeline");
        }
    }
    for output in &configuration.outputs {
        let has_workers = match output.value("workers") {
            Some(workers) => workers.parse() != Ok(0),
            None => !WITHOUT_WORKERS.contains(&output.name().as_str()),
        };
        for processor in output.processors.iter().filter(|processor| has_workers && wasm(processor)) {
            let what = "in the worker of this output every record is lost";
            report.add(&WASM_PROCESSOR, processor, what, "put it under `filters:` of the pipeline");
        }
    }
}

fn forward(context: &Context<'_>, report: &mut Report<'_>) {
    for (input, tags) in context.configuration.inputs.iter().zip(&context.tags.inputs) {
        let mut filters = context.wasm_filters();
        let is_filtered = Context::has_wasm_processor(input)
            || filters.any(|(_, filter)| tags.iter().any(|tag| may_match(filter, tag)));
        if input.is("forward") && is_filtered {
            report.add(
                &FORWARD_INPUT,
                input,
                "Fluent Bit 5.1 loses every record that comes from here to a WASM filter",
                "run podsieve in the Fluent Bit that sends, or in 4.2",
            );
        }
    }
}

fn order(context: &Context<'_>, report: &mut Report<'_>) {
    let archive_rules = context.archive_rules();
    for rule in &archive_rules {
        let behind = |(number, filter): &(usize, &Section)| {
            *number > rule.number && routes(filter) && may_share(filter, rule.filter)
        };
        let in_front = |(number, filter): &(usize, &Section)| {
            *number < rule.number && routes(filter) && may_share(filter, rule.filter)
        };
        let is_written = context.wasm_filters().any(|filter| in_front(&filter))
            || context.configuration.inputs.iter().any(|input| input.processors.iter().any(routes));
        if !is_written && context.wasm_filters().any(|filter| behind(&filter)) {
            let what = "no record has an `archive_tag` yet: the filter that writes it comes later";
            report.add(&FILTER_ORDER, rule.property, what, "put the filter `wasm` in front of this one");
        }
    }
    for (number, filter) in
        context.configuration.filters.iter().enumerate().filter(|(_, filter)| filter.is("rewrite_tag"))
    {
        if archive_rules.iter().any(|rule| rule.number == number) {
            continue;
        }
        let cleaners: Vec<&Section> = context.wasm_filters().map(|(_, wasm)| wasm).collect();
        let first = context.wasm_filters().find(|(_, wasm)| may_share(wasm, filter));
        let is_in_front = first.is_some_and(|(first, _)| number < first);
        let is_missed = |tag: &str| !cleaners.iter().any(|wasm| may_match(wasm, tag));
        if let Some(tag) = context.tags.made_by(number).find(|tag| is_in_front && is_missed(tag)) {
            let what = format!("no WASM filter matches the new tag (`{tag}`): these records pass unredacted");
            report.add(&UNFILTERED_COPY, Spot::of(filter, "rule"), what, "put the filter `wasm` in front of this one");
        }
    }
}

fn conditions(context: &Context<'_>, report: &mut Report<'_>) {
    for input in &context.configuration.inputs {
        if Context::has_wasm_processor(input) {
            continue;
        }
        for route in &input.routes {
            let fields = route.fields.as_deref().unwrap_or_default();
            if fields.iter().any(|field| field.trim_start_matches('$') == "archive_tag") {
                let what = "a route is taken in front of the filters, where no record has an `archive_tag`";
                report.add(
                    &ROUTE_CONDITION,
                    route,
                    what,
                    "use the filter `rewrite_tag`, or make podsieve a processor of this input",
                );
                continue;
            }
            if route.fields.is_none() {
                continue;
            }
            // The filters that match the tag of the input are meant for it.
            let old = input.value("tag").unwrap_or("*");
            let meant = |filter: &Section| filter.value("match").is_some_and(|pattern| may_meet(pattern, old));
            let mut filters = context.wasm_filters();
            let is_missed = filters.any(|(_, filter)| meant(filter) && !may_match(filter, &route.name));
            if is_missed {
                let what = format!(
                    "records of this route have the tag `{}`, which the WASM filter does not match",
                    route.name
                );
                report.add(&ROUTE_CONDITION, route, what, "match it too, or make podsieve a processor of this input");
            }
        }
    }
}
