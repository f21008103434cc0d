//! Cases by which a policy is tried: a record, and what must become of it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Path, Text};
use crate::read::{Fields, Form, Reader};
use crate::yaml::{Kind, Node, Place};

/// A record, and what must become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// For people.
    pub name: Option<String>,
    /// What the module does with it: `pipeline` if it does not say.
    pub function: &'static str,
    /// The record's tag.
    pub tag: String,
    /// The line of an application, or else the record as JSON.
    pub line: Option<String>,
    /// The record as the module gets it.
    pub record: String,
    /// What must not survive.
    pub redact: Vec<Gone>,
    /// What must survive.
    pub keep: Vec<Text>,
    /// Nothing may be done to it.
    pub keep_all: Option<Place>,
    /// The tag that it must get, or none.
    pub route: Option<(Option<String>, Place)>,
    /// Fields that must come out, and their values; `None`: they must not.
    pub fields: Vec<(Path, Option<String>)>,
    /// Where it stands in the file.
    pub place: Place,
}

/// A text that must not survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The text.
    pub text: Text,
    /// One of these rules must find it; none: whichever does.
    pub rules: Vec<String>,
}

pub(crate) const CASE: Form =
    Form::new("case", &["name", "line", "record", "tag", "function", "redact", "keep", "route", "fields"]);
pub(crate) const GONE: Form = Form::new("text", &["text", "rule"]);

const FUNCTIONS: &[(&str, &str)] =
    &[("pipeline", "pipeline"), ("parse", "parse"), ("redact", "redact"), ("enrich", "enrich"), ("route", "route")];
/// The tag of a case that has none: it says nothing of the record.
const TAG: &str = "app";

impl Case {
    pub(crate) fn read_all(node: &Node, reader: &mut Reader<'_>) -> Vec<Case> {
        reader.list(node, "a list of cases").iter().map(|node| Case::read(node, reader)).collect()
    }

    fn read(node: &Node, reader: &mut Reader<'_>) -> Case {
        let fields = reader.fields(node, &CASE);
        let mut case = Case {
            name: fields.get("name").map(|node| reader.text(node)),
            function: FUNCTIONS[0].1,
            tag: fields.get("tag").map_or_else(|| TAG.to_string(), |node| reader.any_text(node)),
            line: None,
            record: String::new(),
            redact: fields.get("redact").map(|node| gone(node, reader)).unwrap_or_default(),
            keep: Vec::new(),
            keep_all: None,
            route: fields.get("route").map(|node| {
                let tag = (!node.is_null()).then(|| reader.text(node));
                (tag, node.place)
            }),
            fields: fields.get("fields").map(|node| expected(node, reader)).unwrap_or_default(),
            place: node.place,
        };
        if let Some(node) = fields.get("function") {
            case.function = reader.choice(node, FUNCTIONS, "function").unwrap_or(case.function);
        }
        match fields.one(&["line", "record"], reader) {
            Some(("line", node)) => {
                let line = reader.any_text(node);
                case.record = format!("{{\"log\":{}}}", quoted(&line));
                case.line = Some(line);
            }
            Some((_, node)) => case.record = record(node, reader),
            None => reader.lacks(&fields, "expected `line` or `record`"),
        }
        match fields.get("keep") {
            Some(node) if node.as_str() == Some("all") => case.keep_all = Some(node.place),
            Some(node) => {
                let nodes = reader.one_or_many(node, "all or a list of texts");
                case.keep = nodes.iter().map(|node| reader.placed_text(node)).collect();
            }
            None => {}
        }
        case.check(&fields, reader);
        case
    }

    fn check(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if ["redact", "keep", "route", "fields"].iter().all(|key| fields.entry(key).is_none()) {
            reader.lacks(fields, "expected `redact`, `keep`, `route` or `fields`: without them it tries nothing");
        }
        if let (Some((key, _)), true) = (fields.entry("redact"), self.keep_all.is_some()) {
            reader.wrong(key.place, "`redact` does not go with `keep: all`");
        }
    }
}

/// Texts that must not survive, one or a list.
fn gone(node: &Node, reader: &mut Reader<'_>) -> Vec<Gone> {
    let nodes = reader.one_or_many(node, "a list of texts");
    if nodes.is_empty() {
        reader.wrong(node.place, "expected at least one text");
    }
    let mut found = Vec::new();
    for node in nodes {
        if node.as_map().is_none() {
            found.push(Gone { text: reader.placed_text(node), rules: Vec::new() });
            continue;
        }
        let fields = reader.fields(node, &GONE);
        let rules = fields.get("rule").map(|node| reader.rules(node)).unwrap_or_default();
        if let Some(node) = fields.need("text", reader) {
            found.push(Gone { text: reader.placed_text(node), rules });
        }
    }
    found
}

