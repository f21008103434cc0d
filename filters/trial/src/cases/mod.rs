//! Cases of one's own: whether a policy does with records what it must.

mod coverage;
mod junit;
mod said;

pub use coverage::Coverage;
pub use junit::{Suite, Test, write as junit};

use podsieve_policy::compile::detectors;
use podsieve_policy::model::{Case, File, Gone, Known, Path, Text};
use podsieve_policy::yaml::{Place, Wrong};

use crate::explain::{Explained, Explainer, Finding, Stay};
use crate::json;
use said::Said;

/// The cases of a text in YAML, for the policy of `file`.
///
/// # Errors
/// What is wrong with it, with places.
pub fn read(text: &str, file: &File) -> Result<Vec<Case>, Vec<Wrong>> {
    podsieve_policy::read_cases(text, &Known { detectors: &detectors() }, file)
}

/// Something that a case expects, and that is not so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the case expects it.
    pub place: Place,
    /// The text that it is about, and where it stands there.
    pub shown: Option<(Vec<u8>, usize, usize)>,
    /// What was expected, and what happened.
    pub what: String,
}

/// Runs a case: what was done, and what of it is not as it must be.
pub fn run(case: &Case, explainer: &mut Explainer) -> (Explained, Vec<Failure>) {
    let explained = explainer.explain(case.function, case.tag.as_bytes(), case.record.as_bytes());
    let failures = Judge { case, explained: &explained, file: explainer.file() }.judge();
    (explained, failures)
}

struct Judge<'a> {
    case: &'a Case,
    explained: &'a Explained,
    file: &'a File,
}

