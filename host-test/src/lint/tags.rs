//! The tags that records have in a configuration, as patterns.

use podsieve_core::Policy;

use super::model::{Configuration, Property, Section};
use super::pattern::UNKNOWN;

/// All tags.
pub(super) struct Tags {
    /// For each input, those of its records.
    pub(super) inputs: Vec<Vec<String>>,
    /// Those that `rewrite_tag` makes.
    pub(super) rewritten: Vec<Rewritten>,
    /// Other plugins make tags of their own.
    others: bool,
}

/// The tags that a rule of `rewrite_tag` makes.
pub(super) struct Rewritten {
    /// The filter's number.
    pub(super) filter: usize,
    /// The rule's number among its values.
    pub(super) rule: usize,
    pub(super) tags: Vec<String>,
}

/// Inputs whose records bring their tag along, or have it made of them.
const FREE: [&str; 6] = ["elasticsearch", "forward", "http", "opentelemetry", "prometheus_remote_write", "splunk"];

/// Filters besides `rewrite_tag` that make records with tags of their own.
const MAKERS: [&str; 1] = ["log_to_metrics"];

impl Tags {
    pub(super) fn of(configuration: &Configuration) -> Tags {
        let mut rewritten = Vec::new();
        for (filter, section) in configuration.filters.iter().enumerate() {
            if section.is("rewrite_tag") {
                for (rule, property) in section.all("rule").enumerate() {
                    let tags = match Words::of(property) {
                        Some(words) => words.tags(),
                        None => vec!["*".to_owned()],
                    };
                    rewritten.push(Rewritten { filter, rule, tags });
                }
            }
        }
        let makes = |section: &Section| MAKERS.iter().any(|name| section.is(name));
        let has_streams = configuration.has_streams || configuration.service("streams_file").is_some();
        let mut processors = configuration.inputs.iter().flat_map(|input| &input.processors);
        Tags {
            inputs: configuration.inputs.iter().map(of_input).collect(),
            rewritten,
            others: has_streams
                || configuration.filters.iter().any(makes)
                || processors.any(|processor| processor.is("rewrite_tag")),
        }
    }

    /// Every pattern; none if there may be others.
    pub(super) fn all(&self) -> Option<Vec<&str>> {
        if self.others || self.inputs.is_empty() {
            return None;
        }
        let rewritten = self.rewritten.iter().flat_map(|rewritten| &rewritten.tags);
        Some(self.inputs.iter().flatten().chain(rewritten).map(String::as_str).collect())
    }

    /// Those that the filter of this number makes.
    pub(super) fn made_by(&self, filter: usize) -> impl Iterator<Item = &str> {
        let rewritten = self.rewritten.iter().filter(move |rewritten| rewritten.filter == filter);
        rewritten.flat_map(|rewritten| &rewritten.tags).map(String::as_str)
    }
}

fn of_input(input: &Section) -> Vec<String> {
    // A record that a route's condition chose has the route's name for its tag.
    let mut tags: Vec<String> =
        input.routes.iter().filter(|route| route.fields.is_some()).map(|route| route.name.clone()).collect();
    if !tags.is_empty() {
        return tags;
    }
    let name = input.name();
    let is_free = FREE.contains(&name.as_str());
    tags.push(match (input.value("tag"), input.value("tag_prefix")) {
        _ if name.contains(UNKNOWN) => "*".to_owned(),
        _ if is_free && name != "forward" => "*".to_owned(),
        (Some(tag), _) => between_brackets_any(tag),
        (None, Some(prefix)) if is_free => format!("{prefix}*"),
        (None, _) if is_free => "*".to_owned(),
        (None, _) => format!("{name}.*"),
    });
    tags
}

