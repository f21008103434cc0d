//! What a policy of one's own has besides its tables: rules with a regex, what becomes of what rules find, and what is
//! allowed to stay.

use super::{Convention, Entry, Formats, Meaning, RuleId, Severity};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use hmac::{Hmac, KeyInit, Mac};
use regex_lite::Regex;
use sha2::Sha256;

/// Rules, actions, and what is allowed.
#[derive(Debug, Default)]
pub struct Custom {
    /// What becomes of what a rule finds, by [`RuleId`]. Of those behind the end it is marked.
    pub actions: Vec<Action>,
    /// Under which rule of the same name what a rule did is counted; those that are not here under themselves.
    pub counted: Vec<(RuleId, RuleId)>,
    /// Rules with a regex.
    pub rules: Vec<Rule>,
    /// What stands near what the rules find.
    pub keywords: Vec<Keyword>,
    /// What stays although a rule finds it.
    pub allowed: Vec<Allowed>,
    /// What is secret or allowed at a place in the record.
    pub paths: Vec<PathRule>,
    /// Keys of [`Action::Hash`]: the first one is used.
    pub keys: Vec<Key>,
    /// What `podsieve.policy` in the audit says, if it does.
    pub id: Option<String>,
    /// When an audit is written.
    pub audit: Audit,
    /// The first one that applies sets the tag; nothing: those of [`Policy::routes`](super::Policy::routes) do.
    pub routes: Option<Vec<Route>>,
    /// Fields that are added if they are not there.
    pub lookups: Vec<Lookup>,
    /// Names of fields that routes and lookups look at.
    pub looked_at: Vec<String>,
    /// A record of more bytes is not read.
    pub limit: Option<usize>,
    /// Nothing is left of a record that could not be handled, instead of an object that says so.
    pub drops: bool,
    /// What a body may be.
    pub formats: Formats,
    /// So many levels of JSON in the texts of a body become part of the record.
    pub depth: u8,
    /// How enrichment names what it adds, if not as Fluent Bit's kubernetes filter does.
    pub convention: Option<&'static Convention>,
    /// What these rules find stays if it is an address of a private network.
    pub private: Vec<RuleId>,
    /// The places of the rules in [`Custom::rules`] that need no keyword.
    pub full: Vec<u16>,
    pub(super) known: Known,
}

/// What is asked of a policy for each record, found out once.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Something may have to be done to a field as a whole.
    slow: bool,
    /// And it may be any field.
    anywhere: bool,
    fickle: bool,
    /// Under which rule each one is counted.
    counted: Vec<RuleId>,
}

/// A tag, and when a record gets it. It is decided on the record as it is written.
#[derive(Debug)]
pub struct Route {
    /// All of them hold.
    pub when: Vec<When>,
    /// The tag.
    pub tag: Vec<TagPart>,
    /// What stands for a field that is not there; without it the route does not apply.
    pub missing: Option<String>,
}

/// Something that holds for a record or not.
#[derive(Debug)]
pub enum When {
    /// A field is like this.
    Field(Vec<Step>, Test),
    /// The severity is at least this.
    AtLeast(Severity),
    /// Something was redacted by one of these rules; none is any rule.
    Redacted(Vec<RuleId>),
    /// It does not hold.
    Not(Box<When>),
    /// One of them holds.
    Any(Vec<When>),
}

/// How a field must be.
#[derive(Debug)]
pub enum Test {
    /// It is this.
    Equals(String),
    /// It is one of these.
    In(Vec<String>),
    /// It begins with this.
    Prefix(String),
    /// All of it is like this, in which `*` is any text and `?` any character.
    Glob(String),
    /// It is there and not an empty text, or the opposite.
    Exists(bool),
}

/// A step of the way to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The member of this name.
    Name(String),
    /// The element of a list, from 0.
    Index(u32),
}

/// A part of a tag.
#[derive(Debug)]
pub enum TagPart {
    /// As it is.
    Text(String),
    /// The value of a field, made of safe characters.
    Field(Vec<Step>),
}

