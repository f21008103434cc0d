//! JSON texts taken apart, so that what they say can be compared and searched.

use podsieve_host::json::{self, Verdict, unescape};

/// A JSON value as it was written, but for the order of members and the spelling of strings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Json {
    /// A number, `true`, `false` or `null`: its text.
    Bare(String),
    /// The meaning of a string.
    Text(String),
    Array(Vec<Json>),
    /// Members sorted by key; equal keys stay in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text that is known to be valid and not very deep.
    pub(crate) fn of(text: &[u8]) -> Json {
        let mut tokens = Tokens { text, at: 0 };
        let first = tokens.next().expect("a value");
        read(first, &mut tokens)
    }
}

fn read(token: Token, tokens: &mut Tokens) -> Json {
    match token {
        Token::Text(text) => Json::Text(text),
        Token::Bare(text) => Json::Bare(text),
        Token::Mark(b'[') => {
            let mut items = Vec::new();
            loop {
                match tokens.next().expect("an array ends") {
                    Token::Mark(b']') => return Json::Array(items),
                    Token::Mark(b',') => {}
                    token => items.push(read(token, tokens)),
                }
            }
        }
        Token::Mark(_) => {
            let mut members = Vec::new();
            loop {
                match tokens.next().expect("an object ends") {
                    Token::Text(key) => {
                        tokens.next();
                        let value = tokens.next().expect("a member has a value");
                        members.push((key, read(value, tokens)));
                    }
                    Token::Mark(b'}') => break,
                    _ => {}
                }
            }
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Json::Object(members)
        }
    }
}

/// What a JSON text is made of.
#[derive(Clone, Debug)]
pub(crate) enum Token {
    /// The meaning of a string.
    Text(String),
    /// A number or literal.
    Bare(String),
    /// One of `{}[]:,`.
    Mark(u8),
}

/// The tokens of a valid JSON text of any depth.
pub(crate) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(text: &'a [u8]) -> Self {
        Tokens { text, at: 0 }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while self.text.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        let start = self.at;
        let first = self.text[start];
        self.at += 1;
        if first == b'"' {
            while self.text[self.at] != b'"' {
                self.at += if self.text[self.at] == b'\\' { 2 } else { 1 };
            }
            self.at += 1;
            let meaning = unescape(&self.text[start + 1..self.at - 1]);
            return Some(Token::Text(String::from_utf8(meaning).expect("a valid text is UTF-8")));
        }
        if b"{}[]:,".contains(&first) {
            return Some(Token::Mark(first));
        }
        while self.text.get(self.at).is_some_and(|byte| !b" \t\r\n{}[]:,\"".contains(byte)) {
            self.at += 1;
        }
        Some(Token::Bare(String::from_utf8_lossy(&self.text[start..self.at]).into_owned()))
    }
}

/// All that a valid JSON text says: the meaning of its strings and keys, its numbers, and what JSON inside its strings
/// says, at any depth of either.
pub(crate) fn sayings(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![text.to_vec()];
    while let Some(text) = todo.pop() {
        for token in Tokens::of(&text) {
            match token {
                Token::Text(text) => {
                    let inner = text.trim();
                    let json = inner.starts_with(['{', '[', '"']);
                    if json && json::judge(inner.as_bytes()) != Verdict::Invalid {
                        todo.push(inner.as_bytes().to_vec());
                    }
                    found.push(text);
                }
                Token::Bare(text) => found.push(text),
                Token::Mark(_) => {}
            }
        }
    }
    found
}

/// Whether a text says this, as it stands or in a string or number at any depth.
pub(crate) fn says(json: &[u8], what: &str) -> bool {
    memchr::memmem::find(json, what.as_bytes()).is_some() || sayings(json).iter().any(|said| said.contains(what))
}

/// Text for an error message: not too long, and readable whatever the bytes are.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const LONG: usize = 1500;
    let shown = bytes.iter().take(LONG).copied().collect::<Vec<_>>();
    let text = match String::from_utf8(shown) {
        Ok(text) => text,
        // The end may be in the middle of a character.
        Err(error) if bytes.len() > LONG && error.utf8_error().error_len().is_none() => {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
        Err(error) => error.as_bytes().escape_ascii().to_string(),
    };
    if bytes.len() > LONG { format!("{text} ... ({} bytes)", bytes.len()) } else { text }
}

/// Two texts that should be equal, for an error message: from a little before they part.
pub(crate) fn apart(a: &[u8], b: &[u8]) -> (String, String) {
    const BEFORE: usize = 200;
    let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let from = common.saturating_sub(BEFORE);
    let cut = |text: &[u8]| {
        let dots = if from > 0 { "... " } else { "" };
        format!("{dots}{}", shown(&text[from..]))
    };
    (cut(a), cut(b))
}
