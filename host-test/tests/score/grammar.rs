//! A small grammar of what tokens, names and times look like: the part of regular expressions that vendors' formats
//! need, with names and functions. `testdata/score/README.md` describes it.

use std::collections::BTreeMap;

use super::functions;
use super::random::Random;

/// A pattern that texts can be made of.
#[derive(Debug)]
pub(crate) enum Grammar {
    Text(String),
    Class(Vec<char>),
    Sequence(Vec<Grammar>),
    Choice(Vec<Grammar>),
    Repeat(Box<Grammar>, usize, usize),
    /// `<name>`
    Named(String),
    /// `<function:pattern>`
    Applied(String, Box<Grammar>),
}

/// The patterns of `generators.tsv` by name.
pub(crate) type Names = BTreeMap<String, Grammar>;

impl Grammar {
    /// # Errors
    ///
    /// The pattern does not follow the grammar; says where, in characters.
    pub(crate) fn parse(pattern: &str) -> Result<Grammar, String> {
        let mut parser = Parser { text: pattern.chars().collect(), at: 0 };
        let grammar = parser.choice()?;
        if parser.at < parser.text.len() {
            return Err(parser.expected("the end"));
        }
        Ok(grammar)
    }

    /// Appends one text of this pattern.
    ///
    /// # Panics
    ///
    /// If it names a pattern or function that there is not.
    pub(crate) fn write(&self, names: &Names, random: &mut Random, out: &mut String) {
        match self {
            Grammar::Text(text) => out.push_str(text),
            Grammar::Class(characters) => out.push(*random.one_of(characters)),
            Grammar::Sequence(parts) => parts.iter().for_each(|part| part.write(names, random, out)),
            Grammar::Choice(options) => random.one_of(options).write(names, random, out),
            Grammar::Repeat(part, least, most) => {
                for _ in 0..least + random.below(most - least + 1) {
                    part.write(names, random, out);
                }
            }
            Grammar::Named(name) => {
                let named = names.get(name).unwrap_or_else(|| panic!("expected a generator, found {name}"));
                named.write(names, random, out);
            }
            Grammar::Applied(function, argument) => {
                out.push_str(&functions::apply(function, &argument.text(names, random)));
            }
        }
    }

    /// One text of this pattern.
    pub(crate) fn text(&self, names: &Names, random: &mut Random) -> String {
        let mut text = String::new();
        self.write(names, random, &mut text);
        text
    }
}

struct Parser {
    text: Vec<char>,
    at: usize,
}

impl Parser {
    fn choice(&mut self) -> Result<Grammar, String> {
        let mut options = vec![self.sequence()?];
        while self.takes('|') {
            options.push(self.sequence()?);
        }
        Ok(if options.len() == 1 { options.remove(0) } else { Grammar::Choice(options) })
    }

    fn sequence(&mut self) -> Result<Grammar, String> {
        let mut parts = Vec::new();
        while let Some(character) = self.peek()
            && !matches!(character, '|' | ')' | '>')
        {
            let part = self.atom()?;
            parts.push(self.repeated(part)?);
        }
        Ok(Grammar::Sequence(parts))
    }

    fn atom(&mut self) -> Result<Grammar, String> {
        match self.next()? {
            '(' => {
                let inner = self.choice()?;
                self.wants(')')?;
                Ok(inner)
            }
            '[' => self.class(),
            '<' => self.named(),
            '\\' => Ok(Grammar::Text(self.escaped()?.to_string())),
            character @ ('{' | '?') => Err(format!("expected something before {character} at {}", self.at)),
            character => Ok(Grammar::Text(character.to_string())),
        }
    }

    fn repeated(&mut self, part: Grammar) -> Result<Grammar, String> {
        if self.takes('?') {
            return Ok(Grammar::Repeat(Box::new(part), 0, 1));
        }
        if !self.takes('{') {
            return Ok(part);
        }
        let least = self.number()?;
        let most = if self.takes(',') { self.number()? } else { least };
        self.wants('}')?;
        if most < least {
            return Err(self.expected("a larger number"));
        }
        Ok(Grammar::Repeat(Box::new(part), least, most))
    }

    fn class(&mut self) -> Result<Grammar, String> {
        let mut characters = Vec::new();
        loop {
            let first = match self.next()? {
                ']' => break,
                '\\' => self.escaped()?,
                character => character,
            };
            if self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|next| *next != ']') {
                self.at += 1;
                let last = self.next()?;
                characters.extend(first..=last);
            } else {
                characters.push(first);
            }
        }
        if characters.is_empty() {
            Err(self.expected("a character in the class"))
        } else {
            Ok(Grammar::Class(characters))
        }
    }

    fn named(&mut self) -> Result<Grammar, String> {
        let mut name = String::new();
        loop {
            match self.next()? {
                '>' => return Ok(Grammar::Named(name)),
                ':' => {
                    let argument = self.choice()?;
                    self.wants('>')?;
                    return Ok(Grammar::Applied(name, Box::new(argument)));
                }
                character => name.push(character),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, String> {
        Ok(match self.next()? {
            'n' => '\n',
            't' => '\t',
            character => character,
        })
    }

    fn number(&mut self) -> Result<usize, String> {
        let start = self.at;
        while self.peek().is_some_and(|character| character.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.text[start..self.at].iter().collect();
        digits.parse().map_err(|_| self.expected("a number"))
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Result<char, String> {
        let character = self.peek().ok_or_else(|| self.expected("more"))?;
        self.at += 1;
        Ok(character)
    }

    fn takes(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        self.at += usize::from(found);
        found
    }

    fn wants(&mut self, character: char) -> Result<(), String> {
        if self.takes(character) { Ok(()) } else { Err(self.expected(&character.to_string())) }
    }

    fn expected(&self, what: &str) -> String {
        format!("expected {what} at {} of {}", self.at, self.text.iter().collect::<String>())
    }
}
