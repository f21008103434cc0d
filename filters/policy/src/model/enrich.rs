//! What is added to a record.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Path;
use crate::read::{Form, Reader};
use crate::yaml::{Node, Place};

/// What is added to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrich {
    /// After which convention the fields are named.
    pub names: Names,
    /// Names and values of fields that every record gets if it does not have them, sorted by name.
    pub fields: Vec<(String, String)>,
    /// Fields whose value depends on another one.
    pub lookups: Vec<Lookup>,
}

/// Conventions for the names of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Those of Fluent Bit's kubernetes filter: `kubernetes.namespace_name`.
    Kubernetes,
    /// [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/resource/k8s/): `k8s.namespace.name`.
    OpenTelemetry,
    /// [Elastic Common Schema](https://www.elastic.co/guide/en/ecs/current/ecs-orchestrator.html):
    /// `orchestrator.namespace`.
    Ecs,
}

/// A field whose value depends on another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The field that is added if the record does not have it.
    pub field: String,
    /// The field that is looked at: a path without wildcards.
    pub from: Path,
    /// What it may be, and what is added then; sorted.
    pub values: Vec<(String, String)>,
    /// What is added else.
    pub default: Option<String>,
    /// Where it stands in the file.
    pub place: Place,
}

pub(crate) const ENRICH: Form = Form::section("enrich", &["names", "fields", "lookups"]);
pub(crate) const LOOKUP: Form = Form::new("lookup", &["field", "from", "values", "default"]);
pub(crate) const NAMES: &[(&str, Names)] =
    &[("kubernetes", Names::Kubernetes), ("opentelemetry", Names::OpenTelemetry), ("ecs", Names::Ecs)];

/// Only the collector and podsieve set them.
const RESERVED: [&str; 3] = ["podsieve", "archive_tag", "kubernetes"];

impl Default for Enrich {
    fn default() -> Enrich {
        Enrich { names: Names::Kubernetes, fields: Vec::new(), lookups: Vec::new() }
    }
}

impl Enrich {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Enrich {
        let fields = reader.fields(node, &ENRICH);
        let mut enrich = Enrich::default();
        if let Some(node) = fields.get("names") {
            enrich.names = reader.choice(node, NAMES, "convention").unwrap_or(enrich.names);
        }
        if let Some(node) = fields.get("fields") {
            enrich.fields = pairs(node, reader, check_field);
        }
        if let Some(node) = fields.get("lookups") {
            let nodes = reader.list(node, "a list of lookups");
            enrich.lookups = nodes.iter().filter_map(|node| Lookup::read(node, reader)).collect();
        }
        enrich
    }
}

impl Lookup {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Lookup> {
        let fields = reader.fields(node, &LOOKUP);
        let field = fields.need("field", reader).map(|node| {
            check_field(node, reader);
            reader.text(node)
        });
        let from = fields.need("from", reader).map(|node| Path::read_field(node, reader));
        let values = fields.need("values", reader).map(|node| pairs(node, reader, |_, _| {}));
        let default = fields.get("default").map(|node| reader.text(node));
        Some(Lookup { field: field?, from: from?, values: values?, default, place: node.place })
    }
}

/// A map of texts, sorted.
fn pairs(node: &Node, reader: &mut Reader<'_>, check: fn(&Node, &mut Reader<'_>)) -> Vec<(String, String)> {
    let mut pairs = BTreeMap::new();
    for (key, value) in reader.map(node, "a map of texts") {
        check(key, reader);
        pairs.insert(key.as_str().unwrap_or_default().to_string(), reader.any_text(value));
    }
    pairs.into_iter().collect()
}

fn check_field(node: &Node, reader: &mut Reader<'_>) {
    match node.as_str() {
        Some("") => reader.wrong(node.place, "expected a name, found an empty one"),
        Some(name) if name.len() > 128 => reader.wrong(node.place, "the name of a field has at most 128 bytes"),
        Some(name) if RESERVED.contains(&name) => {
            reader.wrong(node.place, &format!("only the collector and podsieve set `{name}`"));
        }
        _ => {}
    }
}
