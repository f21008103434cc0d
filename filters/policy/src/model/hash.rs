//! With what hashes are made. Keys themselves are never part of a policy.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::read::{Form, Reader};
use crate::yaml::{Node, Place};

/// How [`Action::Hash`](super::Action::Hash) makes its hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hash {
    /// The first one makes hashes; the others are those of before, whose hashes are still known. At least one if an
    /// action hashes.
    pub keys: Vec<HashKey>,
    /// Hexadecimal digits where an action does not say how many, 8 to 64.
    pub length: u8,
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashKey {
    /// Stands beside a hash: 1 to 16 of `a-z0-9_`.
    pub id: String,
    /// Where the key is.
    pub from: Source,
    /// Where it stands in the file.
    pub place: Place,
}

/// Where a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the environment variable of this name.
    Env(String),
    /// In the file of this absolute path.
    File(String),
}

pub(crate) const HASH: Form = Form::section("hash", &["keys", "length"]);
pub(crate) const HASH_KEY: Form = Form::new("hash_key", &["id", "from"]);

const FROM: &str =
    "the key itself does not belong into a policy; say where it is: `from: env:NAME` or `from: file:/PATH`";

impl Default for Hash {
    fn default() -> Hash {
        Hash { keys: Vec::new(), length: 16 }
    }
}

impl Hash {
    /// Shows nothing of what is wrong: it may be a key.
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Hash {
        reader.hidden = true;
        let mut hash = Hash::default();
        let fields = reader.fields(node, &HASH);
        if let Some(node) = fields.get("length") {
            hash.length = reader.small(node, 8, 64);
        }
        for node in fields.get("keys").map(|node| reader.list(node, "a list of keys")).unwrap_or_default() {
            let key = HashKey::read(node, reader);
            if !key.id.is_empty() && hash.keys.iter().take(MAX_KEYS).any(|other| other.id == key.id) {
                reader.wrong(node.place, "another key has this id already");
            }
            hash.keys.push(key);
        }
        if hash.keys.len() > MAX_KEYS {
            reader.wrong(node.place, "there are at most 16 keys");
        }
        reader.hidden = false;
        hash
    }
}

const MAX_KEYS: usize = 16;

impl HashKey {
    fn read(node: &Node, reader: &mut Reader<'_>) -> HashKey {
        let inline = |name: &str| matches!(name, "key" | "secret" | "value" | "salt" | "pepper");
        let keys = node.as_map().unwrap_or_default();
        let mut key = HashKey { id: String::new(), from: Source::Env(String::new()), place: node.place };
        if let Some((name, _)) = keys.iter().find(|(name, _)| name.as_str().is_some_and(inline)) {
            reader.wrong(name.place, FROM);
            return key;
        }
        let fields = reader.fields(node, &HASH_KEY);
        if let Some(node) = fields.need("id", reader) {
            key.id = reader.name(node, 16, "a-z, 0-9 and _", |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        }
        if let Some(node) = fields.need("from", reader) {
            match node.as_str().and_then(source) {
                Some(from) => key.from = from,
                None => reader.wrong(node.place, FROM),
            }
        }
        key
    }
}

fn source(text: &str) -> Option<Source> {
    if let Some(name) = text.strip_prefix("env:") {
        let safe = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        return (safe && begins && name.len() <= 128).then(|| Source::Env(name.to_owned()));
    }
    let path = text.strip_prefix("file:")?;
    let safe = path.starts_with('/') && path.len() > 1 && !path.contains(char::is_control);
    safe.then(|| Source::File(path.to_owned()))
}
