//! A part of a policy that is tried on texts.

use podsieve_core::{Engine, Function};
use podsieve_policy::model::{Action, Audit, Enrich, File, Hash, Limits, Rule, Write};

use crate::json::{field, fields, unescape, write_string};
use crate::policy;

/// An engine that marks all that it finds, and says by which rules.
pub(super) struct Trial {
    engine: Engine,
}

/// What became of a text.
pub(super) struct Tried {
    /// The text that is left.
    pub(super) text: Vec<u8>,
    /// Which rules found something.
    pub(super) rules: Vec<String>,
}

impl Trial {
    /// Of a policy without what is said of places in the record: what it finds by detectors and rules.
    pub(super) fn of(file: &File) -> Option<Trial> {
        let mut file = file.clone();
        for setting in &mut file.detectors {
            setting.action = setting.action.is_some().then(Action::default);
        }
        for rule in &mut file.rules {
            rule.action = Action::default();
        }
        file.keys.clear();
        file.allow.retain(|exception| exception.path.is_none());
        file.hash = Hash::default();
        file.enrich = Enrich::default();
        file.route.clear();
        file.audit = Audit { write: Write::WhenRedacted, policy: false };
        file.limits = Limits::default();
        let policy = policy::compiled(&file, &[]).ok()?;
        Some(Trial { engine: Engine::new(policy) })
    }

    /// Of a policy without rules of its own.
    pub(super) fn of_detectors(file: &File) -> Option<Trial> {
        Trial::of(&File { rules: Vec::new(), ..file.clone() })
    }

    /// Of a rule and nothing else of the policy but what it allows of the rule.
    pub(super) fn of_rule(file: &File, rule: &Rule) -> Option<Trial> {
        let mut file = File { rules: vec![rule.clone()], ..file.clone() };
        for setting in &mut file.detectors {
            setting.action = None;
        }
        file.allow.retain(|exception| exception.rules.is_empty() || exception.rules.contains(&rule.name));
        Trial::of(&file)
    }

    /// Redacts a text.
    pub(super) fn on(&mut self, text: &str) -> Tried {
        self.on_field("log", text)
    }

    /// Redacts the text of a field.
    pub(super) fn on_field(&mut self, name: &str, text: &str) -> Tried {
        let mut record = b"{".to_vec();
        write_string(&mut record, name.as_bytes());
        record.push(b':');
        write_string(&mut record, text.as_bytes());
        record.push(b'}');
        self.on_record(name, &record)
    }

    /// Redacts a record, of which `name` is a field.
    pub(super) fn on_record(&mut self, name: &str, record: &[u8]) -> Tried {
        let out = self.engine.run(Function::Redact, b"check", record);
        let text = field(out, name).unwrap_or_default();
        let text = unescape(text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text));
        let redacted = field(out, "podsieve").and_then(|audit| field(audit, "redacted"));
        let rules = redacted.map(|rules| fields(rules).map(|field| String::from_utf8_lossy(field.key).into_owned()));
        Tried { text, rules: rules.into_iter().flatten().collect() }
    }
}

impl Tried {
    pub(super) fn is_by(&self, rule: &str) -> bool {
        self.rules.iter().any(|found| found == rule)
    }

    /// Whether this part of what the text was is gone.
    pub(super) fn covers(&self, text: &str, part: std::ops::Range<usize>) -> bool {
        let (before, behind) = (text.as_bytes(), self.text.as_slice());
        let pairs = || before.iter().zip(behind);
        let same = pairs().take_while(|(a, b)| a == b).count();
        let ends = before.iter().rev().zip(behind.iter().rev()).take_while(|(a, b)| a == b).count();
        let gone = memchr::memmem::find(behind, before.get(part.clone()).unwrap_or_default()).is_none();
        // What stays is the same at its begin and its end.
        gone && same <= part.start && before.len().saturating_sub(ends) >= part.end
    }
}
