//! What a policy does with a record, and why: what each rule found, what became of it, and which route applied.

mod entry;
mod why;

pub use entry::Entry;

use std::rc::Rc;

use podsieve_core::Policy;
use podsieve_core::policy::{Action, Segment};
use podsieve_core::trace::{Found, Trace};
use podsieve_policy::model::{self, File, Path};
use podsieve_policy::yaml::{Place, Wrong};

use crate::policy::{self, Key};
use crate::{Native, Outcome, Runner};

/// An engine with a policy, that says what it did.
pub struct Explainer {
    native: Native,
    policy: &'static Policy,
    file: File,
}

/// What was done with a record.
#[derive(Debug, Default)]
pub struct Explained {
    /// What was found, value by value.
    pub found: Vec<Finding>,
    /// The route that applied.
    pub route: Option<Entry>,
    /// The record as it leaves; nothing if it was lost.
    pub output: Option<Vec<u8>>,
}

/// Something that a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The way to the value in the record as it leaves, as policies write it; empty if it is the whole.
    pub path: String,
    /// The same, step by step: names and indexes.
    pub steps: Vec<Segment>,
    /// It was found in the last name of the path.
    pub in_key: bool,
    /// What the value means; all that was found in it share it.
    pub value: Rc<[u8]>,
    /// Where it begins in the value, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// How it is known.
    pub why: String,
    /// What the policy does with what the rule finds, or `keep`.
    pub action: &'static str,
    /// Why it stayed.
    pub kept: Option<Stay>,
    /// What of the policy took part.
    pub entries: Vec<Entry>,
}

/// Why something stayed that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stay {
    /// This entry allows it.
    Allowed(Entry),
    /// The rule is off.
    Off,
    /// The rule only counts.
    DryRun,
    /// It is what stands for something that was found before.
    Done,
}

impl Stay {
    /// The same, in a few words.
    pub fn shown(&self, file: &File) -> String {
        match self {
            Stay::Allowed(entry) => entry.shown(file).to_string(),
            Stay::Off => "off".to_owned(),
            Stay::DryRun => "dry run".to_owned(),
            Stay::Done => "stands for something redacted before".to_owned(),
        }
    }
}

impl Finding {
    /// What was found.
    pub fn text(&self) -> &[u8] {
        self.value.get(self.start..self.end).unwrap_or_default()
    }
}

impl Explainer {
    /// An engine that follows the policy of a file.
    ///
    /// # Errors
    /// What the engine cannot do.
    pub fn new(file: File, keys: &[Key]) -> Result<Explainer, Vec<Wrong>> {
        let policy = policy::compiled(&file, keys)?;
        let mut native = Native::with(policy);
        native.set_trace(true);
        Ok(Explainer { native, policy, file })
    }

    /// The policy as its file says it.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Does `function` to a record.
    pub fn explain(&mut self, function: &str, tag: &[u8], record: &[u8]) -> Explained {
        let output = self.run(function, tag, record).record().map(<[u8]>::to_vec);
        Explained { output, ..self.explained(usize::MAX) }
    }

    /// Does `function` to a record, of which [`Explainer::trace`] and [`Explainer::explained`] tell then.
    pub fn run(&mut self, function: &str, tag: &[u8], record: &[u8]) -> Outcome<'_> {
        self.native.run(function, tag, record)
    }

    /// What was done to the last record, as the engine has it.
    pub fn trace(&self) -> &Trace {
        self.native.trace()
    }

    /// The policy as the engine has it.
    pub fn policy(&self) -> &'static Policy {
        self.policy
    }

    /// What was done to the last record, without the output; of what was found, the first `most`.
    pub fn explained(&self, most: usize) -> Explained {
        let trace = self.native.trace();
        let values: Vec<Rc<[u8]>> = trace.values().iter().map(|value| value.text.as_slice().into()).collect();
        let mut found: Vec<&Found> = trace.found().iter().collect();
        found.sort_by_key(|found| (found.value, found.start));
        let found = found.into_iter().take(most);
        let found = found.filter_map(|found| self.finding(found, values.get(found.value)?)).collect();
        let route = trace.route().filter(|route| *route < self.file.route.len()).map(Entry::Route);
        Explained { found, route, output: None }
    }

    fn finding(&self, found: &Found, text: &Rc<[u8]>) -> Option<Finding> {
        let value = self.native.trace().values().get(found.value)?;
        let rule = self.policy.rules.get(usize::from(found.rule)).copied()?;
        let action = self.policy.custom.and_then(|custom| custom.actions.get(usize::from(found.rule)));
        let kept = found.kept.map(|kept| entry::stay(self.policy, &self.file, rule, kept));
        let action = match action.filter(|_| kept.is_none()) {
            _ if kept.is_some() => "keep",
            None | Some(Action::Mark | Action::Text(_)) => "redact",
            Some(Action::Mask { .. }) => "mask",
            Some(Action::Hash { .. }) => "hash",
            Some(Action::Remove) => "remove",
            Some(Action::Keep | Action::Off) => "keep",
        };
        let mut entries = entry::of(self.policy, &self.file, rule, &found.why);
        if let Some(Stay::Allowed(entry)) = &kept {
            entries.push(entry.clone());
        }
        Some(Finding {
            rule,
            path: written(&value.path),
            steps: value.path.clone(),
            in_key: value.is_key,
            value: Rc::clone(text),
            start: found.start,
            end: found.end,
            why: why::why(self.policy, found),
            action,
            kept,
            entries,
        })
    }
}

/// A path as policies write it: a name with dots is also the way through the objects that it names.
fn written(path: &[Segment]) -> String {
    let mut segments = Vec::new();
    for segment in path {
        match segment {
            Segment::Name(name) if name.split('.').all(|part| !part.is_empty()) => {
                segments.extend(name.split('.').map(|part| model::Segment::Name(part.to_owned())));
            }
            other => segments.push(entry::segment(other)),
        }
    }
    Path { segments, place: Place { line: 1, column: 1 } }.written()
}
