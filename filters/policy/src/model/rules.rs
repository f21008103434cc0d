//! Detectors that a policy defines.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Action, Allowed, Text};
use podsieve_core::policy::Checksum;

use crate::read::{Form, Reader};
use crate::yaml::{Node, Place};

/// A detector by a regex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in marks and in the audit: 1 to 32 of `a-z0-9_`, no built-in detector's.
    pub name: String,
    /// What it finds, in the syntax of regex-lite; it is not compiled here.
    pub regex: Text,
    /// One of them must be near: in any case, each of 3 to 64 bytes; none only if `full_scan`.
    pub keywords: Vec<String>,
    /// How many bytes may lie between a keyword and what is found, 1 to 1024.
    pub within: u16,
    /// Which part of what the regex matches is secret.
    pub secret: Secret,
    /// A checksum that the secret must have.
    pub checksum: Option<Checksum>,
    /// At least this Shannon entropy, in thousandths of a bit per character, up to 8000.
    pub entropy: Option<u16>,
    /// What it leaves.
    pub allow: Allowed,
    /// The regex is tried on every text, which costs time: `scan: full`.
    pub full_scan: bool,
    /// What it does with what it finds.
    pub action: Action,
    /// For people.
    pub description: Option<String>,
    /// Where it stands in the file.
    pub place: Place,
}

/// The part of a match that is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The first group if there is one, else the whole match.
    Default,
    /// The group of this number; 0 is the whole match.
    Number(u32),
    /// The group of this name.
    Name(Text),
}

pub(crate) const RULE: Form = Form::new(
    "rule",
    &["name", "regex", "keywords", "within", "secret", "checksum", "entropy", "allow", "scan", "action", "description"],
);
pub(crate) const CHECKSUMS: &[(&str, Checksum)] = &[("luhn", Checksum::Luhn), ("mod97", Checksum::Mod97)];
pub(crate) const DEFAULT_WITHIN: u16 = 64;

const MAX_REGEX: usize = 4096;

impl Rule {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Rule {
        let fields = reader.fields(node, &RULE);
        let nothing = Text { text: String::new(), place: node.place };
        let rule = Rule {
            name: fields.need("name", reader).map(|node| new_name(node, reader)).unwrap_or_default(),
            regex: fields.need("regex", reader).map_or(nothing, |node| regex(node, reader)),
            keywords: fields.get("keywords").map(|node| keywords(node, reader)).unwrap_or_default(),
            within: fields.get("within").map_or(DEFAULT_WITHIN, |node| reader.small(node, 1, 1024)),
            secret: fields.get("secret").map_or(Secret::Default, |node| Secret::read(node, reader)),
            checksum: fields.get("checksum").and_then(|node| reader.choice(node, CHECKSUMS, "checksum")),
            entropy: fields.get("entropy").map(|node| entropy(node, reader)),
            allow: fields.get("allow").map(|node| Allowed::read(node, reader)).unwrap_or_default(),
            full_scan: fields.get("scan").is_some_and(|node| reader.choice(node, &[("full", ())], "scan").is_some()),
            action: fields.get("action").map(|node| Action::read(node, reader)).unwrap_or_default(),
            description: fields.get("description").map(|node| reader.text(node)),
            place: node.place,
        };
        if fields.get("keywords").is_none() && fields.get("scan").is_none() {
            reader.lacks(&fields, "expected `keywords` that are near what is found, or `scan: full` without them");
        }
        if let (Some((scan, _)), false) = (fields.entry("scan"), rule.keywords.is_empty()) {
            reader.wrong(scan.place, "`scan` does not go with `keywords`");
        }
        if let (Some((within, _)), None) = (fields.entry("within"), fields.get("keywords")) {
            reader.wrong(within.place, "`within` does not go without `keywords`");
        }
        rule
    }
}

impl Secret {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Secret {
        match node.as_str() {
            Some(text) if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
                Secret::Number(reader.number(node, 0, 99))
            }
            _ => Secret::Name(reader.placed_text(node)),
        }
    }
}

fn new_name(node: &Node, reader: &mut Reader<'_>) -> String {
    let name = reader.rule_name(node);
    if reader.known.has(&name) {
        reader.wrong(node.place, &format!("`{name}` is built in, and a rule needs another name"));
    } else if name == super::keys::DEFAULT_RULE {
        reader.wrong(node.place, "`key` is what `keys` are counted under, and a rule needs another name");
    } else if !name.is_empty() && !reader.names.insert(name.clone()) {
        reader.wrong(node.place, "another rule has this name already");
    }
    name
}

fn regex(node: &Node, reader: &mut Reader<'_>) -> Text {
    let regex = reader.placed_text(node);
    if regex.text.len() > MAX_REGEX {
        reader.wrong(node.place, &format!("a regex has at most {MAX_REGEX} bytes"));
    }
    regex
}

fn keywords(node: &Node, reader: &mut Reader<'_>) -> Vec<String> {
    let nodes = reader.list(node, "a list of texts");
    if nodes.is_empty() && node.as_list().is_some() {
        reader.wrong(node.place, "expected at least one keyword");
    }
    let mut keywords = Vec::new();
    for node in nodes {
        let keyword = reader.text(node);
        if !keyword.is_empty() && !(3..=64).contains(&keyword.len()) {
            reader.wrong(node.place, &format!("expected a keyword of 3 to 64 bytes, found {}", keyword.len()));
        }
        keywords.push(keyword.to_ascii_lowercase());
    }
    keywords
}

/// Decimal bits with up to three digits behind the point, in thousandths.
fn entropy(node: &Node, reader: &mut Reader<'_>) -> u16 {
    let thousandths = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() > 1 || part.len() > 3 || !digits(whole) || !digits(part) {
            return None;
        }
        let number = whole.parse::<u16>().ok()? * 1000 + format!("{part:0<3}").parse::<u16>().ok()?;
        (number <= 8000).then_some(number)
    };
    match node.as_str().and_then(thousandths) {
        Some(number) => number,
        None => {
            reader.expected(node, "a number from 0 to 8 with up to three digits behind the point");
            0
        }
    }
}

/// Thousandths as a decimal number: the same for the same entropy.
pub(crate) fn written_entropy(thousandths: u16) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