impl Judge<'_> {
    fn judge(&self) -> Vec<Failure> {
        let Some(output) = &self.explained.output else {
            return vec![Failure { place: self.case.place, shown: None, what: "the record is lost".to_owned() }];
        };
        let (said, before) = (Said::of(output), Said::of(self.case.record.as_bytes()));
        let mut failures = Vec::new();
        failures.extend(self.case.redact.iter().filter_map(|gone| self.gone(gone, &said, &before)));
        failures.extend(self.case.keep.iter().filter_map(|text| self.kept(text, &said, &before)));
        if let Some(place) = self.case.keep_all {
            let acted = self.explained.found.iter().filter(|finding| finding.kept.is_none());
            failures.extend(acted.map(|finding| Failure {
                place,
                shown: Some((finding.value.to_vec(), finding.start, finding.end)),
                what: format!("expected all of it to stay; {}", did(finding)),
            }));
        }
        if let Some((expected, place)) = &self.case.route {
            failures.extend(self.route(expected.as_deref(), *place, output));
        }
        failures.extend(self.case.fields.iter().filter_map(|(path, value)| field(path, value.as_deref(), output)));
        failures
    }

    /// What must not survive.
    fn gone(&self, gone: &Gone, said: &Said, before: &Said) -> Option<Failure> {
        let text = gone.text.text.as_bytes();
        if !before.says(text) {
            return self.fails(&gone.text, "expected it to be redacted; the record does not have it".to_owned());
        }
        let by = gone.rules.join(" or ");
        let by = if by.is_empty() { by } else { format!(" by {by}") };
        let about = |finding: &&Finding| overlaps(finding, text);
        let findings = || self.explained.found.iter().filter(about);
        if said.says(text) {
            let left = findings().find(|finding| finding.kept.is_some());
            let part = findings().find(|finding| finding.kept.is_none());
            let happened = match (left, part) {
                (Some(left), _) => self.stayed(left),
                (None, Some(part)) => format!("{}, and it is still there", did(part)),
                (None, None) => "no rule found it".to_owned(),
            };
            return self.fails(&gone.text, format!("expected to be redacted{by}; it stayed: {happened}"));
        }
        let fits = |finding: &Finding| finding.kept.is_none() && gone.rules.iter().any(|rule| rule == finding.rule);
        if gone.rules.is_empty() || findings().any(fits) {
            return None;
        }
        let other = findings().find(|finding| finding.kept.is_none());
        let happened = other.map_or_else(|| "it went with what is around it".to_owned(), did);
        self.fails(&gone.text, format!("expected to be redacted{by}; {happened}"))
    }

    /// What must survive.
    fn kept(&self, text: &Text, said: &Said, before: &Said) -> Option<Failure> {
        let bytes = text.text.as_bytes();
        if said.says(bytes) {
            return None;
        }
        if !before.says(bytes) {
            return self.fails(text, "expected it to stay; the record does not have it".to_owned());
        }
        let acted = self.explained.found.iter().find(|finding| finding.kept.is_none() && overlaps(finding, bytes));
        let happened = acted.map_or_else(|| "it is not in what came out".to_owned(), did);
        self.fails(text, format!("expected to stay; {happened}"))
    }

    fn route(&self, expected: Option<&str>, place: Place, output: &[u8]) -> Option<Failure> {
        let tag = json::field(output, "archive_tag").map(said::plain);
        if tag.as_deref() == expected.map(str::as_bytes) {
            return None;
        }
        let told = |tag: Option<&str>| tag.map_or("no route".to_owned(), |tag| format!("the route to `{tag}`"));
        let found = tag.as_ref().map(|tag| String::from_utf8_lossy(tag));
        let route = self.explained.route.as_ref().map(|route| format!(" by {}", route.shown(self.file)));
        let (expected, found) = (told(expected), told(found.as_deref()));
        let what = format!("expected {expected}; it took {found}{}", route.unwrap_or_default());
        Some(Failure { place, shown: None, what })
    }

    /// A failure about a text of the case.
    #[allow(clippy::unnecessary_wraps, reason = "each of them is the result of a check")]
    fn fails(&self, text: &Text, what: String) -> Option<Failure> {
        let (place, wanted) = (text.place, text.text.as_bytes());
        let found = self.explained.found.iter().find(|finding| overlaps(finding, wanted));
        let source = self.case.line.as_deref().unwrap_or(&self.case.record).as_bytes();
        let values = std::iter::once(source).chain(found.map(|finding| &*finding.value));
        let shown = values.filter_map(|value| {
            let at = memchr::memmem::find(value, wanted)?;
            Some((value.to_vec(), at, at + wanted.len()))
        });
        Some(Failure { place, shown: shown.into_iter().next().or(Some((source.to_vec(), 0, 0))), what })
    }

    fn stayed(&self, finding: &Finding) -> String {
        let why = match &finding.kept {
            Some(Stay::Allowed(entry)) => {
                let place = entry.place(self.file).map(|place| format!(" at {place}")).unwrap_or_default();
                format!("{}{place} of the policy keeps it", entry.shown(self.file))
            }
            Some(Stay::Off) => "it is off".to_owned(),
            Some(Stay::DryRun) => "its action is keep, a dry run".to_owned(),
            Some(Stay::Done) => "it looks like what stands for something redacted before".to_owned(),
            None => String::new(),
        };
        format!("rule {} found it, and {why}", finding.rule)
    }
}

/// What a rule did.
fn did(finding: &Finding) -> String {
    let did = match finding.action {
        "mask" => "masked",
        "hash" => "hashed",
        "remove" => "removed",
        _ => "redacted",
    };
    format!("rule {} {did} it ({})", finding.rule, finding.why)
}

/// Whether what was found has a part of a text, where the value has it.
fn overlaps(finding: &Finding, text: &[u8]) -> bool {
    let mut places = memchr::memmem::find_iter(&finding.value, text);
    places.any(|at| at < finding.end && at + text.len() > finding.start)
}

/// A field that must be there with this value, or must not.
fn field(path: &Path, expected: Option<&str>, output: &[u8]) -> Option<Failure> {
    let names: Vec<_> = path.segments.iter().collect();
    let found = said::at(output, &names);
    if found.as_deref() == expected.map(str::as_bytes) {
        return None;
    }
    let told = |value: Option<&[u8]>| {
        value.map_or("nothing".to_owned(), |value| format!("`{}`", String::from_utf8_lossy(value)))
    };
    let (name, expected, found) = (path.written(), told(expected.map(str::as_bytes)), told(found.as_deref()));
    Some(Failure { place: path.place, shown: None, what: format!("expected {expected} in `{name}`; found {found}") })
}