/// Paths of fields and their values.
fn expected(node: &Node, reader: &mut Reader<'_>) -> Vec<(Path, Option<String>)> {
    let pairs = reader.map(node, "a map of paths and values");
    let mut found = Vec::new();
    for (key, value) in pairs {
        let path = Path::read_field(key, reader);
        found.push((path, (!value.is_null()).then(|| reader.any_text(value))));
    }
    found
}

/// A record: an object, or its text as it is.
fn record(node: &Node, reader: &mut Reader<'_>) -> String {
    match &node.kind {
        Kind::Scalar { text, .. } if !node.is_null() => text.clone(),
        Kind::Map(_) => {
            let mut json = String::new();
            write(node, &mut json);
            json
        }
        _ => {
            reader.expected(node, "an object or its text");
            String::new()
        }
    }
}

/// A node as JSON: what is plain and reads as a number, a boolean or null is one.
fn write(node: &Node, json: &mut String) {
    match &node.kind {
        Kind::Scalar { .. } if node.is_null() => json.push_str("null"),
        Kind::Scalar { text, plain: true } if matches!(text.as_str(), "true" | "false") || is_number(text) => {
            json.push_str(text);
        }
        Kind::Scalar { text, .. } => json.push_str(&quoted(text)),
        Kind::List(nodes) => {
            json.push('[');
            for (n, node) in nodes.iter().enumerate() {
                json.push_str(if n > 0 { "," } else { "" });
                write(node, json);
            }
            json.push(']');
        }
        Kind::Map(pairs) => {
            json.push('{');
            for (n, (key, value)) in pairs.iter().enumerate() {
                json.push_str(if n > 0 { "," } else { "" });
                json.push_str(&quoted(key.as_str().unwrap_or_default()));
                json.push(':');
                write(value, json);
            }
            json.push('}');
        }
    }
}

/// Whether a text is a number of JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-6)).
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let is_whole = digits(whole) && (whole.len() == 1 || !whole.starts_with('0'));
    is_whole && digits(part) && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

/// A text as a string of JSON.
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\0'..=' ' if character != ' ' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => json.push(character),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Detector, Group, Known};
    use alloc::vec;

    const DETECTORS: &[Detector<'static>] = &[Detector { name: "email", group: Group::Pii, on: true }];
    const KNOWN: Known<'static> = Known { detectors: DETECTORS };

    fn read(text: &str) -> Result<Vec<Case>, Vec<String>> {
        let file = crate::read("rules: [{name: badge, regex: x, keywords: [abc]}]", &KNOWN).expect("it is a policy");
        crate::read_cases(text, &KNOWN, &file).map_err(|wrongs| wrongs.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn cases_are_read() {
        let text = "- line: \"a\\t\\\"b\\\"\"\n  redact: [b, {text: c, rule: badge}]\n  keep: x\n  route: ~\n  \
                    fields: {a.b: 1, c: null}\n- {record: {a: [1, -0.5e+3, 01, true, 'true', ~, x]}, keep: all, function: redact}\n";
        let cases = read(text).expect("they are cases");
        assert_eq!(cases[0].record, "{\"log\":\"a\\t\\\"b\\\"\"}");
        assert_eq!(cases[0].redact[1].rules, vec!["badge".to_string()]);
        assert_eq!((cases[0].keep[0].text.as_str(), cases[0].keep[0].place.line), ("x", 3));
        assert_eq!(cases[0].route.as_ref().map(|(tag, _)| tag.clone()), Some(None));
        assert_eq!(cases[0].fields[0].1.as_deref(), Some("1"));
        assert_eq!(cases[1].record, "{\"a\":[1,-0.5e+3,\"01\",true,\"true\",null,\"x\"]}");
        assert_eq!((cases[1].function, cases[1].keep_all.is_some()), ("redact", true));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, told) in [
            ("- line: x\n  redcat: [y]\n", "2:3: unknown key `redcat`; did you mean `redact`?"),
            ("- line: x\n", "1:3: expected `redact`, `keep`, `route` or `fields`: without them it tries nothing"),
            ("- keep: all\n", "1:3: expected `line` or `record`"),
            ("- {line: x, record: {}, keep: all}\n", "1:13: `record` does not go with `line`"),
            ("- {line: x, redact: [{text: x, rule: bagde}]}\n", "1:38: unknown rule `bagde`; did you mean `badge`?"),
            ("- {line: x, redact: [{rule: badge}]}\n", "1:22: `text` is missing"),
            ("- {line: x, keep: all, function: pipe}\n", "1:34: unknown function `pipe`"),
            ("- {line: x, redact: [x], keep: all}\n", "1:13: `redact` does not go with `keep: all`"),
            ("a: 1\n", "1:1: expected a list of cases, found a map"),
            ("", "1:1: expected a list of cases, found nothing"),
            ("- [", "2:1: "),
        ] {
            let wrongs = read(text).expect_err(text);
            assert!(wrongs[0].starts_with(told), "{text}: {wrongs:?}");
        }
    }
}