/// A tag with `<name>` in it, which `tag_regex` fills.
fn between_brackets_any(tag: &str) -> String {
    let mut out = String::new();
    let mut rest = tag;
    while let Some((before, behind)) = rest.split_once('<') {
        let Some((_, behind)) = behind.split_once('>') else { break };
        out.push_str(before);
        out.push('*');
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The four words of a rule: key, regular expression, new tag, and whether the record itself stays.
pub(super) struct Words<'a> {
    pub(super) key: &'a str,
    pub(super) regex: &'a str,
    pub(super) tag: &'a str,
    pub(super) keep: &'a str,
}

impl<'a> Words<'a> {
    /// None if there are fewer, or if one is not known.
    pub(super) fn of(rule: &'a Property) -> Option<Words<'a>> {
        if !rule.is_known() {
            return None;
        }
        let words = words(&rule.value);
        let [key, regex, tag, keep] = words.get(..4)? else { return None };
        Some(Words { key, regex, tag, keep })
    }

    /// Whether it looks at what podsieve's `route` writes.
    pub(super) fn reads_archive_tag(&self) -> bool {
        self.key.trim_start_matches('$') == "archive_tag"
    }

    /// The tags that it can make.
    pub(super) fn tags(&self) -> Vec<String> {
        let is_archive_tag = match self.tag {
            "$archive_tag" => true,
            "$0" => self.reads_archive_tag(),
            "$1" => self.reads_archive_tag() && self.regex.trim_start_matches('^').starts_with('('),
            _ => false,
        };
        if !is_archive_tag {
            return vec![template(self.tag)];
        }
        let prefix = if self.reads_archive_tag() { literal_prefix(self.regex) } else { String::new() };
        let routes = Policy::DEFAULT.routes.iter().map(|route| format!("{}.", route.tag));
        let mut tags: Vec<String> = routes
            .filter(|tag| tag.starts_with(&prefix) || prefix.starts_with(tag.as_str()))
            .map(|tag| format!("{}*", if prefix.len() > tag.len() { &prefix } else { &tag }))
            .collect();
        if tags.is_empty() {
            tags.push(format!("{prefix}*"));
        }
        tags
    }
}

/// The words of a value. Double quotes hold a word together, as Fluent Bit has it.
pub(super) fn words(value: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = value.trim_start();
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
            Some(quoted) => quoted,
            None => rest.split_once([' ', '\t']).unwrap_or((rest, "")),
        };
        words.push(word);
        rest = behind.trim_start();
    }
    words
}

/// A new tag as a pattern: `$name`, `$name['key']`, `$TAG[1]` and `$1` are any text.
fn template(tag: &str) -> String {
    let mut out = String::new();
    let mut rest = tag;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        out.push('*');
        let name = behind.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        rest = name;
        while let Some((_, behind)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

/// The characters that all texts begin with which fit a regular expression; none if it may fit anywhere.
fn literal_prefix(regex: &str) -> String {
    let Some(rest) = regex.strip_prefix('^') else { return String::new() };
    let mut out = String::new();
    let mut characters = rest.trim_start_matches('(').chars().peekable();
    if rest.contains('|') {
        return out;
    }
    while let Some(character) = characters.next() {
        let literal = match character {
            '\\' => match characters.next() {
                Some(escaped) if !escaped.is_alphanumeric() => escaped,
                _ => break,
            },
            c if c.is_alphanumeric() || matches!(c, '_' | '-') => c,
            _ => break,
        };
        if let Some('*' | '?' | '{') = characters.peek() {
            break;
        }
        out.push(literal);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(key: &str, regex: &str, tag: &str) -> Vec<String> {
        Words { key, regex, tag, keep: "true" }.tags()
    }

    #[test]
    fn new_tags() {
        let both = ["archive.audit.*", "archive.error.*"];
        assert_eq!(tags("$archive_tag", "^archive\\..*$", "$archive_tag"), both);
        assert_eq!(tags("$archive_tag", ".+", "$archive_tag"), both);
        assert_eq!(tags("$archive_tag", "^(archive\\..+)$", "$1"), both);
        assert_eq!(tags("$archive_tag", "^archive\\.(audit|error)", "$archive_tag"), both);
        assert_eq!(tags("$archive_tag", "^archive\\.audit\\.", "$archive_tag"), ["archive.audit.*"]);
        assert_eq!(tags("$archive_tag", "^archive\\.audit\\.api$", "$0"), ["archive.audit.api*"]);
        assert_eq!(tags("$archive_tag", "^cold\\.", "$archive_tag"), ["cold.*"]);
        assert_eq!(tags("$level", "^(err)", "$1"), ["*"]);
        assert_eq!(tags("$level", ".", "copy.$TAG"), ["copy.*"]);
        assert_eq!(tags("$a", ".", "x.$kubernetes['namespace_name'].$TAG[1].y"), ["x.*.*.y"]);
        assert_eq!(tags("$a", ".", "fixed"), ["fixed"]);
    }

    #[test]
    fn words_of_a_rule() {
        assert_eq!(words(r#"$a  "^x y$"	b true"#), ["$a", "^x y$", "b", "true"]);
        assert_eq!(words(r#""a" "b c"#), ["a", "\"b", "c"]);
        assert!(words(" ").is_empty());
    }
}
