//! Which tag a record gets.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::{Path, Segment, Tag, TagPart};
use podsieve_core::policy::Severity;

use crate::read::{Fields, Form, Reader, sorted};
use crate::yaml::{Node, Place};

/// A tag, and when a record gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// All of them must hold; none: it always applies.
    pub when: Vec<Condition>,
    /// The tag.
    pub tag: Tag,
    /// What becomes of the tag when a field is missing, empty, or no text, number or boolean.
    pub missing: Missing,
    /// Where it stands in the file; 1:1 for a default one.
    pub place: Place,
}

/// What becomes of a tag whose field is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// This takes the field's place: 1 to 64 of `A-Za-z0-9_-`.
    Text(String),
    /// The route does not apply, and the next one is tried.
    Skip,
}

/// Something that holds for a record or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A field is like this.
    Field {
        /// A path without wildcards.
        field: Path,
        /// How it must be.
        test: Test,
    },
    /// The severity is at least this.
    Severity(Severity),
    /// Something was redacted.
    Redacted(Redacted),
    /// It does not hold.
    Not(Box<Condition>),
    /// One of them holds; at least one is there.
    Any(Vec<Condition>),
}

/// How a field must be. A number or a boolean is compared as it is spelt; no other test than [`Test::Exists`] holds for
/// an object, a list, null, or a field that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// It is this.
    Equals(String),
    /// It is one of these, which are sorted.
    In(Vec<String>),
    /// It begins with this.
    Prefix(String),
    /// All of it is like this, in which `*` is any text and `?` any character; at most 256 bytes.
    Glob(String),
    /// It is there and not an empty text (true), or the opposite.
    Exists(bool),
}

/// What was redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redacted {
    /// Anything.
    Anything,
    /// Something of one of these rules, which are sorted.
    Rules(Vec<String>),
}

pub(crate) const ROUTE: Form = Form::new("route", &["when", "tag", "missing"]);
pub(crate) const CONDITION: Form = Form::new(
    "condition",
    &["field", "equals", "in", "prefix", "glob", "exists", "severity", "redacted", "not", "any"],
);
pub(crate) const SEVERITIES: &[(&str, Severity)] = &[
    ("trace", Severity::Trace),
    ("debug", Severity::Debug),
    ("info", Severity::Info),
    ("warn", Severity::Warn),
    ("error", Severity::Error),
    ("fatal", Severity::Fatal),
];
pub(crate) const DEFAULT_MISSING: &str = "unknown";

const TESTS: &[&str] = &["equals", "in", "prefix", "glob", "exists"];
const MAX_GLOB: usize = 256;
const MAX_DEPTH: usize = 8;

impl Route {
    /// What a policy has that says nothing of routes: an operation goes to `archive.audit.{service}`, an error to
    /// `archive.error.{service}`.
    pub(crate) fn defaults() -> Vec<Route> {
        let place = Place { line: 1, column: 1 };
        let path = |names: &[&str]| {
            let segments = names.iter().map(|name| Segment::Name(name.to_string())).collect();
            Path { segments, place }
        };
        let exists = |names: &[&str]| Condition::Field { field: path(names), test: Test::Exists(true) };
        let route = |when, tag: &str| Route {
            when: vec![when],
            tag: Tag { parts: vec![TagPart::Text(tag.to_string()), TagPart::Field(path(&["service"]))], place },
            missing: Missing::Text(DEFAULT_MISSING.to_string()),
            place,
        };
        let operation = Condition::Any(vec![exists(&["operation"]), exists(&["extra", "operation"])]);
        vec![route(operation, "archive.audit."), route(Condition::Severity(Severity::Error), "archive.error.")]
    }

    pub(crate) fn read_all(node: &Node, reader: &mut Reader<'_>) -> Vec<Route> {
        let nodes = reader.list(node, "a list of routes");
        let routes: Vec<Route> = nodes.iter().filter_map(|node| Route::read(node, reader)).collect();
        // A condition that could not be read is not among them.
        if !reader.is_right() {
            return routes;
        }
        if let Some(next) = routes.iter().skip_while(|route| !route.always_applies()).nth(1) {
            reader.wrong(next.place, "no record comes here: the route before always applies");
        }
        routes
    }