/// A field whose value depends on another one.
#[derive(Debug)]
pub struct Lookup {
    /// The field that is added.
    pub field: String,
    /// The field that is looked at.
    pub from: Vec<Step>,
    /// What it may be, sorted, and what is added then.
    pub values: Vec<(String, String)>,
    /// What is added else.
    pub default: Option<String>,
}

/// What becomes of what a rule finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// `[REDACTED:<rule>]` stands in its place.
    #[default]
    Mark,
    /// The rule finds nothing.
    Off,
    /// This text stands in its place.
    Text(String),
    /// Of its letters and digits the first and the last ones stay, half of them at most; this character stands for each of
    /// the others.
    Mask {
        /// How many at the beginning.
        first: usize,
        /// How many at the end.
        last: usize,
        /// The character.
        with: char,
    },
    /// `<rule>:<key>:<digits>-<seal>` stands in its place: the first so many hexadecimal digits of its HMAC-SHA-256
    /// ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)), and eight that show that no log line said so.
    Hash {
        /// 8 to 64.
        digits: usize,
    },
    /// The field that it is in goes.
    Remove,
    /// It stays, and is counted under `dry_run`.
    Keep,
}

/// A rule with a regex.
#[derive(Debug)]
pub struct Rule {
    /// Its place in [`Policy::rules`](super::Policy::rules).
    pub id: RuleId,
    /// What it finds. It is compiled here and not when it is first asked for: that takes more stack than Fluent Bit gives.
    pub regex: Regex,
    /// The capture group that is the secret; 0 is all.
    pub group: usize,
    /// How far from a keyword it begins and ends, in bytes.
    pub within: usize,
    /// The digits of the secret have this check digit.
    pub checksum: Option<Checksum>,
    /// At least so many bits of entropy a character, in 1/256.
    pub entropy: u32,
    /// What stays although the rule finds it.
    pub allowed: Allowed,
    /// Without a run of so many bytes of this class there is no match, bit n & 63 of entry n >> 6 for byte n.
    pub run: Option<([u64; 4], usize)>,
}

/// What stands near what rules find: it begins a word.
#[derive(Debug)]
pub struct Keyword {
    /// In lower case; in a text its case does not matter, as long as all of it is upper or lower case, only its first letter
    /// is a capital, or it is one of the other spellings.
    pub text: String,
    /// Spellings that its rules' regexes have.
    pub spellings: Vec<String>,
    /// The places of the rules in [`Custom::rules`].
    pub rules: Vec<u16>,
}

/// How a number checks itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// [ISO/IEC 7812-1](https://www.iso.org/standard/70484.html), as cards do.
    Luhn,
    /// [ISO/IEC 7064](https://www.iso.org/standard/31531.html) MOD 97-10 with the first four characters last, as IBANs do.
    Mod97,
}

/// What stays.
#[derive(Debug, Default)]
pub struct Allowed {
    /// What these rules find; none is any rule.
    pub rules: Vec<RuleId>,
    /// Exactly these.
    pub values: Vec<String>,
    /// What one of these matches, from its beginning to its end.
    pub patterns: Vec<Regex>,
    /// What has one of these in it, which are in lower case.
    pub words: Vec<String>,
}

/// What is secret or allowed at a place in the record.
#[derive(Debug)]
pub struct PathRule {
    /// The way there.
    pub path: Vec<Segment>,
    /// What the value is, or those in it.
    pub what: PathMeaning,
}

/// What a [`PathRule`] says.
#[derive(Debug)]
pub enum PathMeaning {
    /// The value is secret.
    Secret(Meaning),
    /// In the value this stays; all of it if it names neither values nor patterns.
    Allowed(Allowed),
}

/// A step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The member of this name.
    Name(String),
    /// The element of a list, from 0.
    Index(u32),
    /// Any element of a list.
    AnyIndex,
    /// Any member.
    Any,
    /// Any number of members and elements, also none.
    Deep,
}

