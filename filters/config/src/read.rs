//! Nodes into values, and what is wrong with them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::near::nearest;
use crate::node::{Kind, Node, Place, Wrong};

/// How many mistakes are told of one file.
pub const MAX_WRONGS: usize = 20;

/// What is longer, in characters, is never shown.
const MAX_SHOWN: usize = 32;

/// How many entries a list or a map may have.
const MAX_ENTRIES: usize = 4096;

/// A map of the format.
pub struct Form {
    /// Its name in the schema.
    pub name: &'static str,
    /// All keys that it may have.
    pub keys: &'static [&'static str],
    /// It is a section: a key without a value, below which all is commented out, says nothing. Elsewhere something would
    /// then hold more often than was meant.
    pub section: bool,
}

impl Form {
    /// A form whose keys have values.
    #[must_use]
    pub const fn new(name: &'static str, keys: &'static [&'static str]) -> Form {
        Form { name, keys, section: false }
    }

    /// A section.
    #[must_use]
    pub const fn section(name: &'static str, keys: &'static [&'static str]) -> Form {
        Form { name, keys, section: true }
    }
}

/// Reads nodes, and keeps what is wrong. After a mistake it goes on with a default, and the file is not used.
pub struct Reader<'a> {
    source: &'a str,
    wrongs: Vec<Wrong>,
    /// Nothing of the text may be shown.
    pub hidden: bool,
}

/// The keys of a map and their values.
pub struct Fields<'n> {
    form: &'static Form,
    /// Where the map begins.
    pub place: Place,
    pairs: &'n [(Node, Node)],
    /// It is a map, and all of its keys are known: what is not there is not merely misspelt.
    sound: bool,
}

impl<'n> Fields<'n> {
    /// The value of a key, if it has one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key and its value.
    #[must_use]
    #[inline(never)]
    pub fn entry(&self, key: &str) -> Option<&'n (Node, Node)> {
        debug_assert!(self.form.keys.contains(&key), "{} has no {key}", self.form.name);
        self.pairs.iter().find(|(name, value)| name.as_str() == Some(key) && !(self.form.section && value.is_null()))
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str, reader: &mut Reader<'_>) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() {
            reader.lacks(self, &format!("`{key}` is missing"));
        }
        value
    }

    /// The only one of these keys that is there; others are wrong.
    pub fn one(&self, keys: &[&'static str], reader: &mut Reader<'_>) -> Option<(&'static str, &'n Node)> {
        let mut there = keys.iter().filter_map(|key| Some((*key, self.entry(key)?)));
        let (first, (_, value)) = there.next()?;
        for (other, (node, _)) in there {
            reader.wrong(node.place, &format!("`{other}` does not go with `{first}`"));
        }
        Some((first, value))
    }
}

impl<'a> Reader<'a> {
    /// A reader of the file `source`.
    #[must_use]
    pub fn new(source: &'a str) -> Reader<'a> {
        Reader { source, wrongs: Vec::new(), hidden: false }
    }

    /// The file.
    #[must_use]
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// What was read, if nothing was wrong.
    ///
    /// # Errors
    /// All that was wrong, in the order of the places and up to [`MAX_WRONGS`].
    pub fn end<T>(self, read: T) -> Result<T, Vec<Wrong>> {
        if self.wrongs.is_empty() { Ok(read) } else { Err(self.wrongs) }
    }

    /// Whether no mistake would be kept any more.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.wrongs.len() >= MAX_WRONGS
    }

