//! What both forms of a configuration say: sections with properties, and where each of them stands.

use super::pattern::UNKNOWN;

/// A configuration with all that it includes.
#[derive(Default)]
pub(super) struct Configuration {
    /// The names of the files that it was read from.
    pub(super) files: Vec<String>,
    pub(super) service: Vec<Property>,
    pub(super) inputs: Vec<Section>,
    pub(super) filters: Vec<Section>,
    pub(super) outputs: Vec<Section>,
    pub(super) variables: Vec<(String, String)>,
    /// Streams make records with tags of their own.
    pub(super) has_streams: bool,
}

/// A line of a file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Its number among the files of the configuration.
    pub(super) file: usize,
    /// From 1.
    pub(super) line: u32,
}

/// An input, a filter, an output or a processor.
pub(super) struct Section {
    pub(super) place: Place,
    pub(super) properties: Vec<Property>,
    /// The processors of an input or an output, of logs only.
    pub(super) processors: Vec<Section>,
    /// The routes of an input, of logs only.
    pub(super) routes: Vec<Route>,
}

/// A key with one of its values.
pub(super) struct Property {
    pub(super) place: Place,
    pub(super) form: Form,
    /// In lower case.
    pub(super) key: String,
    /// As it stands there.
    pub(super) raw: String,
    /// With the values of variables in it; [`UNKNOWN`] is where a variable comes from outside.
    pub(super) value: String,
}

/// A route from an input to outputs, by a condition.
pub(super) struct Route {
    pub(super) place: Place,
    pub(super) name: String,
    /// The fields that its condition looks at; none if it has no condition.
    pub(super) fields: Option<Vec<String>>,
    pub(super) outputs: Vec<String>,
}

/// How a configuration is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Classic,
    Yaml,
}

/// What does not belong into a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    Comment,
    Quotes,
}

impl Section {
    pub(super) fn new(place: Place) -> Section {
        Section { place, properties: Vec::new(), processors: Vec::new(), routes: Vec::new() }
    }

    /// The plugin's name, in lower case.
    pub(super) fn name(&self) -> String {
        self.value("name").unwrap_or_default().to_lowercase()
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.value("name").is_some_and(|value| value.eq_ignore_ascii_case(name))
    }

    /// The property of this key that counts: the last one.
    pub(super) fn get(&self, key: &str) -> Option<&Property> {
        self.properties.iter().rfind(|property| property.key == key)
    }

    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.get(key).map(|property| property.value.as_str())
    }

    pub(super) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.key == key)
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, key: &str) -> bool {
        self.value(key).is_some_and(is_on)
    }
}

/// What Fluent Bit takes for true.
pub(super) fn is_on(value: &str) -> bool {
    ["true", "on", "yes"].iter().any(|on| value.eq_ignore_ascii_case(on))
}

impl Property {
    /// Whether all of the value is known.
    pub(super) fn is_known(&self) -> bool {
        !self.value.contains(UNKNOWN)
    }

    /// What the classic form takes for a part of the value, and whoever wrote it did not.
    pub(super) fn slip(&self) -> Option<Slip> {
        let raw = self.raw.as_str();
        if self.form != Form::Classic {
            None
        } else if raw.contains(" #") || raw.contains("\t#") {
            Some(Slip::Comment)
        } else {
            let quoted = ['"', '\''].into_iter().any(|quote| raw.starts_with(quote) && raw.ends_with(quote));
            quoted.then_some(Slip::Quotes)
        }
    }
}

impl Configuration {
    pub(super) fn service(&self, key: &str) -> Option<&str> {
        self.service.iter().rfind(|property| property.key == key).map(|property| property.value.as_str())
    }

    /// All sections, processors among them.
    pub(super) fn sections(&self) -> impl Iterator<Item = &Section> {
        let sections = self.inputs.iter().chain(&self.filters).chain(&self.outputs);
        sections.flat_map(|section| std::iter::once(section).chain(&section.processors))
    }

    /// Puts the values of variables where their names are, once all files are read.
    pub(super) fn set_variables(&mut self) {
        let Configuration { service, inputs, filters, outputs, variables, .. } = self;
        for property in service {
            property.value = expand(&property.raw, variables);
        }
        for section in inputs.iter_mut().chain(filters).chain(outputs) {
            for property in &mut section.properties {
                property.value = expand(&property.raw, variables);
            }
            for property in section.processors.iter_mut().flat_map(|processor| &mut processor.properties) {
                property.value = expand(&property.raw, variables);
            }
        }
    }
}

/// A text with variables, `${NAME}`. What the environment has is not looked at: a configuration is judged alike
/// everywhere.
fn expand(raw: &str, variables: &[(String, String)]) -> String {
    let mut text = String::new();
    let mut rest = raw;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, behind)) = behind.split_once('}') else { break };
        text.push_str(before);
        match variables.iter().rfind(|(variable, _)| variable == name) {
            Some((_, value)) => text.push_str(value),
            None => text.push(UNKNOWN),
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}
