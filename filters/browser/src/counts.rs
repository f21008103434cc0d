//! What was found in all records, by rule, field and route.

use std::collections::HashMap;

use podsieve_core::policy::Segment;
use podsieve_core::trace::Trace;
use serde::Serialize;

/// Fields, and routes, that are told apart. What is found in others counts for its rule alone, as texts may make them up.
const NAMES: usize = 1000;

/// The counts; what is counted by name is in a list when it is [told](Counts::told).
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) bytes: u64,
    pub(crate) records: u64,
    pub(crate) lost: u64,
    /// Records of which something was replaced.
    pub(crate) changed: u64,
    /// Records that pass the filter.
    pub(crate) matching: u64,
    rules: HashMap<&'static str, Rule>,
    fields: HashMap<String, u64>,
    routes: HashMap<String, u64>,
}

#[derive(Debug, Default)]
struct Rule {
    found: u64,
    kept: u64,
    records: u64,
    /// The last record in which it found something.
    last: u64,
}

/// What is told of the counts.
#[derive(Serialize)]
pub(crate) struct Told<'a> {
    form: &'static str,
    bytes: u64,
    lines: u64,
    records: u64,
    lost: u64,
    changed: u64,
    matching: u64,
    rules: Vec<ToldRule>,
    fields: Vec<ToldField<'a>>,
    routes: Vec<ToldRoute<'a>>,
}

#[derive(Serialize)]
struct ToldRule {
    name: &'static str,
    found: u64,
    kept: u64,
    records: u64,
}

#[derive(Serialize)]
struct ToldField<'a> {
    name: &'a str,
    found: u64,
}

#[derive(Serialize)]
struct ToldRoute<'a> {
    name: &'a str,
    records: u64,
}

impl Counts {
    /// Adds a record: what was done to it, and the tag of its route.
    pub(crate) fn add(&mut self, trace: &Trace, names: &[&'static str], route: &str) {
        self.records += 1;
        let mut changed = false;
        for found in trace.found() {
            let name = names.get(usize::from(found.rule)).copied().unwrap_or_default();
            let rule = self.rules.entry(name).or_default();
            if found.kept.is_some() {
                rule.kept += 1;
            } else {
                rule.found += 1;
                changed = true;
                if let Some(value) = trace.values().get(found.value) {
                    let field = field(&value.path);
                    if self.fields.len() < NAMES || self.fields.contains_key(&field) {
                        *self.fields.entry(field).or_default() += 1;
                    }
                }
            }
            if std::mem::replace(&mut rule.last, self.records) != self.records {
                rule.records += 1;
            }
        }
        self.changed += u64::from(changed);
        if self.routes.len() < NAMES || self.routes.contains_key(route) {
            *self.routes.entry(route.to_owned()).or_default() += 1;
        }
    }

    /// The counts as they are shown: what there is most of comes first.
    pub(crate) fn told(&self, form: &'static str, lines: u64) -> Told<'_> {
        let rule = |(name, rule): (&&'static str, &Rule)| {
            let Rule { found, kept, records, .. } = *rule;
            ToldRule { name, found, kept, records }
        };
        let mut rules: Vec<_> = self.rules.iter().map(rule).collect();
        let mut fields: Vec<_> = self.fields.iter().map(|(name, found)| ToldField { name, found: *found }).collect();
        let mut routes: Vec<_> =
            self.routes.iter().map(|(name, records)| ToldRoute { name, records: *records }).collect();
        rules.sort_by(|a, b| (b.found, b.kept, a.name).cmp(&(a.found, a.kept, b.name)));
        fields.sort_by(|a, b| (b.found, a.name).cmp(&(a.found, b.name)));
        routes.sort_by(|a, b| (b.records, a.name).cmp(&(a.records, b.name)));
        let Counts { bytes, records, lost, changed, matching, .. } = *self;
        Told { form, bytes, lines, records, lost, changed, matching, rules, fields, routes }
    }
}

/// The way to a value, without the places in lists, so that all elements are one field.
pub(crate) fn field(path: &[Segment]) -> String {
    let mut out = String::new();
    for step in path {
        let name = match step {
            Segment::Name(name) => name.as_str(),
            _ => "*",
        };
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(name);
    }
    out
}