    /// Whether nothing was wrong until here.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.wrongs.is_empty()
    }

    /// Keeps a mistake, in the order of the places.
    #[cold]
    #[inline(never)]
    pub fn wrong(&mut self, place: Place, what: &str) {
        if self.wrongs.len() < MAX_WRONGS {
            let at = self.wrongs.partition_point(|wrong| wrong.place <= place);
            self.wrongs.insert(at, Wrong { place, what: what.to_string() });
        }
    }

    /// Keeps a mistake at a byte of a text.
    #[cold]
    #[inline(never)]
    pub fn wrong_in(&mut self, node: &Node, offset: usize, what: &str) {
        // Finding the place takes time.
        if self.wrongs.len() < MAX_WRONGS {
            let place = node.place.within(node.as_str().unwrap_or_default(), self.source, offset);
            self.wrong(place, what);
        }
    }

    /// Keeps that something is not there, unless another mistake may be the reason.
    #[inline(never)]
    pub fn lacks(&mut self, fields: &Fields<'_>, what: &str) {
        if fields.sound {
            self.wrong(fields.place, what);
        }
    }

    /// Keeps that something else was expected.
    #[cold]
    #[inline(never)]
    pub fn expected(&mut self, node: &Node, what: &str) {
        let found = self.found(node);
        self.wrong(node.place, &format!("expected {what}, found {found}"));
    }

    /// Keeps that a name is none of those that are known.
    #[cold]
    #[inline(never)]
    pub fn unknown(&mut self, node: &Node, what: &str, names: &[&str]) {
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
    #[inline(never)]
    pub fn fields<'n>(&mut self, node: &'n Node, form: &'static Form) -> Fields<'n> {
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
    pub fn map<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Node, Node)] {
        let pairs = node.as_map();
        if pairs.is_none() {
            self.expected(node, what);
        }
        let pairs = pairs.unwrap_or_default();
        self.check_count(node, pairs.len());
        pairs
    }

    /// A list.
    #[inline(never)]
    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
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
    #[inline(never)]
    pub fn texts(&mut self, node: &Node) -> Vec<String> {
        self.list(node, "a list of texts").iter().map(|node| self.text(node)).collect()
    }

    /// A text that is not empty; numbers are texts too.
    #[inline(never)]
    pub fn text(&mut self, node: &Node) -> String {
        let text = self.any_text(node);
        if text.is_empty() && node.as_str().is_some() && !node.is_null() {
            self.wrong(node.place, "expected a text, found an empty one");
        }
        text
    }

    /// A text, which may be empty.
    pub fn any_text(&mut self, node: &Node) -> String {
        match node.as_str().filter(|_| !node.is_null()) {
            Some(text) => text.to_string(),
            None => {
                self.expected(node, "a text");
                String::new()
            }
        }
    }

    /// A text of `least` to `most` of the characters that `has` has.
    pub fn name(&mut self, node: &Node, most: usize, characters: &str, has: fn(u8) -> bool) -> String {
        let text = self.text(node);
        if let Some(at) = text.bytes().position(|byte| !has(byte)) {
            self.wrong_in(node, at, &format!("expected only {characters}"));
        } else if text.len() > most {
            self.wrong(node.place, &format!("expected at most {most} characters, found {}", text.len()));
        }
        text
    }

    /// A whole number of this range.
    pub fn number(&mut self, node: &Node, least: u32, most: u32) -> u32 {
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
    pub fn small<T: TryFrom<u32> + Into<u32> + Copy>(&mut self, node: &Node, least: T, most: T) -> T {
        T::try_from(self.number(node, least.into(), most.into())).unwrap_or(most)
    }

    /// `on` or `off`.
    pub fn switch(&mut self, node: &Node) -> bool {
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
    pub fn truth(&mut self, node: &Node) -> bool {
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
    pub fn choice<T: Copy>(&mut self, node: &Node, choices: &[(&'static str, T)], what: &str) -> Option<T> {
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
    pub fn no_choice(&mut self, node: &Node, what: &str, names: &[&str]) {
        if node.as_str().is_some() && !node.is_null() {
            self.unknown(node, what, names);
        } else {
            self.expected(node, &format!("one of {}", names.join(", ")));
        }
    }

    /// One text or a list of them.
    pub fn one_or_many<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.kind {
            Kind::Scalar { .. } | Kind::Map(_) => core::slice::from_ref(node),
            Kind::List(_) => self.list(node, what),
        }
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() <= 10 && digits.starts_with(|first: char| first.is_ascii_digit()) && {
        digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    }
}

/// The bytes of `1000`, `64KiB`, `4 MiB`.
#[must_use]
pub fn bytes(text: &str) -> Option<u32> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20)];
    let unit = units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)));
    let (number, unit) = unit.unwrap_or((text, 1));
    let number = number.strip_suffix(' ').unwrap_or(number);
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<u32>().ok().filter(|_| is_number)?.checked_mul(unit)
}