/// A key of [`Action::Hash`].
pub struct Key {
    /// What it is called where it was used.
    pub id: String,
    mac: Hmac<Sha256>,
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Key {
    /// The key `id` with these bytes, of any number.
    #[must_use]
    pub fn new(id: String, secret: &[u8]) -> Option<Key> {
        Some(Key { id, mac: Hmac::new_from_slice(secret).ok()? })
    }

    /// The hexadecimal digits of the HMAC of a value.
    pub(crate) fn sign(&self, value: &[u8]) -> [u8; 64] {
        let mut mac = self.mac.clone();
        mac.update(value);
        let mut digits = [0; 64];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(mac.finalize().into_bytes()) {
            *pair = [byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
        digits
    }

    /// What stands behind the digits of a value, and shows that they were written with this key.
    pub(crate) fn seal(&self, digits: &[u8]) -> [u8; SEAL] {
        let sealed = self.sign(&[b"seal:", digits].concat());
        let mut seal = [b'-'; SEAL];
        if let Some(place) = seal.get_mut(1..) {
            place.copy_from_slice(sealed.get(..SEAL - 1).unwrap_or_default());
        }
        seal
    }
}

/// Length of a [seal](Key::seal): a hyphen and eight digits.
pub(crate) const SEAL: usize = 9;

/// Whether an address is one of a private network, of this machine or of this link.
fn is_private(address: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(address) else { return false };
    match text.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        Ok(IpAddr::V6(v6)) => v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local(),
        Err(_) => false,
    }
}

/// When an audit is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audit {
    /// When something was redacted, or went wrong.
    #[default]
    WhenRedacted,
    /// In every record.
    Always,
    /// In none, but for what went wrong.
    Never,
}

impl Action {
    /// Whether a value is what a mask left of another one, or the text that stands in the place of all.
    fn was_done(&self, value: &[u8]) -> bool {
        if let Action::Text(text) = self {
            return text.as_bytes() == value;
        }
        let Action::Mask { first, last, with } = self else { return false };
        let Ok(value) = core::str::from_utf8(value) else { return false };
        let masked = value.chars().filter(|character| character == with).count();
        let shown = value.chars().filter(|character| character != with && character.is_alphanumeric()).count();
        masked > 0 && shown <= (first + last).min((masked + shown) / 2)
    }
}

impl Custom {
    /// What becomes of what a rule finds.
    pub(crate) fn action(&self, rule: RuleId) -> &Action {
        self.actions.get(usize::from(rule)).unwrap_or(&Action::Mark)
    }

    /// Finds out what is asked for each record.
    pub(super) fn prepare(&mut self, rules: usize, names: &[Entry]) {
        fn asks(when: &When) -> bool {
            match when {
                When::Redacted(_) => true,
                When::Not(when) => asks(when),
                When::Any(whens) => whens.iter().any(asks),
                When::Field(..) | When::AtLeast(_) => false,
            }
        }
        let asks_for_redactions = self.routes.iter().flatten().any(|route| route.when.iter().any(asks));
        let mut counted: Vec<RuleId> = (0..rules as RuleId).collect();
        for (rule, under) in &self.counted {
            if let Some(place) = counted.get_mut(usize::from(*rule)) {
                *place = *under;
            }
        }
        // What only paths find goes where they lead.
        let by_name = |rule: RuleId| {
            names.iter().any(|name| match name.meaning {
                Meaning::Secret(known) | Meaning::SecretText(known) | Meaning::Random(known) => known == rule,
                Meaning::Identifier => false,
            })
        };
        let found = |rule: RuleId| {
            usize::from(rule) < super::Policy::DEFAULT.rules.len()
                || self.rules.iter().any(|known| known.id == rule)
                || by_name(rule)
        };
        let removed = self.actions.iter().enumerate().filter(|(_, action)| **action == Action::Remove);
        let removes = removed.map(|(rule, _)| rule as RuleId).any(found);
        let deep = |path: &PathRule| matches!(path.path.first(), Some(Segment::Any | Segment::Deep));
        let anywhere = removes || !self.full.is_empty() || self.paths.iter().any(deep);
        self.known = Known {
            slow: anywhere || !self.paths.is_empty(),
            anywhere,
            fickle: self.audit == Audit::Always || asks_for_redactions,
            counted,
        };
    }

