//! [JSON](https://www.rfc-editor.org/rfc/rfc8259) into a tree of nodes. It is a part of YAML, and the tree is the same.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::node::{Kind, MAX_DEPTH, Node, Place, Wrong};

/// How many members an object may have.
const MAX_MEMBERS: usize = 4096;

/// Reads a text; one without anything in it is a null.
///
/// # Errors
/// When the text is no JSON, has a key twice, more than 4096 members in an object, or is nested deeper than
/// [`MAX_DEPTH`].
pub fn read(text: &str) -> Result<Node, Wrong> {
    let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut json = Json { rest, place: Place { line: 1, column: 1 } };
    json.space();
    if json.rest.is_empty() {
        return Ok(Node { place: Place { line: 1, column: 1 }, kind: plain("") });
    }
    let node = json.value(0)?;
    json.space();
    if json.rest.is_empty() { Ok(node) } else { json.wrong("something follows behind the end") }
}

fn plain(text: &str) -> Kind {
    Kind::Scalar { text: text.to_owned(), plain: true }
}

struct Json<'a> {
    /// What is not read yet, and where it begins.
    rest: &'a str,
    place: Place,
}

impl<'a> Json<'a> {
    #[cold]
    #[inline(never)]
    fn wrong<T>(&self, what: &str) -> Result<T, Wrong> {
        Err(Wrong { place: self.place, what: what.to_owned() })
    }

    fn next(&self) -> u8 {
        self.rest.as_bytes().first().copied().unwrap_or_default()
    }

