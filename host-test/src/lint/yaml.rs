//! The form in YAML.
//! [Source](https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml)

use std::path::Path;

use podsieve_policy::yaml::{self, Kind, Node};

use super::files::Files;
use super::model::{Form, Place, Property, Route, Section};
use crate::Error;

pub(super) fn read(files: &mut Files, file: usize, path: &Path, text: &str) -> Result<(), Error> {
    let root = yaml::read_with_repeated_keys(text).map_err(|wrong| {
        files.error(Place { file, line: wrong.place.line }, wrong.what, "mend the YAML: Fluent Bit does not start")
    })?;
    if root.is_null() {
        return Ok(());
    }
    let reader = Reader { file };
    let Some(pairs) = root.as_map() else {
        return Err(files.error(reader.place(&root), "this is no map", "is this a configuration?"));
    };
    for (key, value) in pairs {
        match key.as_str().unwrap_or_default().to_lowercase().as_str() {
            "env" => {
                for (name, value) in value.as_map().unwrap_or_default() {
                    if let (Some(name), Some(value)) = (name.as_str(), value.as_str()) {
                        files.configuration.variables.push((name.to_owned(), value.to_owned()));
                    }
                }
            }
            "includes" => {
                for included in value.as_list().unwrap_or_default() {
                    if let Some(named) = included.as_str() {
                        files.include(named, Some(path), reader.place(included))?;
                    }
                }
            }
            "stream_processor" => files.configuration.has_streams = true,
            "service" => files.configuration.service.extend(reader.properties(value)),
            "pipeline" => {
                for (key, list) in value.as_map().unwrap_or_default() {
                    let configuration = &mut files.configuration;
                    let sections = match key.as_str() {
                        Some("inputs") => &mut configuration.inputs,
                        Some("filters") => &mut configuration.filters,
                        Some("outputs") => &mut configuration.outputs,
                        _ => continue,
                    };
                    sections.extend(list.as_list().unwrap_or_default().iter().map(|node| reader.section(node)));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

struct Reader {
    file: usize,
}

impl Reader {
    fn place(&self, node: &Node) -> Place {
        Place { file: self.file, line: node.place.line }
    }

    /// The keys with texts, one property for each text of a list.
    fn properties(&self, node: &Node) -> Vec<Property> {
        let mut properties = Vec::new();
        for (key, value) in node.as_map().unwrap_or_default() {
            // A text that begins below its key is shown with its key.
            let texts = match &value.kind {
                Kind::Scalar { text, .. } => vec![(text, self.place(key))],
                Kind::List(nodes) => nodes.iter().filter_map(|node| self.text(node)).collect(),
                Kind::Map(_) => continue,
            };
            for (text, place) in texts {
                let (key, raw) = (key.as_str().unwrap_or_default().to_lowercase(), text.clone());
                properties.push(Property { place, form: Form::Yaml, key, raw, value: String::new() });
            }
        }
        properties
    }

    fn text<'a>(&self, node: &'a Node) -> Option<(&'a String, Place)> {
        match &node.kind {
            Kind::Scalar { text, .. } => Some((text, self.place(node))),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    fn section(&self, node: &Node) -> Section {
        let mut section = Section::new(self.place(node));
        section.properties = self.properties(node);
        let logs = |key| node.get(key).and_then(|value| value.get("logs")).and_then(Node::as_list).unwrap_or_default();
        section.processors = logs("processors").iter().map(|node| self.section(node)).collect();
        section.routes = logs("routes").iter().map(|node| self.route(node)).collect();
        section
    }

    fn route(&self, node: &Node) -> Route {
        let rules = |condition: &Node| condition.get("rules").and_then(Node::as_list).map(<[Node]>::to_vec);
        let field = |rule: Node| rule.get("field").and_then(Node::as_str).map(str::to_owned);
        let outputs = node.get("to").and_then(|to| to.get("outputs")).and_then(Node::as_list).unwrap_or_default();
        let output = |node: &Node| node.as_str().or_else(|| node.get("name")?.as_str()).map(str::to_owned);
        Route {
            place: self.place(node),
            name: node.get("name").and_then(Node::as_str).unwrap_or_default().to_owned(),
            fields: node
                .get("condition")
                .map(|condition| rules(condition).unwrap_or_default().into_iter().filter_map(field).collect()),
            outputs: outputs.iter().filter_map(output).collect(),
        }
    }
}
