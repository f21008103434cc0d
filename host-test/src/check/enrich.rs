//! Lookups that add nothing, or nothing of their own.

use podsieve_policy::model::File;

use super::Warning;
use super::report::Report;

pub(super) const NEVER: Warning = Warning {
    name: "lookup-never",
    finds: "A lookup is of a field that `enrich.fields`, or a lookup before it with a default, always adds.",
};

pub(super) const EMPTY: Warning =
    Warning { name: "lookup-empty", finds: "A lookup has no values, so that it always adds the same, or nothing." };

pub(super) fn check(file: &File, report: &mut Report<'_>) {
    let enrich = &file.enrich;
    for (n, lookup) in enrich.lookups.iter().enumerate() {
        let field = &lookup.field;
        let fixed = || enrich.fields.iter().any(|(name, _)| name == field).then(|| "`enrich.fields`".to_owned());
        let before = || {
            let before =
                enrich.lookups.iter().take(n).find(|before| before.field == *field && before.default.is_some())?;
            Some(format!("the lookup in line {}", before.place.line))
        };
        if let Some(by) = fixed().or_else(before) {
            let what = format!("`{field}` is added by {by} already, so that this lookup adds nothing");
            report.warn(&NEVER, lookup.place, what, "leave one of them out, or give the field another name");
        }
        if lookup.values.is_empty() {
            let (does, advice) = match lookup.default {
                Some(_) => ("always adds the same", "put it under `enrich.fields`, or give it values"),
                None => ("adds nothing", "give it values, or leave it out"),
            };
            report.warn(&EMPTY, lookup.place, format!("the lookup of `{field}` has no values and {does}"), advice);
        }
    }
}
