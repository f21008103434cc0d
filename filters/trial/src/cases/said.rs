//! What a record says: its strings and numbers at any depth, also of JSON inside strings.

use memchr::memmem;
use podsieve_policy::model::Segment;

use crate::json::{self, fields, unescape};

/// JSON in strings is read this deep.
const DEPTH: usize = 8;

/// The texts of a record.
pub(super) struct Said(Vec<Vec<u8>>);

impl Said {
    /// All that a record says but for the audit, which has names of rules only.
    pub(super) fn of(record: &[u8]) -> Said {
        let mut said = Said(Vec::new());
        if json::judge(record) != json::Verdict::Object {
            said.0.push(record.to_vec());
            return said;
        }
        for field in fields(record).filter(|field| field.key != b"podsieve") {
            said.0.push(unescape(field.key));
            said.value(field.value, DEPTH);
        }
        said
    }

    /// Whether one of them has this text in it.
    pub(super) fn says(&self, text: &[u8]) -> bool {
        self.0.iter().any(|said| memmem::find(said, text).is_some())
    }

    fn value(&mut self, value: &[u8], depth: usize) {
        match value.first() {
            Some(b'"') => {
                let text = plain(value);
                if depth > 0 && json::judge(&text) == json::Verdict::Object {
                    self.value(&text, depth - 1);
                }
                self.0.push(text);
            }
            Some(b'{' | b'[') if depth > 0 => {
                // As it stands too: a text may be of several members.
                self.0.push(value.to_vec());
                for (key, value) in parts(value) {
                    self.0.extend(key.map(unescape));
                    self.value(value, depth - 1);
                }
            }
            _ => self.0.push(value.to_vec()),
        }
    }
}

/// The members of an object or the elements of a list.
fn parts(value: &[u8]) -> Vec<(Option<&[u8]>, &[u8])> {
    if value.first() == Some(&b'{') {
        return fields(value).map(|field| (Some(field.key), field.value)).collect();
    }
    json::elements(value).map(|value| (None, value)).collect()
}

/// What a string means; anything else as it is spelt.
pub(super) fn plain(value: &[u8]) -> Vec<u8> {
    match value {
        [b'"', body @ .., b'"'] => unescape(body),
        other => other.to_vec(),
    }
}

/// The value at a path, as [`plain`] has it: a member of the whole path's name, with dots, or the way down.
pub(super) fn at(value: &[u8], path: &[&Segment]) -> Option<Vec<u8>> {
    let Some((first, rest)) = path.split_first() else {
        return Some(plain(value)).filter(|text| text != b"null");
    };
    if let Segment::Index(index) = first {
        return at(json::elements(value).nth(*index as usize)?, rest);
    }
    let mut name = String::new();
    for n in 0..path.len() {
        let Some(Segment::Name(part)) = path.get(n) else { break };
        name = if n == 0 { part.clone() } else { format!("{name}.{part}") };
        let field = fields(value).find(|field| unescape(field.key) == name.as_bytes());
        if let Some(found) = field.and_then(|field| at(field.value, &path[n + 1..])) {
            return Some(found);
        }
    }
    None
}