    /// Goes behind the next `length` bytes, and returns them.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        let mut last = 0;
        for byte in taken.bytes() {
            match byte {
                // A carriage return and a line feed end one line.
                b'\n' if last == b'\r' => {}
                b'\n' | b'\r' => self.place = Place { line: self.place.line.saturating_add(1), column: 1 },
                // What goes on with a character is none.
                0x80..0xc0 => {}
                _ => self.place.column = self.place.column.saturating_add(1),
            }
            last = byte;
        }
        taken
    }

    fn space(&mut self) {
        let rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.take(self.rest.len() - rest.len());
    }

    /// Goes behind this byte, if it comes next, and what is blank behind it.
    fn skip(&mut self, byte: u8) -> bool {
        let is_next = self.next() == byte;
        if is_next {
            self.take(1);
            self.space();
        }
        is_next
    }

    fn value(&mut self, depth: usize) -> Result<Node, Wrong> {
        if depth == MAX_DEPTH {
            return self.wrong(&format!("it is nested more than {MAX_DEPTH} deep"));
        }
        let place = self.place;
        let kind = match self.next() {
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'"' => Kind::Scalar { text: self.string()?, plain: false },
            _ => {
                let end = self.rest.find([',', ']', '}', ':', '"', ' ', '\t', '\n', '\r']).unwrap_or(self.rest.len());
                let word = self.rest.get(..end).unwrap_or_default();
                if !matches!(word, "true" | "false" | "null") && !is_number(word) {
                    return self.wrong("expected a JSON value");
                }
                plain(self.take(end))
            }
        };
        Ok(Node { place, kind })
    }

    fn array(&mut self, depth: usize) -> Result<Kind, Wrong> {
        let mut nodes = Vec::new();
        self.skip(b'[');
        if self.skip_last(b']') {
            return Ok(Kind::List(nodes));
        }
        loop {
            nodes.push(self.value(depth + 1)?);
            self.space();
            if self.skip_last(b']') {
                return Ok(Kind::List(nodes));
            }
            if !self.skip(b',') {
                return self.wrong("expected `,` or `]`");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Wrong> {
        let mut pairs: Vec<(Node, Node)> = Vec::new();
        self.skip(b'{');
        if self.skip_last(b'}') {
            return Ok(Kind::Map(pairs));
        }
        loop {
            let place = self.place;
            if self.next() != b'"' {
                return self.wrong("expected a key in quotes");
            }
            let text = self.string()?;
            if let Some((known, _)) = pairs.iter().find(|(known, _)| known.as_str() == Some(&text)) {
                let line = known.place.line;
                return Err(Wrong { place, what: format!("this key is there already, in line {line}") });
            }
            if pairs.len() == MAX_MEMBERS {
                return self.wrong(&format!("there are more than {MAX_MEMBERS} members"));
            }
            self.space();
            if !self.skip(b':') {
                return self.wrong("expected `:`");
            }
            let value = self.value(depth + 1)?;
            pairs.push((Node { place, kind: Kind::Scalar { text, plain: false } }, value));
            self.space();
            if self.skip_last(b'}') {
                return Ok(Kind::Map(pairs));
            }
            if !self.skip(b',') {
                return self.wrong("expected `,` or `}`");
            }
        }
    }

    /// Goes behind this byte, if it comes next.
    fn skip_last(&mut self, byte: u8) -> bool {
        let is_next = self.next() == byte;
        if is_next {
            self.take(1);
        }
        is_next
    }

    fn string(&mut self) -> Result<String, Wrong> {
        let mut text = String::new();
        self.take(1);
        loop {
            let is_special = |character: char| matches!(character, '"' | '\\' | '\0'..=' ') && character != ' ';
            let Some(end) = self.rest.find(is_special) else { return self.wrong("expected `\"`, found the end") };
            text.push_str(self.take(end));
            match self.next() {
                b'"' => {
                    self.take(1);
                    return Ok(text);
                }
                b'\\' => text.push(self.escape()?),
                _ => return self.wrong("a control character needs an escape"),
            }
        }
    }

    /// The character that an escape stands for.
    fn escape(&mut self) -> Result<char, Wrong> {
        let (character, length) = match self.rest.as_bytes().get(1) {
            Some(b'b') => (Some('\u{8}'), 2),
            Some(b'f') => (Some('\u{c}'), 2),
            Some(b'n') => (Some('\n'), 2),
            Some(b'r') => (Some('\r'), 2),
            Some(b't') => (Some('\t'), 2),
            Some(b'u') => match (self.unit(0), self.unit(6)) {
                (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                    (char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12)
                }
                (Some(unit), _) => (char::from_u32(unit), 6),
                _ => (None, 0),
            },
            Some(byte @ (b'"' | b'\\' | b'/')) => (Some(char::from(*byte)), 2),
            _ => (None, 0),
        };
        let Some(character) = character else { return self.wrong("this escape is not one of JSON's") };
        self.take(length);
        Ok(character)
    }

    /// What `\uXXXX` says, if it stands `at` bytes from here.
    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.rest.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    }
}

/// `-0.5e+1`
fn is_number(word: &str) -> bool {
    let digits = |text: &str| text.len() - text.trim_start_matches(|first: char| first.is_ascii_digit()).len();
    let rest = word.strip_prefix('-').unwrap_or(word);
    let whole = digits(rest);
    let mut right = whole == 1 || (whole > 1 && !rest.starts_with('0'));
    let mut rest = rest.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        right &= length > 0;
        rest = fraction.get(length..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        right &= !exponent.is_empty() && digits(exponent) == exponent.len();
        rest = "";
    }
    right && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    /// A tree on one line: each node with its place, quoted if it is not plain.
    fn shown(node: &Node) -> String {
        let inner = match &node.kind {
            Kind::Scalar { text, plain: true } => text.clone(),
            Kind::Scalar { text, plain: false } => format!("{text:?}"),
            Kind::List(nodes) => format!("[{}]", nodes.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Kind::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| format!("{} {}", shown(key), shown(value)));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(" "))
            }
        };
        format!("{}={inner}", node.place)
    }

    #[test]
    fn trees_with_places() {
        for (text, tree) in [
            ("", "1:1="),
            (" \n", "1:1="),
            ("\u{feff}{}", "1:1={}"),
            (" [ ] ", "1:2=[]"),
            (r#"{"a": [1, null], "b": {}}"#, r#"1:1={1:2="a" 1:7=[1:8=1 1:11=null] 1:18="b" 1:23={}}"#),
            (
                "{\r\n\t\"\u{fc}\": \"\u{1f600}x\" ,\r\"c\":true\n}",
                "1:1={2:2=\"\u{fc}\" 2:7=\"\u{1f600}x\" 3:1=\"c\" 3:5=true}",
            ),
            (
                r#"["\"\\\/\b\f\n\r\t\u00fC\ud83d\ude00", "/"]"#,
                "1:1=[1:2=\"\\\"\\\\/\\u{8}\\u{c}\\n\\r\\t\u{fc}\u{1f600}\" 1:40=\"/\"]",
            ),
            ("[0,-0,10,1.5,-1e9,1E+9,0.1e-9]", "1:1=[1:2=0 1:4=-0 1:7=10 1:10=1.5 1:14=-1e9 1:19=1E+9 1:24=0.1e-9]"),
        ] {
            assert_eq!(read(text).map(|node| shown(&node)), Ok(tree.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn wrong_texts_have_places() {
        for (text, says) in [
            ("mode: edge\n", "1:1: expected a JSON value"),
            ("{\"a\": 1,\n \"a\": 2}", "2:2: this key is there already, in line 1"),
            ("{\"a\": 1}\n{}", "2:1: something follows behind the end"),
            ("[1,]", "1:4: expected a JSON value"),
            ("[1 2]", "1:4: expected `,` or `]`"),
            ("[1", "1:3: expected `,` or `]`"),
            ("{\"a\" 1}", "1:6: expected `:`"),
            ("{a: 1}", "1:2: expected a key in quotes"),
            ("{\"a\": 1,}", "1:9: expected a key in quotes"),
            ("{\"a\": 1 \"b\": 2}", "1:9: expected `,` or `}`"),
            ("{\"a\": }", "1:7: expected a JSON value"),
            ("{\"a", "1:3: expected `\"`, found the end"),
            ("[\"\u{fc}\n\"]", "1:4: a control character needs an escape"),
            ("[\"\\x\"]", "1:3: this escape is not one of JSON's"),
            ("[\"\\ud83d\"]", "1:3: this escape is not one of JSON's"),
            ("[\"\\ud83d\\u0041\"]", "1:3: this escape is not one of JSON's"),
            ("[\"\\u+041\"]", "1:3: this escape is not one of JSON's"),
            ("'a'", "1:1: expected a JSON value"),
            ("// a\n1", "1:1: expected a JSON value"),
            ("\u{b}1", "1:1: expected a JSON value"),
        ] {
            assert_eq!(read(text).map_err(|wrong| wrong.to_string()), Err(says.to_owned()), "{text:?}");
        }
        for word in ["01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_0", "NaN", "True", "nul", "1\u{e9}"] {
            assert!(read(word).is_err(), "{word}");
        }
    }

    #[test]
    fn limits() {
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(&deep).is_ok());
        let wrong = read(&format!("[{deep}]")).expect_err("too deep");
        assert_eq!(wrong.to_string(), "1:65: it is nested more than 64 deep");
        assert!(read(&"[".repeat(1 << 20)).is_err());
        let wide =
            |count: usize| format!("{{{}}}", (0..count).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(","));
        assert!(read(&wide(MAX_MEMBERS)).is_ok());
        assert!(read(&wide(MAX_MEMBERS + 1)).is_err());
    }
}