    fn always_applies(&self) -> bool {
        let takes_field = self.tag.parts.iter().any(|part| matches!(part, TagPart::Field(_)));
        self.when.is_empty() && !(takes_field && self.missing == Missing::Skip)
    }

    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Route> {
        let fields = reader.fields(node, &ROUTE);
        let when = fields.get("when").map(|node| conditions(node, 0, reader)).unwrap_or_default();
        let tag = fields.need("tag", reader).map(|node| Tag::read(node, reader));
        let missing = fields.get("missing").map(|node| Missing::read(node, reader));
        let missing = missing.unwrap_or_else(|| Missing::Text(DEFAULT_MISSING.to_string()));
        Some(Route { when, tag: tag?, missing, place: node.place })
    }
}

impl Missing {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Missing {
        if node.as_str() == Some("skip") {
            return Missing::Skip;
        }
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        Missing::Text(reader.name(node, 64, "A-Z, a-z, 0-9, _ and -", safe))
    }
}

/// One condition or a list of them.
fn conditions(node: &Node, depth: usize, reader: &mut Reader<'_>) -> Vec<Condition> {
    let nodes = reader.one_or_many(node, "a list of conditions");
    if nodes.is_empty() {
        reader.wrong(node.place, "expected at least one condition");
    }
    nodes.iter().filter_map(|node| Condition::read(node, depth, reader)).collect()
}

impl Condition {
    fn read(node: &Node, depth: usize, reader: &mut Reader<'_>) -> Option<Condition> {
        if depth > MAX_DEPTH {
            reader.wrong(node.place, "conditions are in each other more than 8 deep");
            return None;
        }
        let fields = reader.fields(node, &CONDITION);
        let Some((name, value)) = fields.one(&["severity", "redacted", "not", "any", "field"], reader) else {
            reader.lacks(&fields, "expected `field`, `severity`, `redacted`, `not` or `any` in it");
            return None;
        };
        if name != "field" {
            for test in TESTS.iter().filter_map(|test| fields.entry(test)) {
                reader.wrong(test.0.place, &alloc::format!("it does not go with `{name}`, only with `field`"));
            }
        }
        match name {
            "field" => Condition::read_field(value, &fields, reader),
            "severity" => reader.choice(value, SEVERITIES, "severity").map(Condition::Severity),
            "redacted" => Redacted::read(value, reader).map(Condition::Redacted),
            "not" => Some(Condition::Not(Box::new(Condition::read(value, depth + 1, reader)?))),
            _ => {
                let nodes = reader.list(value, "a list of conditions");
                if nodes.is_empty() && value.as_list().is_some() {
                    reader.wrong(value.place, "expected at least one condition");
                }
                Some(Condition::Any(nodes.iter().filter_map(|node| Condition::read(node, depth + 1, reader)).collect()))
            }
        }
    }

    fn read_field(field: &Node, fields: &Fields<'_>, reader: &mut Reader<'_>) -> Option<Condition> {
        let path = Path::read_field(field, reader);
        let Some((name, value)) = fields.one(TESTS, reader) else {
            reader.lacks(fields, "expected `equals`, `in`, `prefix`, `glob` or `exists` beside `field`");
            return None;
        };
        let test = match name {
            "equals" => Test::Equals(reader.any_text(value)),
            "in" => {
                let nodes = reader.list(value, "a list of texts");
                if nodes.is_empty() && value.as_list().is_some() {
                    reader.wrong(value.place, "expected at least one text");
                }
                Test::In(sorted(nodes.iter().map(|node| reader.any_text(node))))
            }
            "prefix" => Test::Prefix(reader.text(value)),
            "glob" => {
                let glob = reader.text(value);
                if glob.len() > MAX_GLOB {
                    reader.wrong(value.place, "a glob has at most 256 bytes");
                }
                Test::Glob(glob)
            }
            _ => Test::Exists(reader.truth(value)),
        };
        Some(Condition::Field { field: path, test })
    }
}

impl Redacted {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Redacted> {
        match node.as_str() {
            Some("true") => Some(Redacted::Anything),
            Some("false") => {
                reader.wrong(node.place, "expected true or names of rules; the opposite is `not: {redacted: true}`");
                None
            }
            _ => Some(Redacted::Rules(reader.rules(node))),
        }
    }
}
