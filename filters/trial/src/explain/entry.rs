//! Entries of a policy's file: which of them takes part in what was found.

use std::fmt;

use podsieve_core::Policy;
use podsieve_core::policy::{self as core, PathMeaning};
use podsieve_core::trace::{Kept, Why};
use podsieve_policy::model::{self, Allowed, Exception, File, Which};
use podsieve_policy::yaml::Place;

use super::Stay;

/// An entry of a policy's file, by its place in its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A built-in detector.
    Detector(String),
    /// What a built-in detector allows.
    DetectorAllow(String),
    /// A rule.
    Rule(usize),
    /// What a rule allows.
    RuleAllow(usize),
    /// A key.
    Key(usize),
    /// Something that is allowed.
    Allow(usize),
    /// A route.
    Route(usize),
}

impl Entry {
    /// Where it stands; nothing if the file does not have it.
    pub fn place(&self, file: &File) -> Option<Place> {
        match self {
            Entry::Detector(name) | Entry::DetectorAllow(name) => {
                file.detectors.iter().find(|setting| setting.name == *name)?.place
            }
            Entry::Rule(n) | Entry::RuleAllow(n) => Some(file.rules.get(*n)?.place),
            Entry::Key(n) => Some(file.keys.get(*n)?.place),
            Entry::Allow(n) => Some(file.allow.get(*n)?.place),
            Entry::Route(n) => Some(file.route.get(*n)?.place),
        }
    }

    /// What it is, in a few words.
    pub fn shown<'a>(&'a self, file: &'a File) -> impl fmt::Display + 'a {
        Shown { entry: self, file }
    }
}

struct Shown<'a> {
    entry: &'a Entry,
    file: &'a File,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file;
        let rule = |n: &usize| file.rules.get(*n).map_or("", |rule| rule.name.as_str());
        match self.entry {
            Entry::Detector(name) => write!(f, "detector `{name}`"),
            Entry::DetectorAllow(name) => write!(f, "allow of detector `{name}`"),
            Entry::Rule(n) => write!(f, "rule `{}`", rule(n)),
            Entry::RuleAllow(n) => write!(f, "allow of rule `{}`", rule(n)),
            Entry::Key(n) => match file.keys.get(*n).map(|key| &key.which) {
                Some(Which::Name(name)) => write!(f, "key `{}`", name.text),
                Some(Which::Path(path)) => write!(f, "key `{}`", path.written()),
                None => write!(f, "key"),
            },
            Entry::Allow(n) => {
                write!(f, "allow entry {}", n + 1)?;
                match file.allow.get(*n).and_then(|exception| exception.path.as_ref()) {
                    Some(path) => write!(f, ", path `{}`", path.written()),
                    None => Ok(()),
                }
            }
            Entry::Route(n) => write!(f, "route {}", n + 1),
        }
    }
}

/// Why something stayed that a rule found.
pub(super) fn stay(policy: &Policy, file: &File, rule: &str, kept: Kept) -> Stay {
    let entry = match kept {
        Kept::Off => return Stay::Off,
        Kept::DryRun => return Stay::DryRun,
        Kept::Done => return Stay::Done,
        Kept::Rule => file.rules.iter().position(|known| known.name == rule).map(Entry::RuleAllow),
        Kept::Allowed(n) => {
            let allowed = policy.custom.and_then(|custom| custom.allowed.get(n));
            allowed.and_then(|allowed| allowing(policy, file, allowed))
        }
        Kept::Path(n) => policy.custom.and_then(|custom| custom.paths.get(n)).and_then(|path| {
            let PathMeaning::Allowed(allowed) = &path.what else { return None };
            let is_one = |exception: &Exception| {
                exception.path.as_ref().is_some_and(|known| is_path(known, &path.path))
                    && is_exception(policy, exception, allowed)
            };
            file.allow.iter().position(is_one).map(Entry::Allow)
        }),
    };
    Stay::Allowed(entry.unwrap_or_else(|| Entry::DetectorAllow(rule.to_owned())))
}

/// The entry without a path that allows this.
fn allowing(policy: &Policy, file: &File, allowed: &core::Allowed) -> Option<Entry> {
    let is_one = |exception: &Exception| exception.path.is_none() && is_exception(policy, exception, allowed);
    let entry = file.allow.iter().position(is_one).map(Entry::Allow);
    let of_detector = || {
        let [rule] = allowed.rules.as_slice() else { return None };
        let name = policy.rules.get(usize::from(*rule))?;
        let setting = file.detectors.iter().find(|setting| setting.name == *name)?;
        is_same(&setting.allow, allowed).then(|| Entry::DetectorAllow(setting.name.clone()))
    };
    of_detector().or(entry)
}

fn is_exception(policy: &Policy, exception: &Exception, allowed: &core::Allowed) -> bool {
    let rules = allowed.rules.iter().filter_map(|rule| policy.rules.get(usize::from(*rule)).copied());
    rules.eq(exception.rules.iter().map(String::as_str)) && is_same(&exception.allowed, allowed)
}

/// Whether the engine's table is of this entry: its patterns stand in others there.
fn is_same(file: &Allowed, allowed: &core::Allowed) -> bool {
    let is_pattern = |(file, engine): (&model::Text, &regex_lite::Regex)| engine.as_str().contains(&file.text);
    file.values == allowed.values
        && file.words == allowed.words
        && file.patterns.len() == allowed.patterns.len()
        && file.patterns.iter().zip(&allowed.patterns).all(is_pattern)
}

fn is_path(path: &model::Path, segments: &[core::Segment]) -> bool {
    path.segments.iter().cloned().eq(segments.iter().map(segment))
}

/// A step of a path as files have it.
pub(super) fn segment(segment: &core::Segment) -> model::Segment {
    match segment {
        core::Segment::Name(name) => model::Segment::Name(name.clone()),
        core::Segment::Index(index) => model::Segment::Index(*index),
        core::Segment::AnyIndex => model::Segment::AnyIndex,
        core::Segment::Any => model::Segment::Any,
        core::Segment::Deep => model::Segment::Deep,
    }
}

/// The entries by which a rule found something.
pub(super) fn of(policy: &Policy, file: &File, rule: &str, why: &Why) -> Vec<Entry> {
    let mut entries = Vec::new();
    if let Why::Rule(..) = why {
        entries.extend(file.rules.iter().position(|known| known.name == rule).map(Entry::Rule));
        return entries;
    }
    entries
        .extend(file.detectors.iter().find(|setting| setting.name == rule).map(|_| Entry::Detector(rule.to_owned())));
    let segments = match why {
        Why::Path(n) => policy.custom.and_then(|custom| custom.paths.get(*n)).map(|path| path.path.as_slice()),
        _ => None,
    };
    let name = match why {
        Why::Key(name) | Why::Name(name) | Why::Word(name) => folded(name),
        _ => String::new(),
    };
    let is_key = |key: &model::Key| match (&key.which, segments) {
        (Which::Path(path), Some(segments)) => is_path(path, segments),
        (Which::Name(known), None) => key.rule == rule && name.ends_with(&folded(&known.text)),
        _ => false,
    };
    entries.extend(file.keys.iter().position(is_key).map(Entry::Key));
    entries
}

fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
