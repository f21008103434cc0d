//! What of a policy no case tries.

use podsieve_policy::model::File;
use podsieve_policy::yaml::Place;

use crate::explain::{Entry, Explained};

/// The entries of a policy that took part in a case.
#[derive(Debug, Default)]
pub struct Coverage {
    used: Vec<Entry>,
}

impl Coverage {
    /// Adds what took part in a case.
    pub fn add(&mut self, explained: &Explained) {
        let entries = explained.found.iter().flat_map(|finding| &finding.entries).chain(&explained.route);
        for entry in entries {
            if !self.used.contains(entry) {
                self.used.push(entry.clone());
            }
        }
    }

    /// The entries that the file names and that took part in none, in the order of the file: rules, keys, what is allowed,
    /// routes, and detectors that are on and named alone.
    pub fn unused(&self, file: &File) -> Vec<(Entry, Place)> {
        let mut entries: Vec<(Entry, Place)> = Vec::new();
        let mut add = |entry: Entry| entries.extend(entry.place(file).map(|place| (entry, place)));
        let named = |place: Option<Place>| file.detectors.iter().filter(|setting| setting.place == place).count() == 1;
        for setting in &file.detectors {
            if setting.action.is_some() && named(setting.place) {
                add(Entry::Detector(setting.name.clone()));
                if !setting.allow.is_empty() {
                    add(Entry::DetectorAllow(setting.name.clone()));
                }
            }
        }
        for (n, rule) in file.rules.iter().enumerate() {
            add(Entry::Rule(n));
            if !rule.allow.is_empty() {
                add(Entry::RuleAllow(n));
            }
        }
        (0..file.keys.len()).for_each(|n| add(Entry::Key(n)));
        (0..file.allow.len()).for_each(|n| add(Entry::Allow(n)));
        // The default ones stand in no file.
        let first = Place { line: 1, column: 1 };
        (0..file.route.len()).filter(|n| file.route[*n].place != first).for_each(|n| add(Entry::Route(n)));
        entries.sort_by_key(|(_, place)| *place);
        entries.retain(|(entry, _)| !self.used.contains(entry));
        entries
    }
}
