//! The format for editors.

/// [JSON Schema 2020-12](https://json-schema.org/draft/2020-12/schema) of a policy. It takes names of detectors, regexes,
/// paths and tags for mere texts.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

    use super::*;
    use crate::model::FORMS;
    use crate::yaml::{self, Kind, Node};

    fn schema() -> Node {
        yaml::read(SCHEMA).expect("JSON is YAML")
    }

    fn keys(node: &Node) -> BTreeSet<&str> {
        node.as_map().unwrap_or_default().iter().filter_map(|(key, _)| key.as_str()).collect()
    }

    /// Schemas of maps whose keys are fixed.
    fn fixed(schema: &Node) -> Vec<(&str, &Node)> {
        let definitions = schema.get("$defs").and_then(Node::as_map).expect("it has definitions");
        let named = definitions.iter().filter_map(|(name, definition)| Some((name.as_str()?, definition)));
        named
            .filter(|(_, definition)| definition.get("additionalProperties").and_then(Node::as_str) == Some("false"))
            .collect()
    }

    #[test]
    fn schema_and_reader_know_the_same_keys() {
        let schema = schema();
        let fixed = fixed(&schema);
        let names: BTreeSet<&str> = fixed.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, FORMS.iter().map(|form| form.name).collect());
        for form in FORMS {
            let (_, definition) = fixed.iter().find(|(name, _)| *name == form.name).expect(form.name);
            let properties = definition.get("properties").expect(form.name);
            assert_eq!(keys(properties), form.keys.iter().copied().collect(), "{}", form.name);
        }
    }

    #[test]
    fn every_key_is_shown_in_the_default_policy() {
        for key in FORMS.iter().flat_map(|form| form.keys) {
            let shown =
                [" ", "{", "\n"].iter().any(|before| crate::DEFAULT.contains(&alloc::format!("{before}{key}:")));
            assert!(shown, "{key}");
        }
    }

    /// Whether a value is as its schema says; patterns are not looked at.
    fn fits(schema: &Node, root: &Node, value: &Node) -> bool {
        let text = value.as_str();
        let number = || text.and_then(|text| text.parse::<f64>().ok());
        let count = || value.as_list().map(<[Node]>::len).or(value.as_map().map(<[_]>::len));
        let limit = |node: &Node| node.as_str().and_then(|text| text.parse::<f64>().ok()).expect("a number");
        schema.as_map().expect("a schema").iter().all(|(keyword, says)| match keyword.as_str().unwrap_or_default() {
            "description" | "title" | "$schema" | "$defs" | "pattern" | "propertyNames" => true,
            "$ref" => {
                let name = says.as_str().and_then(|path| path.strip_prefix("#/$defs/")).expect("a definition");
                fits(root.get("$defs").and_then(|all| all.get(name)).expect(name), root, value)
            }
            "type" => {
                core::slice::from_ref(says).iter().chain(says.as_list().unwrap_or_default()).any(|kind| is(value, kind))
            }
            "enum" => says.as_list().unwrap_or_default().iter().any(|one| same(one, value)),
            "const" => same(says, value),
            "anyOf" => says.as_list().unwrap_or_default().iter().any(|schema| fits(schema, root, value)),
            "properties" => says.as_map().unwrap_or_default().iter().all(|(name, schema)| {
                value.get(name.as_str().unwrap_or_default()).is_none_or(|value| fits(schema, root, value))
            }),
            "additionalProperties" => {
                let known = schema.get("properties").map(keys).unwrap_or_default();
                let mut others = value.as_map().unwrap_or_default().iter();
                others.all(|(key, value)| {
                    key.as_str().is_some_and(|key| known.contains(key))
                        || (says.as_map().is_some() && fits(says, root, value))
                })
            }
            "required" => says
                .as_list()
                .unwrap_or_default()
                .iter()
                .all(|key| value.as_map().is_none() || value.get(key.as_str().unwrap_or_default()).is_some()),
            "items" => value.as_list().unwrap_or_default().iter().all(|value| fits(says, root, value)),
            "minItems" | "minProperties" => count().is_none_or(|count| count as f64 >= limit(says)),
            "maxItems" => count().is_none_or(|count| count as f64 <= limit(says)),
            "minLength" => text.is_none_or(|text| value.is_null() || text.chars().count() as f64 >= limit(says)),
            "maxLength" => text.is_none_or(|text| text.chars().count() as f64 <= limit(says)),
            "minimum" => number().is_none_or(|number| number >= limit(says)),
            "maximum" => number().is_none_or(|number| number <= limit(says)),
            other => panic!("{other} is not looked at"),
        })
    }

    /// A scalar by the core schema of YAML 1.2: `on` is a text.
    fn is(value: &Node, kind: &Node) -> bool {
        let plain = matches!(value.kind, Kind::Scalar { plain: true, .. });
        let text = value.as_str().unwrap_or_default();
        let truth = plain && matches!(text, "true" | "false");
        let number = plain && text.parse::<f64>().is_ok();
        match kind.as_str() {
            Some("null") => value.is_null(),
            Some("boolean") => truth,
            Some("number") => number,
            Some("integer") => number && !text.contains('.'),
            Some("string") => value.as_str().is_some() && !truth && !number && !value.is_null(),
            Some("array") => value.as_list().is_some(),
            Some("object") => value.as_map().is_some(),
            _ => false,
        }
    }

    fn same(left: &Node, right: &Node) -> bool {
        (left.is_null() && right.is_null()) || (left.as_str().is_some() && left.as_str() == right.as_str())
    }

    #[test]
    fn what_is_right_fits_the_schema() {
        let schema = schema();
        for text in [
            crate::DEFAULT,
            "",
            include_str!("../tests/good/full.yaml"),
            include_str!("../tests/good/json.yaml"),
            include_str!("../tests/good/nothing-said.yaml"),
            include_str!("../tests/good/short.yaml"),
            include_str!("../tests/canonical.json"),
        ] {
            assert!(fits(&schema, &schema, &yaml::read(text).expect("it is YAML")), "{text}");
        }
    }

    #[test]
    fn what_is_misspelt_does_not_fit_the_schema() {
        let schema = schema();
        let table = include_str!("../tests/bad.txt");
        let mut seen = 0;
        for case in table.split("\n== ").skip(1) {
            let (name, rest) = case.split_once('\n').expect("a case has a name");
            let (text, said) = rest.split_once("\n=> ").expect("something is said");
            let names = [
                "unknown key",
                "unknown action",
                "unknown choice",
                "unknown severity",
                "is missing",
                "found a list",
                "found a map",
                "a number from",
            ];
            if let (true, Ok(node)) = (names.iter().any(|name| said.contains(name)), yaml::read(text)) {
                seen += 1;
                assert!(!fits(&schema, &schema, &node), "{name}");
            }
        }
        assert!(seen >= 30, "{seen} cases");
    }
}
