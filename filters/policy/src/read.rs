//! Nodes into values, and what is wrong with them.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::model::{Case, File, Known, Text, place_of};
use crate::near::nearest;
use crate::yaml::{self, Kind, Node, Place, Wrong};

/// How many mistakes are told of one file.
pub const MAX_WRONGS: usize = 20;

/// What is longer, in characters, is never shown.
const MAX_SHOWN: usize = 32;

/// How many entries a list of the policy may have.
const MAX_ENTRIES: usize = 4096;

/// Reads a policy.
///
/// # Errors
/// All that is wrong, in the order of the places and up to [`MAX_WRONGS`]; only the first mistake if the text is no
/// YAML. A name that is not known is shown if it is short; nothing else of the text is, and nothing of what says how
/// hashes are made.
pub fn read(text: &str, known: &Known<'_>) -> Result<File, Vec<Wrong>> {
    let mut node = yaml::read(text).map_err(|wrong| alloc::vec![wrong])?;
    if node.is_null() {
        node.kind = Kind::Map(Vec::new());
    }
    let mut reader = Reader::new(text, known);
    let file = File::read(&node, &mut reader);
    if reader.wrongs.is_empty() { Ok(file) } else { Err(reader.wrongs) }
}

/// Reads cases by which the policy `file` is tried.
///
/// # Errors
/// As for [`read`]; a rule that the policy does not have is wrong too.
pub fn read_cases(text: &str, known: &Known<'_>, file: &File) -> Result<Vec<Case>, Vec<Wrong>> {
    let node = yaml::read(text).map_err(|wrong| alloc::vec![wrong])?;
    let mut reader = Reader::new(text, known);
    reader.names.extend(file.rules.iter().map(|rule| rule.name.clone()));
    reader.names.extend(file.keys.iter().map(|key| key.rule.clone()));
    let cases = Case::read_all(&node, &mut reader);
    if reader.wrongs.is_empty() { Ok(cases) } else { Err(reader.wrongs) }
}

/// A map of the format.
pub(crate) struct Form {
    /// Its name in the schema.
    pub(crate) name: &'static str,
    /// All keys that it may have.
    pub(crate) keys: &'static [&'static str],
    /// It is a section: a key without a value, below which all is commented out, says nothing. Elsewhere something would
    /// then hold more often than was meant.
    pub(crate) section: bool,
}

impl Form {
    pub(crate) const fn new(name: &'static str, keys: &'static [&'static str]) -> Form {
        Form { name, keys, section: false }
    }

    pub(crate) const fn section(name: &'static str, keys: &'static [&'static str]) -> Form {
        Form { name, keys, section: true }
    }
}

/// Reads nodes, and keeps what is wrong. After a mistake it goes on with a default, and the file is not used.
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a str,
    pub(crate) known: &'a Known<'a>,
    pub(crate) wrongs: Vec<Wrong>,
    /// Nothing of the text may be shown.
    pub(crate) hidden: bool,
    /// Of a hash that does not say it.
    pub(crate) hash_length: u8,
    /// The first place where something is hashed.
    pub(crate) hashes: Option<Place>,
    /// Names of rules that the file defines.
    pub(crate) names: BTreeSet<String>,
    /// Names of fields that are secret, folded.
    pub(crate) keys: BTreeSet<String>,
}

/// The keys of a map and their values.
pub(crate) struct Fields<'n> {
    form: &'static Form,
    pub(crate) place: Place,
    pairs: &'n [(Node, Node)],
    /// It is a map, and all of its keys are known: what is not there is not merely misspelt.
    sound: bool,
}

