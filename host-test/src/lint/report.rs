//! What was found, and where.

use super::model::{Configuration, Form, Place, Property, Route, Section};
use super::rules::Rule;
use crate::Finding;

/// What a finding is about.
pub(super) struct Spot {
    place: Place,
    excerpt: String,
}

impl Spot {
    /// The property of this key, or the section if it has none.
    pub(super) fn of(section: &Section, key: &str) -> Spot {
        section.get(key).map_or_else(|| section.into(), Spot::from)
    }
}

impl From<&Property> for Spot {
    fn from(property: &Property) -> Spot {
        let between = match property.form {
            Form::Classic => " ",
            Form::Yaml => ": ",
        };
        Spot { place: property.place, excerpt: format!("{}{between}{}", property.key, property.raw) }
    }
}

impl From<&Section> for Spot {
    fn from(section: &Section) -> Spot {
        match section.get("name") {
            Some(name) => name.into(),
            None => Spot { place: section.place, excerpt: "(no name)".to_owned() },
        }
    }
}

impl From<&Route> for Spot {
    fn from(route: &Route) -> Spot {
        Spot { place: route.place, excerpt: format!("name: {}", route.name) }
    }
}

/// The findings in a configuration.
pub(super) struct Report<'a> {
    configuration: &'a Configuration,
    found: Vec<(Place, Finding)>,
}

impl<'a> Report<'a> {
    pub(super) fn new(configuration: &'a Configuration) -> Self {
        Report { configuration, found: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        spot: impl Into<Spot>,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let Spot { place, excerpt } = spot.into();
        let finding = Finding {
            file: self.configuration.files.get(place.file).cloned().unwrap_or_default(),
            line: place.line,
            column: None,
            level: rule.level,
            rule: rule.name,
            what: printable(&what.into()),
            advice: advice.into(),
            excerpt: Some(printable(&excerpt)),
        };
        self.found.push((place, finding));
    }

    /// What is wrong with the configuration as a whole.
    pub(super) fn add_to_all(&mut self, rule: &'static Rule, what: impl Into<String>, advice: impl Into<String>) {
        let spot = Spot { place: Place { file: 0, line: 1 }, excerpt: "(the whole configuration)".to_owned() };
        self.add(rule, spot, what, advice);
    }

    pub(super) fn findings(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|(place, _)| (place.file, place.line));
        self.found.into_iter().map(|(_, finding)| finding).collect()
    }
}

/// As much as fits on a line, without what would move a terminal's cursor.
fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut out = String::new();
    for character in text.chars().take(LONGEST) {
        if character.is_control() { out.extend(character.escape_default()) } else { out.push(character) }
    }
    if text.chars().nth(LONGEST).is_some() {
        out.push_str("...");
    }
    out
}
