//! A policy as YAML.

use std::fmt::Write;

/// A rule of a policy.
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) regex: String,
    pub(super) keywords: Vec<String>,
    pub(super) within: usize,
    pub(super) secret: u32,
    /// A decimal number, empty if there is none.
    pub(super) entropy: String,
    pub(super) allow: Allow,
}

/// What a rule leaves.
#[derive(Clone, Default)]
pub(super) struct Allow {
    /// Exactly.
    pub(super) values: Vec<String>,
    /// Regexes for the whole.
    pub(super) patterns: Vec<String>,
    /// What the secret holds, in any case.
    pub(super) words: Vec<String>,
}

/// How long lines of lists are.
const WIDTH: usize = 110;

/// The policy of these rules, and what all of them leave.
pub(super) fn policy(about: &str, rules: &[Rule], allowed: &[String]) -> String {
    let mut out = String::new();
    for line in about.lines() {
        line_to(&mut out, "# ", line);
    }
    out.push_str("version: 1\n");
    out.push_str(if rules.is_empty() { "rules: []\n" } else { "rules:\n" });
    for rule in rules {
        let Rule { name, description, regex, keywords, within, secret, entropy, allow } = rule;
        line_to(&mut out, "  - name: ", &scalar(name));
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        if !description.is_empty() {
            line_to(&mut out, "    description: ", &quoted(&description));
        }
        line_to(&mut out, "    regex: ", &quoted(regex));
        list(&mut out, "    keywords", keywords);
        line_to(&mut out, "    within: ", &within.to_string());
        line_to(&mut out, "    secret: ", &secret.to_string());
        if !entropy.is_empty() {
            line_to(&mut out, "    entropy: ", entropy);
        }
        let Allow { values, patterns, words } = allow;
        if !(values.is_empty() && patterns.is_empty() && words.is_empty()) {
            out.push_str("    allow:\n");
            for (name, texts) in [("      values", values), ("      patterns", patterns), ("      words", words)] {
                list(&mut out, name, texts);
            }
        }
    }
    if !allowed.is_empty() && !rules.is_empty() {
        out.push_str("allow:\n");
        let names: Vec<String> = rules.iter().map(|rule| rule.name.clone()).collect();
        list(&mut out, "  - rule", &names);
        list(&mut out, "    patterns", allowed);
    }
    out
}

fn line_to(out: &mut String, start: &str, text: &str) {
    // Writing into a string does not fail.
    let _ = writeln!(out, "{start}{text}");
}

/// A list in brackets, on as many lines as it takes; nothing if it is empty.
fn list(out: &mut String, start: &str, texts: &[String]) {
    if texts.is_empty() {
        return;
    }
    let indent = " ".repeat(start.len() - start.trim_start_matches([' ', '-']).len() + 2);
    let mut line = format!("{start}: [");
    for (n, text) in texts.iter().enumerate() {
        let text = scalar(text);
        if n > 0 {
            line.push(',');
            if line.len() + text.len() + 2 > WIDTH {
                line_to(out, "", &line);
                line.clone_from(&indent);
            } else {
                line.push(' ');
            }
        }
        line.push_str(&text);
    }
    line_to(out, &line, "]");
}

/// A text without quotes if it needs none for anyone.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !matches!(text, "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n");
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// In single quotes; in double ones with escapes if it has what does not stand in a line of YAML.
pub(super) fn quoted(text: &str) -> String {
    let is_line = |c: char| matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_line) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_line(c) => out.push(c),
            // Writing into a string does not fail.
            c => _ = write!(out, "\\U{:08X}", u32::from(c)),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use podsieve_policy::yaml;
    use proptest::prelude::*;

    use super::*;

    fn read_back(text: &str) -> Option<String> {
        let node = yaml::read(&format!("- a: {text}\n  b: [{text}, {text}]\n")).ok()?;
        let map = node.as_list()?.first()?;
        let all: Vec<_> = map.get("b")?.as_list()?.iter().chain(map.get("a")).filter_map(yaml::Node::as_str).collect();
        (all.len() == 3 && all.iter().all(|text| text == &all[0])).then(|| all[0].to_owned())
    }

    #[test]
    fn lists_take_several_lines() {
        let texts: Vec<String> = (0..40).map(|n| format!("word, {n}")).collect();
        let mut out = String::new();
        list(&mut out, "  - rule", &texts);
        assert!(out.lines().all(|line| line.len() <= WIDTH) && out.lines().count() > 3, "{out}");
        let node = yaml::read(&out).expect(&out);
        let found = node.as_list().and_then(|all| all[0].get("rule")?.as_list());
        assert_eq!(
            found.map(|all| all.iter().filter_map(yaml::Node::as_str).collect::<Vec<_>>()),
            Some(texts.iter().map(String::as_str).collect())
        );
    }

    proptest! {
        #[test]
        fn texts_are_read_back(text in prop_oneof![any::<String>(), "[-' \"\\\\#:\\[\\]{},&*!|>%@`a-z\n\t~?]{0,20}", "[a-z]{1,5}"]) {
            prop_assert_eq!(read_back(&quoted(&text)), Some(text.clone()));
            prop_assert_eq!(read_back(&scalar(&text)), Some(text));
        }
    }
}