impl<'n> Fields<'n> {
    /// The value of a key, if it has one.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key and its value.
    pub(crate) fn entry(&self, key: &str) -> Option<&'n (Node, Node)> {
        debug_assert!(self.form.keys.contains(&key), "{} has no {key}", self.form.name);
        self.pairs.iter().find(|(name, value)| name.as_str() == Some(key) && !(self.form.section && value.is_null()))
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, key: &str, reader: &mut Reader<'_>) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() {
            reader.lacks(self, &format!("`{key}` is missing"));
        }
        value
    }

    /// The only one of these keys that is there; others are wrong.
    pub(crate) fn one(&self, keys: &[&'static str], reader: &mut Reader<'_>) -> Option<(&'static str, &'n Node)> {
        let mut there = keys.iter().filter_map(|key| Some((*key, self.entry(key)?)));
        let (first, (_, value)) = there.next()?;
        for (other, (node, _)) in there {
            reader.wrong(node.place, &format!("`{other}` does not go with `{first}`"));
        }
        Some((first, value))
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a str, known: &'a Known<'a>) -> Reader<'a> {
        Reader {
            source,
            known,
            wrongs: Vec::new(),
            hidden: false,
            hash_length: 0,
            hashes: None,
            names: BTreeSet::new(),
            keys: BTreeSet::new(),
        }
    }

    /// Whether nothing was wrong until here.
    pub(crate) fn is_right(&self) -> bool {
        self.wrongs.is_empty()
    }

    /// Keeps a mistake, in the order of the places.
    #[cold]
    #[inline(never)]
    pub(crate) fn wrong(&mut self, place: Place, what: &str) {
        if self.wrongs.len() < MAX_WRONGS {
            let at = self.wrongs.partition_point(|wrong| wrong.place <= place);
            self.wrongs.insert(at, Wrong { place, what: what.to_string() });
        }
    }

    /// Keeps a mistake at a byte of a text.
    #[cold]
    #[inline(never)]
    pub(crate) fn wrong_in(&mut self, node: &Node, offset: usize, what: &str) {
        // Finding the place takes time.
        if self.wrongs.len() < MAX_WRONGS {
            let place = place_of(node.as_str().unwrap_or_default(), node.place, self.source, offset);
            self.wrong(place, what);
        }
    }

    /// Keeps that something is not there, unless another mistake may be the reason.
    #[inline(never)]
    pub(crate) fn lacks(&mut self, fields: &Fields<'_>, what: &str) {
        if fields.sound {
            self.wrong(fields.place, what);
        }
    }

    /// Keeps that something else was expected.
    #[cold]
    #[inline(never)]
    pub(crate) fn expected(&mut self, node: &Node, what: &str) {
        let found = self.found(node);
        self.wrong(node.place, &format!("expected {what}, found {found}"));
    }

    /// Keeps that a name is none of those that are known.
    #[cold]
    #[inline(never)]
    pub(crate) fn unknown(&mut self, node: &Node, what: &str, names: &[&str]) {
        if self.wrongs.len() == MAX_WRONGS {
            return;
        }
        let text = node.as_str().unwrap_or_default();
        let mut says = format!("unknown {what}");
        if let Some(text) = self.shown(text) {
            says = format!("{says} {text}");
        }
        let near = if self.hidden { None } else { nearest(text, names) };
        if let Some(near) = near {
            says = format!("{says}; did you mean `{near}`?");
        } else if names.len() <= 16 {
            says = format!("{says}; there are: {}", names.join(", "));
        }
        self.wrong(node.place, &says);
    }

    /// A text in backticks if it may be shown.
    fn shown(&self, text: &str) -> Option<String> {
        let fits = text.chars().nth(MAX_SHOWN).is_none();
        (fits && !self.hidden && !text.contains(|character: char| character.is_control() || character == '`'))
            .then(|| format!("`{text}`"))
    }

    fn found(&self, node: &Node) -> String {
        if node.is_null() {
            return "nothing".to_string();
        }
        match &node.kind {
            Kind::Scalar { text, plain: true } if is_number(text) => {
                if self.hidden {
                    "another one".to_string()
                } else {
                    text.clone()
                }
            }
            Kind::Scalar { .. } => "a text".to_string(),
            Kind::List(_) => "a list".to_string(),
            Kind::Map(_) => "a map".to_string(),
        }
    }

    /// A map and its keys, of which only those of the form may be there.
    pub(crate) fn fields<'n>(&mut self, node: &'n Node, form: &'static Form) -> Fields<'n> {
        let pairs = self.map(node, "a map");
        let mut sound = node.as_map().is_some();
        for (key, _) in pairs {
            if !key.as_str().is_some_and(|key| form.keys.contains(&key)) {
                self.unknown(key, "key", form.keys);
                sound = false;
            }
        }
        Fields { form, place: node.place, pairs, sound }
    }

    /// A map with any keys.
    pub(crate) fn map<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Node, Node)] {
        let pairs = node.as_map();
        if pairs.is_none() {
            self.expected(node, what);
        }
        let pairs = pairs.unwrap_or_default();
        self.check_count(node, pairs.len());
        pairs
    }

    /// A list.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        let nodes = node.as_list();
        if nodes.is_none() {
            self.expected(node, what);
        }
        let nodes = nodes.unwrap_or_default();
        self.check_count(node, nodes.len());
        nodes
    }

    fn check_count(&mut self, node: &Node, count: usize) {
        if count > MAX_ENTRIES {
            self.wrong(node.place, &format!("expected at most {MAX_ENTRIES} entries, found {count}"));
        }
    }

    /// A list of texts that are not empty.
    pub(crate) fn texts(&mut self, node: &Node) -> Vec<String> {
        self.list(node, "a list of texts").iter().map(|node| self.text(node)).collect()
    }

    /// The same, each with its place.
    pub(crate) fn placed_texts(&mut self, node: &Node) -> Vec<Text> {
        self.list(node, "a list of texts").iter().map(|node| self.placed_text(node)).collect()
    }

    /// A text that is not empty; numbers are texts too.
    pub(crate) fn text(&mut self, node: &Node) -> String {
        let text = self.any_text(node);
        if text.is_empty() && node.as_str().is_some() && !node.is_null() {
            self.wrong(node.place, "expected a text, found an empty one");
        }
        text
    }

    /// The same with its place.
    pub(crate) fn placed_text(&mut self, node: &Node) -> Text {
        Text { text: self.text(node), place: node.place }
    }

    /// A text, which may be empty.
    pub(crate) fn any_text(&mut self, node: &Node) -> String {
        match node.as_str().filter(|_| !node.is_null()) {
            Some(text) => text.to_string(),
            None => {
                self.expected(node, "a text");
                String::new()
            }
        }
    }

    /// A text of `least` to `most` of the characters that `has` has.
    pub(crate) fn name(&mut self, node: &Node, most: usize, characters: &str, has: fn(u8) -> bool) -> String {
        let text = self.text(node);
        if let Some(at) = text.bytes().position(|byte| !has(byte)) {
            self.wrong_in(node, at, &format!("expected only {characters}"));
        } else if text.len() > most {
            self.wrong(node.place, &format!("expected at most {most} characters, found {}", text.len()));
        }
        text
    }

    /// A whole number of this range.
    pub(crate) fn number(&mut self, node: &Node, least: u32, most: u32) -> u32 {
        let number = node.as_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        match number.and_then(|text| text.parse().ok()).filter(|number| (least..=most).contains(number)) {
            Some(number) => number,
            None => {
                self.expected(node, &format!("a number from {least} to {most}"));
                least
            }
        }
    }

    /// The same of a smaller type.
    pub(crate) fn small<T: TryFrom<u32> + Into<u32> + Copy>(&mut self, node: &Node, least: T, most: T) -> T {
        T::try_from(self.number(node, least.into(), most.into())).unwrap_or(most)
    }

    /// `on` or `off`.
    pub(crate) fn switch(&mut self, node: &Node) -> bool {
        match node.as_str() {
            Some("on" | "true") => true,
            Some("off" | "false") => false,
            _ => {
                self.expected(node, "on or off");
                false
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn truth(&mut self, node: &Node) -> bool {
        match node.as_str() {
            Some("true") => true,
            Some("false") => false,
            _ => {
                self.expected(node, "true or false");
                false
            }
        }
    }

    /// One of these words.
    pub(crate) fn choice<T: Copy>(&mut self, node: &Node, choices: &[(&'static str, T)], what: &str) -> Option<T> {
        let choice = choices.iter().find(|(name, _)| node.as_str() == Some(*name));
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.no_choice(node, what, &names);
        }
        choice.map(|(_, value)| *value)
    }

    /// Keeps that it is none of these words.
    #[cold]
    #[inline(never)]
    pub(crate) fn no_choice(&mut self, node: &Node, what: &str, names: &[&str]) {
        if node.as_str().is_some() && !node.is_null() {
            self.unknown(node, what, names);
        } else {
            self.expected(node, &format!("one of {}", names.join(", ")));
        }
    }

    /// One text or a list of them.
    pub(crate) fn one_or_many<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.kind {
            Kind::Scalar { .. } | Kind::Map(_) => core::slice::from_ref(node),
            Kind::List(_) => self.list(node, what),
        }
    }

    /// The name of a rule that the file defines or counts under.
    pub(crate) fn rule_name(&mut self, node: &Node) -> String {
        self.name(node, 32, "a-z, 0-9 and _", |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    }

    /// Names of rules that there are, one or a list; of a group, all of it. Sorted.
    pub(crate) fn rules(&mut self, node: &Node) -> Vec<String> {
        let mut names = BTreeSet::new();
        let nodes = self.one_or_many(node, "a list of names");
        if nodes.is_empty() {
            self.wrong(node.place, "expected at least one name");
        }
        for node in nodes {
            let Some(name) = node.as_str().filter(|_| !node.is_null()) else {
                self.expected(node, "the name of a rule");
                continue;
            };
            let mut found = self.names.contains(name);
            if found {
                names.insert(name.to_string());
            } else {
                for detector in self.known.members(name) {
                    found = true;
                    names.insert(detector.name.to_string());
                }
            }
            if !found && self.wrongs.len() < MAX_WRONGS {
                let defined = core::mem::take(&mut self.names);
                let mut known: Vec<&str> = self.known.names().collect();
                known.extend(defined.iter().map(String::as_str));
                self.unknown(node, "rule", &known);
                self.names = defined;
            }
        }
        names.into_iter().collect()
    }
}

/// Sorted, and each once.
pub(crate) fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut set = BTreeSet::new();
    for text in texts {
        set.insert(text);
    }
    set.into_iter().collect()
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() <= 10 && digits.starts_with(|first: char| first.is_ascii_digit()) && {
        digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    }
}
