//! A pattern's text into a tree.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::Wrong;
use super::class::{Chars, Ranges, named};

/// How deep groups and repetitions may be in each other: the analyses recurse.
pub const MAX_DEPTH: usize = 24;

/// Bytes that a pattern may have.
pub const MAX_LENGTH: usize = 8 << 10;

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    /// A place that has to be so, and takes no bytes.
    Look(Look),
    /// One character of a set.
    Class(Chars),
    /// One behind the other; without any, the empty text.
    Sequence(Vec<Item>),
    /// One of several.
    Either(Vec<Branch>),
    Repeat {
        node: Box<Node>,
        least: u32,
        most: Option<u32>,
        lazy: bool,
    },
    /// A group that captures; those that do not are in their places without one.
    Group(u32, Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The text's begin.
    Start,
    /// The text's end.
    End,
    /// The begin or end of a line or a word, or the middle of one.
    Other,
}

/// A part of a sequence and the bytes of the pattern that it has.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
}

/// One of several, the bytes of the pattern that it has, and the flags at its begin.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) items: Vec<Item>,
    pub(super) span: Range<usize>,
    pub(super) flags: Flags,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) lines: bool,
    pub(super) dot_all: bool,
    pub(super) swap: bool,
    pub(super) crlf: bool,
    pub(super) spaced: bool,
}

impl Flags {
    fn set(&mut self, letter: char, on: bool) -> bool {
        let flag = match letter {
            'i' => &mut self.ignore_case,
            'm' => &mut self.lines,
            's' => &mut self.dot_all,
            'U' => &mut self.swap,
            'R' => &mut self.crlf,
            'x' => &mut self.spaced,
            // Known, and without a meaning.
            'u' => return true,
            _ => return false,
        };
        *flag = on;
        true
    }

    /// As they stand in a pattern, `ims`.
    pub(super) fn letters(self) -> String {
        let Flags { ignore_case, lines, dot_all, swap, crlf, spaced } = self;
        let all = [(ignore_case, 'i'), (lines, 'm'), (dot_all, 's'), (swap, 'U'), (crlf, 'R'), (spaced, 'x')];
        all.into_iter().filter_map(|(on, letter)| on.then_some(letter)).collect()
    }
}

/// What an escape stands for.
enum Escape {
    Char(char),
    Class(&'static str, bool),
    Look(Look),
}

pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    flags: Flags,
    names: Vec<&'a str>,
    groups: u32,
}

impl<'a> Parser<'a> {
    /// The branches of the whole, and how many groups there are.
    pub(super) fn parse(text: &'a str) -> Result<(Vec<Branch>, u32), Wrong> {
        let mut parser = Parser { text, at: 0, flags: Flags::default(), names: Vec::new(), groups: 0 };
        if text.len() > MAX_LENGTH {
            return parser.wrong(0, format!("it is longer than {MAX_LENGTH} bytes"));
        }
        let (branches, _) = parser.branches(0)?;
        match parser.peek() {
            None => Ok((branches, parser.groups)),
            Some(_) => parser.wrong(parser.at, "this `)` closes nothing"),
        }
    }