    /// Under which rule what `rule` did is counted.
    pub(crate) fn counted_as(&self, rule: RuleId) -> RuleId {
        self.known.counted.get(usize::from(rule)).copied().unwrap_or(rule)
    }

    /// Whether what comes behind the fields may depend on what was redacted in them, or has the audit of every record.
    pub(crate) fn is_fickle(&self) -> bool {
        self.known.fickle
    }

    /// Whether fields are written one by one: a path says something of one, one may go, or a rule looks at all texts.
    pub(crate) fn is_slow(&self) -> bool {
        self.known.slow
    }

    /// Whether something of this may be the case in the field of this name at the top of a record.
    pub(crate) fn looks_into(&self, name: &[u8]) -> bool {
        let first = name.split(|byte| *byte == b'.').next().unwrap_or_default();
        let leads = |path: &PathRule| match path.path.first() {
            Some(Segment::Name(known)) => known.as_bytes() == name || known.as_bytes() == first,
            _ => false,
        };
        self.known.anywhere || self.paths.iter().any(leads)
    }

    /// Whether the fields of a body depend on more than a look at where it begins.
    pub(crate) fn reads_on(&self) -> bool {
        self.depth > 0 || self.formats.logfmt
    }

    /// Whether a value is what [`Action::Hash`] wrote, perhaps without the rule's name: it stays as it is, however often a
    /// record comes by. Who does not have the key cannot write one.
    pub(crate) fn is_pseudonym(&self, value: &[u8]) -> bool {
        let Some(colon) = value.iter().rposition(|byte| *byte == b':') else { return false };
        let (front, back) = value.split_at(colon);
        let id = front.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        let Some((digits, seal)) = back.get(1..).and_then(|back| back.split_at_checked(back.len().checked_sub(SEAL)?))
        else {
            return false;
        };
        self.keys.iter().any(|key| key.id.as_bytes() == id && key.seal(digits) == seal)
    }

    /// Whether what a rule found is to be acted on.
    pub(crate) fn accepts(&self, rule: RuleId, found: &[u8]) -> bool {
        let action = self.action(rule);
        let private = || self.private.contains(&rule) && is_private(found);
        *action != Action::Off
            && !action.was_done(found)
            && !self.is_pseudonym(found)
            && !private()
            && !self.allowed.iter().any(|allowed| allowed.allows(rule, found))
    }
}

impl Allowed {
    /// Whether what a rule found at its path stays.
    pub(crate) fn allows_here(&self, rule: RuleId, found: &[u8]) -> bool {
        let all = self.values.is_empty() && self.patterns.is_empty() && self.words.is_empty();
        if all { self.rules.is_empty() || self.rules.contains(&rule) } else { self.allows(rule, found) }
    }

    /// Whether what a rule found stays.
    pub(crate) fn allows(&self, rule: RuleId, found: &[u8]) -> bool {
        if !self.rules.is_empty() && !self.rules.contains(&rule) {
            return false;
        }
        if self.values.iter().any(|value| value.as_bytes() == found) {
            return true;
        }
        if self.patterns.is_empty() && self.words.is_empty() {
            return false;
        }
        let Ok(found) = core::str::from_utf8(found) else { return false };
        let whole = |pattern: &Regex| pattern.find(found).is_some_and(|part| part.len() == found.len());
        let has = |word: &String| {
            found.as_bytes().windows(word.len().max(1)).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        self.patterns.iter().any(whole) || self.words.iter().any(has)
    }
}
