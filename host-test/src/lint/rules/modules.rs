//! The module and what is called in it.

use super::{Context, Rule, error, warning};
use crate::lint::model::Section;
use crate::lint::modules::{Known, Modules, functions_of_podsieve};
use crate::lint::report::Report;

pub(super) static NO_WASM_FILTER: Rule =
    warning("no-wasm-filter", "no WASM filter is in the configuration, so that nothing is parsed or redacted");
pub(super) static MODULE_UNSET: Rule = error("module-unset", "`wasm_path` is missing: Fluent Bit does not start");
pub(super) static MODULE_MISSING: Rule =
    error("module-missing", "the module is not where `wasm_path` says: Fluent Bit does not start");
pub(super) static MODULE_UNSEEN: Rule =
    warning("module-unseen", "the module is at an absolute path that this machine does not have");
pub(super) static MODULE_REFUSED: Rule =
    error("module-refused", "the module is none that Fluent Bit can load, and it does not start");
pub(super) static FUNCTION_UNSET: Rule =
    error("function-unset", "`function_name` is missing: Fluent Bit does not start");
pub(super) static FUNCTION_MISSING: Rule =
    error("function-missing", "the module has no such function: Fluent Bit starts and loses every record");
pub(super) static EVENT_FORMAT: Rule = error(
    "event-format",
    "`event_format` is not `json`: `msgpack` loses records, and with any other Fluent Bit does not start",
);

pub(super) fn check(context: &Context<'_>, modules: &mut Modules<'_>, report: &mut Report<'_>) {
    let mut count = 0;
    for filter in context.configuration.sections().filter(|section| section.is("wasm")) {
        count += 1;
        module(filter, modules, report);
        if let Some(format) = filter.get("event_format").filter(|format| format.is_known())
            && !format.value.eq_ignore_ascii_case("json")
        {
            let what = match format.value.eq_ignore_ascii_case("msgpack") {
                true => "in msgpack each record ends at its first zero byte, and is lost",
                false => "Fluent Bit knows no such format and does not start",
            };
            report.add(&EVENT_FORMAT, format, what, "write `json`");
        }
    }
    if count == 0 && context.configuration.sections().next().is_some() {
        report.add_to_all(
            &NO_WASM_FILTER,
            "there is no filter `wasm`",
            "add podsieve, or check the file that includes this one",
        );
    }
}

fn module(filter: &Section, modules: &mut Modules<'_>, report: &mut Report<'_>) {
    let mut known = modules.of(filter);
    let is_podsieve = modules.is_podsieve(filter);
    match filter.get("wasm_path") {
        None => report.add(
            &MODULE_UNSET,
            filter,
            "`wasm_path` is missing",
            "name the module: Fluent Bit does not start without",
        ),
        Some(path) if path.slip().is_some() => {}
        Some(path) => match &known {
            Known::Missing(tried) => report.add(
                &MODULE_MISSING,
                path,
                format!("there is no file {}", tried.display()),
                "check the path (a relative one begins at the folder that Fluent Bit is started in)",
            ),
            Known::Elsewhere => report.add(
                &MODULE_UNSEEN,
                path,
                "the module is not on this machine, and was not looked into",
                "give --root FOLDER if it is below a folder here, or --module FILE",
            ),
            Known::Refused(why) => report.add(&MODULE_REFUSED, path, why.clone(), "name podsieve.wasm as it was built"),
            Known::Functions(_) | Known::Opaque | Known::Unknown => {}
        },
    }
    let Some(function) = filter.get("function_name") else {
        let advice = "name `pipeline`, or one of its jobs: Fluent Bit does not start without";
        report.add(&FUNCTION_UNSET, filter, "`function_name` is missing", advice);
        return;
    };
    if is_podsieve && !matches!(known, Known::Functions(_)) {
        known = Known::Functions(functions_of_podsieve());
    }
    if let Known::Functions(functions) = known
        && function.is_known()
        && function.slip().is_none()
        && !functions.contains(&function.value)
    {
        let has = if functions.is_empty() { "none".to_owned() } else { functions.join(", ") };
        let what = format!("the module has no function `{}`, and every record is lost", function.value);
        report.add(&FUNCTION_MISSING, function, what, format!("name one that it has: {has}"));
    }
}