    fn wrong<T>(&self, at: usize, what: impl Into<String>) -> Result<T, Wrong> {
        Err(Wrong { at, what: what.into() })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// With the flag `x`, what does not count.
    fn skip_spaces(&mut self) {
        while self.flags.spaced
            && let Some(c) = self.peek()
        {
            if c == '#' {
                self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
            } else if c.is_whitespace() {
                self.at += c.len_utf8();
            } else {
                break;
            }
        }
    }

    /// Until a `)` or the end; and how deep they are.
    fn branches(&mut self, depth: usize) -> Result<(Vec<Branch>, usize), Wrong> {
        if depth > MAX_DEPTH {
            return self.wrong(self.at, format!("it is nested more than {MAX_DEPTH} deep"));
        }
        let mut branches = Vec::new();
        let mut deepest = 0;
        let (mut from, mut flags) = (self.at, self.flags);
        let mut items: Vec<(Item, usize)> = Vec::new();
        loop {
            self.skip_spaces();
            let at = self.at;
            let c = self.peek();
            if let Some('|' | ')') | None = c {
                let items = core::mem::take(&mut items);
                deepest = items.iter().map(|(_, deep)| *deep).fold(deepest, usize::max);
                let items = items.into_iter().map(|(item, _)| item).collect();
                branches.push(Branch { items, span: from..at, flags });
                if c != Some('|') {
                    return Ok((branches, deepest + 1));
                }
                self.at += 1;
                (from, flags) = (self.at, self.flags);
                continue;
            }
            if let Some('?' | '*' | '+' | '{') = c {
                let Some((Item { node, span }, deep)) = items.pop() else {
                    return self.wrong(at, "there is nothing that this could repeat");
                };
                if depth + deep >= MAX_DEPTH {
                    return self.wrong(at, format!("it is nested more than {MAX_DEPTH} deep"));
                }
                let node = self.repeat(node)?;
                items.push((Item { node, span: span.start..self.at }, deep + 1));
                continue;
            }
            if let Some((node, deep)) = self.item(depth)? {
                items.push((Item { node, span: at..self.at }, deep));
            }
        }
    }

    /// Anything but an operator; nothing for flags.
    fn item(&mut self, depth: usize) -> Result<Option<(Node, usize)>, Wrong> {
        let at = self.at;
        let node = match self.next() {
            Some('(') => return self.group(at, depth),
            Some('[') => Node::Class(self.class(at)?),
            Some('.') => Node::Class(self.dot()),
            Some('^') if self.flags.lines => Node::Look(Look::Other),
            Some('^') => Node::Look(Look::Start),
            Some('$') if self.flags.lines => Node::Look(Look::Other),
            Some('$') => Node::Look(Look::End),
            Some('\\') => match self.escape(at, false)? {
                Escape::Char(c) => Node::Class(self.char(c)),
                Escape::Class(name, negated) => Node::Class(ranges(name, negated).chars()),
                Escape::Look(look) => Node::Look(look),
            },
            Some(c) => Node::Class(self.char(c)),
            None => return Ok(None),
        };
        Ok(Some((node, 1)))
    }

    fn char(&self, c: char) -> Chars {
        let mut ranges = Ranges::default();
        ranges.add(c, c);
        if self.flags.ignore_case {
            ranges.fold();
        }
        ranges.chars()
    }

    fn dot(&self) -> Chars {
        let mut ranges = Ranges::default();
        if !self.flags.dot_all {
            ranges.add('\n', '\n');
            if self.flags.crlf {
                ranges.add('\r', '\r');
            }
        }
        ranges.negate();
        ranges.chars()
    }

    /// Behind the `(` at `at`.
    fn group(&mut self, at: usize, depth: usize) -> Result<Option<(Node, usize)>, Wrong> {
        let flags = self.flags;
        self.skip_spaces();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|look| self.rest().starts_with(look)) {
            return self.wrong(at, "look-around is not supported");
        }
        let mut index = None;
        if self.eat("?P<") || self.eat("?<") {
            self.name()?;
            self.groups += 1;
            index = Some(self.groups);
        } else if self.eat("?") {
            if self.flags(at)? {
                return Ok(None);
            }
        } else {
            self.groups += 1;
            index = Some(self.groups);
        }
        let (branches, deep) = self.branches(depth + 1)?;
        if !self.eat(")") {
            return self.wrong(at, "this group has no `)`");
        }
        self.flags = flags;
        let node = one(branches);
        Ok(Some(match index {
            Some(index) => (Node::Group(index, Box::new(node)), deep + 1),
            None => (node, deep),
        }))
    }

    fn name(&mut self) -> Result<(), Wrong> {
        let from = self.at;
        let Some(length) = self.rest().find('>') else {
            return self.wrong(from, "the group's name has no `>`");
        };
        let name = self.rest().get(..length).unwrap_or_default();
        let mut chars = name.chars();
        let first = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
        if !first || !chars.all(|c| matches!(c, '_' | '.' | '[' | ']') || c.is_alphanumeric()) {
            return self
                .wrong(from, "a group's name is a letter or `_`, and then letters, digits, `_`, `.`, `[` and `]`");
        }
        if self.names.contains(&name) {
            return self.wrong(from, "another group has this name");
        }
        self.names.push(name);
        self.at += length + 1;
        Ok(())
    }

