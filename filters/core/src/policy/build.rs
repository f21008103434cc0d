//! A policy that is put together at run time: the tables that the default one has at compile time.

use super::{
    Custom, Head, KEYWORD, Keyword, MARKER, MARKERS, Meaning, Name, Part, Policy, RuleId, Token, row, shape,
    sieve_place,
};
use crate::lanes;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// What a policy begins with, and what is added to it.
#[derive(Debug)]
pub struct Builder {
    rules: Vec<&'static str>,
    names: Vec<Entry>,
    tokens: Vec<Token>,
    policy: Policy,
}

/// A name of a key, as [`Name`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// The folded name.
    pub folded: &'static str,
    /// What it says of its value.
    pub meaning: Meaning,
    /// How much of a key must be this name.
    pub part: Part,
}

impl Builder {
    /// The default policy.
    #[must_use]
    pub fn new() -> Builder {
        let policy = Policy::DEFAULT;
        let entry = |name: &Name| Entry { folded: name.folded, meaning: name.meaning, part: name.part };
        Builder {
            rules: policy.rules.to_vec(),
            names: policy.names.iter().map(entry).collect(),
            tokens: policy.tokens.to_vec(),
            policy,
        }
    }

    /// The rule called `name`, which is a new one if there is none. Nothing if there are too many.
    pub fn rule(&mut self, name: &str) -> Option<RuleId> {
        if let Some(known) = self.rules.iter().position(|rule| *rule == name) {
            return RuleId::try_from(known).ok();
        }
        if self.rules.len() >= super::MAX_RULES {
            return None;
        }
        self.rules.push(leaked(name));
        RuleId::try_from(self.rules.len() - 1).ok()
    }

    /// Another rule of the same name, for what is done otherwise under it. Nothing if there are too many.
    pub fn alias(&mut self, name: &str) -> Option<RuleId> {
        let id = RuleId::try_from(self.rules.len()).ok().filter(|id| usize::from(*id) < super::MAX_RULES)?;
        self.rules.push(leaked(name));
        Some(id)
    }

    /// The rules of this name.
    pub fn rules_of(&self, name: &str) -> impl Iterator<Item = RuleId> {
        self.rules.iter().enumerate().filter(move |(_, rule)| **rule == name).map(|(n, _)| n as RuleId)
    }

    /// Adds a name of a key, in place of one that is the same when it is folded.
    pub fn name(&mut self, name: &str, meaning: Meaning, part: Part) {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase()));
        let folded: String = letters.collect();
        self.names.retain(|entry| entry.folded != folded);
        self.names.push(Entry { folded: leaked(&folded), meaning, part });
    }

    /// Takes out what only these rules would find by names and prefixes.
    pub fn without(&mut self, is_off: impl Fn(RuleId) -> bool) {
        self.tokens.retain(|token| !is_off(token.rule));
        self.names.retain(|name| match name.meaning {
            Meaning::Secret(rule) | Meaning::SecretText(rule) | Meaning::Random(rule) => !is_off(rule),
            Meaning::Identifier => true,
        });
    }

    /// What is not a table.
    pub fn policy(&mut self) -> &mut Policy {
        &mut self.policy
    }

    /// The policy, with what only one of one's own has. It is never freed: a module has one.
    #[must_use]
    pub fn build(mut self, mut custom: Custom) -> &'static Policy {
        custom.prepare(self.rules.len(), &self.names);
        self.names.sort_by_key(|name| name.folded);
        self.tokens.sort_by_key(|token| token.prefix);
        let heads = heads(&self.tokens, &custom);
        let mut policy = self.policy;
        policy.name_shapes = shapes(&self.names);
        policy.sieve = sieve(&self.tokens, &custom);
        policy.rows = super::rows(&heads);
        policy.hex_is_clean =
            super::hex_is_clean(&self.tokens) && !custom.keywords.iter().any(|keyword| is_hex(&keyword.text));
        let name = |entry: Entry| Name { folded: entry.folded, meaning: entry.meaning, part: entry.part };
        policy.names = Vec::leak(self.names.into_iter().map(name).collect());
        policy.tokens = Vec::leak(self.tokens);
        policy.rules = Vec::leak(self.rules);
        policy.heads = Vec::leak(heads);
        policy.custom = Some(Box::leak(Box::new(custom)));
        Box::leak(Box::new(policy))
    }
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

/// `text`, for as long as there is a program.
pub(super) fn leaked(text: &str) -> &'static str {
    String::leak(String::from(text))
}

/// A keyword as texts spell it: small, with a capital, in capitals, and as regexes have it.
fn spellings(keyword: &Keyword) -> Vec<String> {
    let mut capital = keyword.text.clone();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut all = keyword.spellings.clone();
    for spelling in [keyword.text.clone(), capital, keyword.text.to_ascii_uppercase()] {
        if !all.contains(&spelling) {
            all.push(spelling);
        }
    }
    all
}

/// The heads of tokens, markers and keywords, sorted by [`row`].
fn heads(tokens: &[Token], custom: &Custom) -> Vec<Head> {
    let mut heads: Vec<Head> = (0..tokens.len() + MARKERS.len()).map(|n| super::head(tokens, n)).collect();
    for (n, keyword) in custom.keywords.iter().enumerate().take(usize::from(MARKER - KEYWORD)) {
        heads.extend(spellings(keyword).iter().map(|text| Head::new(text, KEYWORD + n as u16)));
    }
    heads.sort_by_key(|head| row(head.first));
    heads
}

fn shapes(names: &[Entry]) -> [u64; 64] {
    let mut shapes = [0; 64];
    for name in names {
        let place = shape(lanes::load(name.folded.as_bytes(), 0), name.folded.len());
        shapes[place >> 6] |= 1 << (place & 63);
    }
    shapes
}

fn sieve(tokens: &[Token], custom: &Custom) -> [u64; 64] {
    let mut sieve = super::sieve(tokens);
    for keyword in &custom.keywords {
        for text in spellings(keyword) {
            let place = sieve_place(lanes::load(text.as_bytes(), 0));
            sieve[place >> 6] |= 1 << (place & 63);
        }
    }
    sieve
}

fn is_hex(text: &str) -> bool {
    text.bytes().take(8).all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
