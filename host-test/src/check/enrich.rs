//! Fields that are added twice, and lookups that add nothing of their own.

use podsieve_policy::model::File;
use podsieve_policy::yaml::{self, Node, Place};

use super::Warning;
use super::report::Report;

pub(super) const TWICE: Warning = Warning {
    name: "field-twice",
    finds: "A field that `enrich` adds is added by podsieve itself, or by an entry before, too.",
};

pub(super) const EMPTY: Warning =
    Warning { name: "lookup-empty", finds: "A lookup has no values, so that it always adds the same, or nothing." };

/// What podsieve adds itself where it is known.
const OWN: [&str; 2] = ["service", "severity"];

pub(super) fn check(file: &File, text: &str, report: &mut Report<'_>) {
    let enrich = &file.enrich;
    let own = |name: &str| OWN.contains(&name).then(|| "podsieve itself".to_owned());
    for (name, place) in placed(text) {
        if let Some(by) = own(&name) {
            twice(&name, &by, place, report);
        }
    }
    for (n, lookup) in enrich.lookups.iter().enumerate() {
        let field = &lookup.field;
        let fixed = || enrich.fields.iter().any(|(name, _)| name == field).then(|| "`enrich.fields`".to_owned());
        let before = || {
            let before = enrich.lookups.iter().take(n).find(|before| before.field == *field)?;
            Some(format!("the lookup in line {}", before.place.line))
        };
        if let Some(by) = own(field).or_else(fixed).or_else(before) {
            twice(field, &by, lookup.place, report);
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

fn twice(field: &str, by: &str, place: Place, report: &mut Report<'_>) {
    report.warn(
        &TWICE,
        place,
        format!("`{field}` is added by {by} already, and a record may have the field twice"),
        "leave one of them out, or give the field another name",
    );
}

/// The names under `enrich.fields` and where they stand, which the policy as data does not know.
fn placed(text: &str) -> Vec<(String, Place)> {
    let Ok(root) = yaml::read(text) else { return Vec::new() };
    let fields = root.get("enrich").and_then(|enrich| enrich.get("fields")).and_then(Node::as_map);
    let names =
        fields.unwrap_or_default().iter().map(|(name, _)| (name.as_str().unwrap_or_default().to_owned(), name.place));
    names.collect()
}
