//! Go's syntax ([RE2](https://github.com/google/re2/wiki/Syntax), as package
//! [regexp](https://pkg.go.dev/regexp/syntax) has it) written so that regex-lite reads the same.
//!
//! Most is the same in both. What is not: `\Q...\E`, octal numbers and braces that repeat nothing; brackets, dashes and
//! `&&`, `--`, `~~` in classes, which stand for themselves in Go; `\<` and `\>`, which are words' begins and ends in
//! regex-lite; and names of groups that begin with a digit. Left different: without regard of case, Go also takes `ſ`
//! for `s` and the Kelvin sign for `k`; and `\s` has no vertical tab in Go.

use alloc::string::String;
use core::fmt::Write;

use super::{Pattern, Wrong, class};

/// Writes a pattern of Go for regex-lite, unchanged if that is the same.
///
/// # Errors
/// When it is no pattern of Go, has Unicode classes (`\pL`), which regex-lite lacks, or passes a limit of this module:
/// with the byte of the pattern as it was, or, where only the new one has it, of the new one.
pub fn from_go(text: &str) -> Result<String, Wrong> {
    let mut writer = Writer { text, at: 0, out: String::new() };
    while let Some(c) = writer.peek() {
        writer.one(c)?;
    }
    let out = writer.out;
    Pattern::parse(&out)?;
    Ok(out)
}

struct Writer<'a> {
    text: &'a str,
    at: usize,
    out: String,
}

impl<'a> Writer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// As it stands.
    fn copy(&mut self, bytes: usize) {
        self.out.push_str(self.rest().get(..bytes).unwrap_or_default());
        self.at += bytes;
    }

    /// A character for itself, whatever it means elsewhere.
    fn literal(&mut self, c: char) {
        if c.is_ascii_punctuation() && c != '<' && c != '>' {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    fn one(&mut self, c: char) -> Result<(), Wrong> {
        match c {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => {
                self.group();
                Ok(())
            }
            '{' => {
                match repetition(self.rest()) {
                    Some(length) => self.copy(length),
                    None => {
                        self.at += 1;
                        self.literal(c);
                    }
                }
                Ok(())
            }
            c => {
                self.copy(c.len_utf8());
                Ok(())
            }
        }
    }

    fn escape(&mut self) -> Result<(), Wrong> {
        let at = self.at;
        let Some(c) = self.rest().chars().nth(1) else {
            return Err(Wrong { at, what: "a `\\` is the last character".into() });
        };
        match c {
            'Q' => {
                self.at += 2;
                let (quoted, length) = match self.rest().split_once("\\E") {
                    Some((quoted, _)) => (quoted, quoted.len() + 2),
                    None => (self.rest(), self.rest().len()),
                };
                quoted.chars().for_each(|c| self.literal(c));
                self.at += length;
            }
            '0'..='7' => {
                let digits = self.rest().bytes().skip(1).take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
                if c != '0' && digits == 1 {
                    return Err(Wrong { at, what: "back-references are not supported".into() });
                }
                let digits = self.rest().get(1..=digits).unwrap_or_default();
                let number = u32::from_str_radix(digits, 8).unwrap_or_default();
                // Writing into a string does not fail.
                let _ = write!(self.out, "\\x{{{number:x}}}");
                self.at += 1 + digits.len();
            }
            'p' | 'P' => {
                return Err(Wrong {
                    at,
                    what: "Unicode classes are not supported: there are only those of ASCII".into(),
                });
            }
            '<' | '>' => {
                self.out.push(c);
                self.at += 2;
            }
            'x' if self.rest().starts_with("\\x{") => self.copy(3),
            c => self.copy(1 + c.len_utf8()),
        }
        Ok(())
    }

    /// The begin of a group. A name that regex-lite does not know goes, as groups are known by their numbers.
    fn group(&mut self) {
        let rest = self.rest();
        let name = rest.strip_prefix("(?P<").or_else(|| rest.strip_prefix("(?<")).and_then(|rest| rest.split_once('>'));
        match name {
            Some((name, behind)) if name.starts_with(|c: char| c.is_ascii_digit()) => {
                self.out.push('(');
                self.at = self.text.len() - behind.len();
            }
            _ => self.copy(1),
        }
    }

    fn class(&mut self) -> Result<(), Wrong> {
        let at = self.at;
        self.copy(1);
        if self.peek() == Some('^') {
            self.copy(1);
        }
        let mut first = true;
        loop {
            let Some(c) = self.peek() else {
                return Err(Wrong { at, what: "this class has no `]`".into() });
            };
            if c == ']' && !first {
                self.copy(1);
                return Ok(());
            }
            if let Some(length) = named(self.rest()) {
                self.copy(length);
            } else if self.is_class() {
                self.escape()?;
            } else {
                self.class_char(first, false)?;
                let behind = self.rest().strip_prefix('-').and_then(|rest| rest.chars().next());
                if behind.is_some_and(|c| c != ']') {
                    self.copy(1);
                    self.class_char(false, true)?;
                }
            }
            first = false;
        }
    }

    /// Whether a class as `\w` comes next.
    fn is_class(&self) -> bool {
        self.rest().strip_prefix('\\').is_some_and(|rest| rest.starts_with(['d', 'D', 's', 'S', 'w', 'W', 'p', 'P']))
    }

    /// A character of a class, so that nothing is an operator: the first one, or the last one of a range.
    fn class_char(&mut self, first: bool, ends: bool) -> Result<(), Wrong> {
        let Some(c) = self.peek() else { return Ok(()) };
        let behind = self.rest().chars().nth(1);
        let is_operator = match c {
            '\\' => return self.escape(),
            '[' => true,
            '-' => ends || behind != Some(']') && !(first && behind != Some('-')),
            '&' | '~' => self.out.ends_with(c) || behind == Some(c),
            ']' => !first,
            _ => false,
        };
        if is_operator {
            self.out.push('\\');
        }
        self.copy(c.len_utf8());
        Ok(())
    }
}

/// The length of `{2}`, `{2,}` or `{2,5}`, as Go reads it: a number has no zeros in front.
fn repetition(text: &str) -> Option<usize> {
    let (inner, _) = text.strip_prefix('{')?.split_once('}')?;
    let is_number = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
    };
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    (is_number(least) && (most.is_empty() || is_number(most))).then_some(inner.len() + 2)
}

/// The length of `[:name:]` and `[:^name:]`.
fn named(text: &str) -> Option<usize> {
    let (name, _) = text.strip_prefix("[:")?.split_once(":]")?;
    class::named(name.strip_prefix('^').unwrap_or(name))?;
    Some(name.len() + 4)
}