    /// Behind the `(?` at `at`. True if the flags are for what follows, false if for a group that begins.
    fn flags(&mut self, at: usize) -> Result<bool, Wrong> {
        let from = self.at;
        let mut on = true;
        let mut seen = Vec::new();
        loop {
            let place = self.at;
            match self.next() {
                None => return self.wrong(at, "this group has no `)`"),
                Some(':' | ')') if !on && seen.last() == Some(&'-') => return self.wrong(place, "a flag is missing"),
                Some(')') if place == from => return self.wrong(place, "a flag is missing"),
                Some(')') => return Ok(true),
                Some(':') => return Ok(false),
                Some(letter) if seen.contains(&letter) => return self.wrong(place, "this stands here twice"),
                Some('-') => {
                    on = false;
                    seen.push('-');
                }
                Some(letter) => {
                    if !self.flags.set(letter, on) {
                        return self.wrong(place, "this flag is not known: there are i, m, s, x, U, R and u");
                    }
                    seen.push(letter);
                }
            }
        }
    }

    fn repeat(&mut self, node: Node) -> Result<Node, Wrong> {
        let at = self.at;
        let (least, most) = match self.next() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            _ => {
                let least = self.number(at)?;
                let most = if !self.eat(",") {
                    Some(least)
                } else if self.peek() == Some('}') {
                    None
                } else {
                    Some(self.number(at)?)
                };
                if !self.eat("}") {
                    return self.wrong(at, "a repetition is `{2}`, `{2,}` or `{2,5}`; a brace itself is `\\{`");
                }
                if most.is_some_and(|most| least > most) {
                    return self.wrong(at, "the first number is greater than the second");
                }
                self.skip_spaces();
                (least, most)
            }
        };
        let lazy = self.eat("?") != self.flags.swap;
        Ok(Node::Repeat { node: Box::new(node), least, most, lazy })
    }

    fn number(&mut self, at: usize) -> Result<u32, Wrong> {
        let blanks = |parser: &mut Self| {
            parser.at += parser.rest().len() - parser.rest().trim_start().len();
        };
        blanks(self);
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let digits = self.rest().get(..length).unwrap_or_default();
        let Ok(number) = digits.parse() else {
            return self.wrong(at, "a repetition is `{2}`, `{2,}` or `{2,5}`; a brace itself is `\\{`");
        };
        self.at += length;
        blanks(self);
        Ok(number)
    }

    /// Behind the `\` at `at`.
    fn escape(&mut self, at: usize, in_class: bool) -> Result<Escape, Wrong> {
        let Some(c) = self.next() else {
            return self.wrong(at, "a `\\` is the last character");
        };
        Ok(match c {
            'd' => Escape::Class("digit", false),
            'D' => Escape::Class("digit", true),
            's' => Escape::Class("space", false),
            'S' => Escape::Class("space", true),
            'w' => Escape::Class("word", false),
            'W' => Escape::Class("word", true),
            'x' => Escape::Char(self.hex(at, 2)?),
            'u' => Escape::Char(self.hex(at, 4)?),
            'U' => Escape::Char(self.hex(at, 8)?),
            'a' => Escape::Char('\x07'),
            'f' => Escape::Char('\x0c'),
            't' => Escape::Char('\t'),
            'n' => Escape::Char('\n'),
            'r' => Escape::Char('\r'),
            'v' => Escape::Char('\x0b'),
            'A' if !in_class => Escape::Look(Look::Start),
            'z' if !in_class => Escape::Look(Look::End),
            'b' if !in_class => {
                for kind in ["{start}", "{end}", "{start-half}", "{end-half}"] {
                    if self.eat(kind) {
                        break;
                    }
                }
                Escape::Look(Look::Other)
            }
            'B' | '<' | '>' if !in_class => Escape::Look(Look::Other),
            '0'..='9' => return self.wrong(at, "back-references and octal numbers are not supported"),
            'p' | 'P' => return self.wrong(at, "Unicode classes are not supported"),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() && c != '<' && c != '>' => Escape::Char(c),
            _ => return self.wrong(at, "this escape is not known"),
        })
    }

    fn hex(&mut self, at: usize, digits: usize) -> Result<char, Wrong> {
        let braces = self.eat("{");
        let length = if braces { self.rest().find('}') } else { Some(digits) };
        let text = length.and_then(|length| self.rest().get(..length)).unwrap_or_default();
        let number =
            if text.bytes().all(|b| b.is_ascii_hexdigit()) { u32::from_str_radix(text, 16).ok() } else { None };
        let Some(c) = number.and_then(char::from_u32) else {
            return self.wrong(at, format!("a number is {digits} hexadecimal digits of a character, or any in braces"));
        };
        self.at += text.len() + usize::from(braces);
        Ok(c)
    }

    /// Behind the `[` at `at`.
    fn class(&mut self, at: usize) -> Result<Chars, Wrong> {
        let mut ranges = Ranges::default();
        self.skip_spaces();
        let negated = self.eat("^");
        self.skip_spaces();
        while self.eat("-") {
            ranges.add('-', '-');
            self.skip_spaces();
        }
        if ranges.0.is_empty() && self.eat("]") {
            ranges.add(']', ']');
        }
        loop {
            self.skip_spaces();
            let place = self.at;
            if self.eat("]") {
                break;
            }
            for operator in ["&&", "--", "~~"] {
                if self.rest().starts_with(operator) {
                    return self.wrong(place, format!("`{operator}` is not supported in a class"));
                }
            }
            if self.eat("[") {
                self.named_class(place, &mut ranges)?;
                continue;
            }
            let Some(first) = self.class_char(at, &mut ranges)? else {
                self.skip_spaces();
                let behind = self.after_dash();
                if self.peek() == Some('-') && behind != Some(']') && behind != Some('-') {
                    return self.wrong(place, "a range has a class at its begin; a `-` itself is `\\-`");
                }
                continue;
            };
            self.skip_spaces();
            let behind = self.after_dash();
            if self.peek() != Some('-') || behind == Some(']') || behind == Some('-') {
                ranges.add(first, first);
                continue;
            }
            self.at += 1;
            self.skip_spaces();
            let Some(last) = self.class_char(at, &mut ranges)? else {
                return self.wrong(place, "a range has a class at its end; a `-` itself is `\\-`");
            };
            if first > last {
                return self.wrong(place, "a range ends before it begins");
            }
            ranges.add(first, last);
        }
        if self.flags.ignore_case {
            ranges.fold();
        }
        if negated {
            ranges.negate();
        }
        Ok(ranges.chars())
    }

    /// What comes behind a `-` that comes next.
    fn after_dash(&self) -> Option<char> {
        let rest = self.rest().strip_prefix('-')?;
        rest.chars().find(|c| !(self.flags.spaced && c.is_whitespace()))
    }

    /// A character of the class at `at`, or nothing if it was a class by itself.
    fn class_char(&mut self, at: usize, ranges: &mut Ranges) -> Result<Option<char>, Wrong> {
        let place = self.at;
        match self.next() {
            None => self.wrong(at, "this class has no `]`"),
            Some('\\') => match self.escape(place, true)? {
                Escape::Char(c) => Ok(Some(c)),
                Escape::Class(name, negated) => {
                    ranges.0.append(&mut self::ranges(name, negated).0);
                    Ok(None)
                }
                Escape::Look(_) => self.wrong(place, "this is no character"),
            },
            Some(c) => Ok(Some(c)),
        }
    }

    /// `[:name:]` behind its first bracket at `at`.
    fn named_class(&mut self, at: usize, ranges: &mut Ranges) -> Result<(), Wrong> {
        let name = self.rest().strip_prefix(':').and_then(|rest| rest.split_once(":]")).map(|(name, _)| name);
        let class = name.and_then(|name| named(name.strip_prefix('^').unwrap_or(name)));
        let (Some(name), Some(class)) = (name, class) else {
            return self.wrong(at, "a class in a class is not supported; a bracket itself is `\\[`");
        };
        self.at += name.len() + 3;
        let mut named = Ranges::default();
        for &(from, to) in class {
            named.add(from, to);
        }
        if name.starts_with('^') {
            named.negate();
        }
        ranges.0.append(&mut named.0);
        Ok(())
    }
}

fn ranges(name: &str, negated: bool) -> Ranges {
    let mut ranges = Ranges::default();
    for &(from, to) in named(name).unwrap_or_default() {
        ranges.add(from, to);
    }
    if negated {
        ranges.negate();
    }
    ranges
}

/// The node of a group's or a pattern's branches.
fn one(mut branches: Vec<Branch>) -> Node {
    match branches.pop() {
        Some(branch) if branches.is_empty() => Node::Sequence(branch.items),
        Some(branch) => {
            branches.push(branch);
            Node::Either(branches)
        }
        None => Node::Sequence(Vec::new()),
    }
}
