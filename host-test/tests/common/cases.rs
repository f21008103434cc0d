//! The corpus of cases in `testdata/cases/`, which every engine runs; the README beside it describes the format.

use std::fs;
use std::path::Path;

use podsieve_host::json::{self, Verdict, fields, unescape};

use super::text::{Json, Token, Tokens, says, shown};

/// The tag of cases that have none: it says nothing of the record.
const TAG: &str = "app";

/// One case.
#[derive(Debug, Default)]
pub(crate) struct Case {
    /// `<topic>: <name>`.
    pub(crate) name: String,
    pub(crate) function: String,
    pub(crate) tag: String,
    /// The record, byte for byte.
    pub(crate) input: Vec<u8>,
    /// The record is a JSON object in the data file, and not the text of something.
    pub(crate) is_record: bool,
    expected: Expected,
}

#[derive(Debug, Default)]
struct Expected {
    /// An object, compared without regard to the order of members and the spelling of strings.
    object: Option<Vec<u8>>,
    /// Compared byte for byte.
    text: Option<Vec<u8>>,
    contains: Vec<String>,
    lacks: Vec<String>,
}

impl Case {
    /// Whether Fluent Bit can make this record: it reads JSON into msgpack and writes it anew, which keeps neither equal
    /// keys nor the text of every number.
    pub(crate) fn travels(&self) -> bool {
        self.is_record
            && json::judge(&self.input) == Verdict::Object
            && !has_equal_keys(&Json::of(&self.input))
            && Tokens::of(&self.input).all(|token| match token {
                Token::Bare(text) => {
                    !text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
                        || text.parse::<i64>().is_ok_and(|n| n.to_string() == text)
                }
                Token::Text(text) => !text.contains('\0'),
                Token::Mark(_) => true,
            })
    }

    /// Judges what came out: all that the case expects holds.
    pub(crate) fn judge(&self, found: &[u8]) -> Result<(), String> {
        self.judge_as(found, true)
    }

    /// As [`judge`](Self::judge), for a record that was written anew by a host: the meaning counts, not the bytes.
    pub(crate) fn judge_meaning(&self, found: &[u8]) -> Result<(), String> {
        self.judge_as(found, false)
    }

    fn judge_as(&self, found: &[u8], exact: bool) -> Result<(), String> {
        if json::judge(found) != Verdict::Object || found.contains(&0) {
            return Err(format!("expected one JSON object\n     found {}", shown(found)));
        }
        let wrong = |expected: &[u8]| Err(format!("expected {}\n     found {}", shown(expected), shown(found)));
        if let Some(expected) = &self.expected.text {
            let same = if exact { expected == found } else { Json::of(expected) == Json::of(found) };
            if !same {
                return wrong(expected);
            }
        }
        if let Some(expected) = &self.expected.object
            && Json::of(expected) != Json::of(found)
        {
            return wrong(expected);
        }
        for text in &self.expected.contains {
            if !says(found, text) {
                return wrong(format!("something with {text}").as_bytes());
            }
        }
        for text in &self.expected.lacks {
            if says(found, text) {
                return wrong(format!("something without {text}").as_bytes());
            }
        }
        Ok(())
    }
}

fn has_equal_keys(json: &Json) -> bool {
    match json {
        Json::Object(members) => {
            members.windows(2).any(|pair| pair[0].0 == pair[1].0)
                || members.iter().any(|(_, value)| has_equal_keys(value))
        }
        Json::Array(items) => items.iter().any(has_equal_keys),
        _ => false,
    }
}

/// All cases, in the order of the files' names and of their lines.
pub(crate) fn load() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let entries = fs::read_dir(&folder).expect("the folder of cases can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let mut cases: Vec<Case> = Vec::new();
    for path in paths {
        let topic = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read(&path).expect("a file of cases can be read");
        for (n, line) in text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let place = format!("{topic}.jsonl:{}", n + 1);
            let case = case(&topic, line).unwrap_or_else(|wrong| panic!("{place}: {wrong}"));
            assert!(!cases.iter().any(|other| other.name == case.name), "{place}: a second case called {}", case.name);
            cases.push(case);
        }
    }
    cases
}

fn case(topic: &str, line: &[u8]) -> Result<Case, String> {
    if json::judge(line) != Verdict::Object {
        return Err("expected one JSON object on the line".to_owned());
    }
    let mut case = Case { tag: TAG.to_owned(), ..Case::default() };
    let mut unchanged = false;
    let mut parts = None;
    let mut expects = false;
    for field in fields(line) {
        let value = field.value;
        match field.key {
            b"name" => case.name = format!("{topic}: {}", string(value)?),
            b"function" => case.function = string(value)?,
            b"tag" => case.tag = string(value)?,
            b"input" => {
                case.input = value.to_vec();
                case.is_record = value.starts_with(b"{");
            }
            b"input_text" => case.input = string(value)?.into_bytes(),
            b"input_hex" => case.input = hex(&string(value)?)?,
            b"input_parts" => {
                case.input.clear();
                parts = Some(items(value));
            }
            b"expect" => case.expected.object = Some(value.to_vec()),
            b"expect_text" => case.expected.text = Some(string(value)?.into_bytes()),
            b"unchanged" => unchanged = value == b"true",
            b"must_contain" => case.expected.contains = strings(value)?,
            b"must_not_contain" => case.expected.lacks = strings(value)?,
            key => return Err(format!("expected no field {}", key.escape_ascii())),
        }
        expects |=
            matches!(field.key, b"expect" | b"expect_text" | b"unchanged" | b"must_contain" | b"must_not_contain");
    }
    for part in parts.unwrap_or_default() {
        let part = items(&part);
        let [text, count] = part.as_slice() else { return Err("expected [text, count] in input_parts".to_owned()) };
        let count = std::str::from_utf8(count).ok().and_then(|count| count.parse().ok());
        case.input.extend(string(text)?.into_bytes().repeat(count.ok_or("expected a count in input_parts")?));
    }
    if unchanged {
        case.expected.text = Some(case.input.clone());
    }
    if case.name.is_empty() || case.function.is_empty() || !expects {
        return Err("expected a name, a function and something to expect".to_owned());
    }
    Ok(case)
}

fn string(value: &[u8]) -> Result<String, String> {
    let body = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).ok_or("expected a string")?;
    String::from_utf8(unescape(body)).map_err(|_| "expected UTF-8".to_owned())
}

/// The items of an array, each as its text.
fn items(array: &[u8]) -> Vec<Vec<u8>> {
    let (mut found, mut depth, mut item) = (Vec::new(), 0, Vec::new());
    for token in Tokens::of(array) {
        let text = match &token {
            Token::Mark(b'[') if depth == 0 => {
                depth = 1;
                continue;
            }
            Token::Mark(b']') if depth == 1 => break,
            Token::Mark(b',') if depth == 1 => {
                found.push(std::mem::take(&mut item));
                continue;
            }
            Token::Mark(mark) => {
                depth += usize::from(matches!(mark, b'[' | b'{'));
                depth -= usize::from(matches!(mark, b']' | b'}'));
                vec![*mark]
            }
            Token::Bare(text) => text.clone().into_bytes(),
            Token::Text(text) => {
                let mut quoted = Vec::new();
                json::write_string(&mut quoted, text.as_bytes());
                quoted
            }
        };
        item.extend(text);
    }
    if !item.is_empty() {
        found.push(item);
    }
    found
}

fn strings(value: &[u8]) -> Result<Vec<String>, String> {
    items(value).iter().map(|item| string(item)).collect()
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).map_err(|error| error.to_string());
    digits.chunks(2).map(byte).collect()
}
