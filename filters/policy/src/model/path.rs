//! Paths of fields: `users[*].email`, `**.secret`, `labels["app.kubernetes.io/name"]`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::read::Reader;
use crate::yaml::{Node, Place};

/// The way from a record to fields of it: 1 to 16 segments. Names in a row mean one name with dots too, as in
/// `{"extra.operation": 1}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// From the record on.
    pub segments: Vec<Segment>,
    /// Where it stands in the file.
    pub place: Place,
}

/// A step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The member of this name, exactly: `name`, or `["any name"]`.
    Name(String),
    /// Any element of a list: `[*]`.
    AnyIndex,
    /// One element of a list, from 0: `[3]`.
    Index(u32),
    /// Any member of an object: `*`.
    Any,
    /// Any number of members and elements, also none: `**`. Never twice in a row.
    Deep,
}

const MAX_SEGMENTS: usize = 16;

impl Path {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Path {
        let text = reader.any_text(node);
        Path::read_part(node, &text, 0, reader)
    }

    /// A path that means one field.
    pub(crate) fn read_field(node: &Node, reader: &mut Reader<'_>) -> Path {
        let path = Path::read(node, reader);
        path.check_field(node, reader)
    }

    /// The path `text`, which begins at byte `offset` of what the node says.
    pub(crate) fn read_part(node: &Node, text: &str, offset: usize, reader: &mut Reader<'_>) -> Path {
        let segments = segments(text).unwrap_or_else(|(at, what)| {
            // What is no text has its error already.
            if node.as_str().is_some() && !node.is_null() {
                reader.wrong_in(node, offset + at, what);
            }
            Vec::new()
        });
        Path { segments, place: node.place }
    }

    pub(crate) fn check_field(self, node: &Node, reader: &mut Reader<'_>) -> Path {
        if !self.segments.iter().all(|segment| matches!(segment, Segment::Name(_) | Segment::Index(_))) {
            reader.wrong(node.place, "expected the path of one field, without `*`");
        }
        self
    }

    /// As it is written: the same for the same path.
    #[must_use]
    pub fn written(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            let dot = if text.is_empty() { "" } else { "." };
            text = match segment {
                Segment::Name(name) if name.chars().all(is_plain) => alloc::format!("{text}{dot}{name}"),
                Segment::Name(name) if name.contains('"') => alloc::format!("{text}['{name}']"),
                Segment::Name(name) => alloc::format!("{text}[\"{name}\"]"),
                Segment::AnyIndex => text + "[*]",
                Segment::Index(index) => alloc::format!("{text}[{index}]"),
                Segment::Any => alloc::format!("{text}{dot}*"),
                Segment::Deep => alloc::format!("{text}{dot}**"),
            };
        }
        text
    }
}

/// Whether a name may hold it without brackets.
fn is_plain(character: char) -> bool {
    !character.is_control() && !character.is_whitespace() && !".[]{}*\"'`\\".contains(character)
}

/// The segments, or the byte at which something is wrong, and what.
fn segments(text: &str) -> Result<Vec<Segment>, (usize, &'static str)> {
    let mut segments = Vec::new();
    let mut at = 0;
    if text.is_empty() {
        return Err((0, "expected a path, found an empty text"));
    }
    while at < text.len() {
        if segments.len() == MAX_SEGMENTS {
            return Err((at, "a path has at most 16 parts"));
        }
        let rest = text.get(at..).unwrap_or_default();
        let (segment, length) = if rest.starts_with('[') {
            bracket(rest).map_err(|(offset, what)| (at + offset, what))?
        } else {
            let dot = usize::from(at > 0);
            if dot == 1 && !rest.starts_with('.') {
                return Err((at, "expected a dot or a bracket"));
            }
            let (segment, length) = name(rest.get(dot..).unwrap_or_default()).map_err(|what| (at + dot, what))?;
            (segment, dot + length)
        };
        if segment == Segment::Deep && segments.last() == Some(&Segment::Deep) {
            return Err((at, "`**` twice in a row is the same as once"));
        }
        segments.push(segment);
        at += length;
    }
    Ok(segments)
}

fn name(text: &str) -> Result<(Segment, usize), &'static str> {
    let stars = text.bytes().take_while(|byte| *byte == b'*').count();
    match stars {
        0 => {}
        1 => return Ok((Segment::Any, 1)),
        2 => return Ok((Segment::Deep, 2)),
        _ => return Err("expected `*` or `**`"),
    }
    let length = text.find(|character| !is_plain(character)).unwrap_or(text.len());
    match text.get(..length) {
        Some(name) if length > 0 => Ok((Segment::Name(name.to_owned()), length)),
        _ if text.is_empty() || text.starts_with(['.', '[']) => Err("expected a name"),
        _ => Err("a name with this character stands in brackets and quotes: [\"...\"]"),
    }
}

fn bracket(text: &str) -> Result<(Segment, usize), (usize, &'static str)> {
    let inner = text.get(1..).unwrap_or_default();
    let (segment, length) = match inner.as_bytes().first() {
        Some(b'*') => (Segment::AnyIndex, 1),
        Some(b'0'..=b'9') => {
            let length = inner.bytes().take_while(u8::is_ascii_digit).count();
            let index = inner.get(..length).and_then(|digits| digits.parse().ok());
            (Segment::Index(index.ok_or((1, "this index is too large"))?), length)
        }
        Some(&quote @ (b'"' | b'\'')) => {
            let rest = inner.get(1..).unwrap_or_default();
            let length = rest.find(char::from(quote)).ok_or((1, "this quote is not closed"))?;
            (Segment::Name(rest.get(..length).unwrap_or_default().to_owned()), length + 2)
        }
        _ => return Err((1, "expected `*`, an index from 0 or a name in quotes")),
    };
    match inner.as_bytes().get(length) {
        Some(b']') => Ok((segment, length + 2)),
        _ => Err((length + 1, "expected `]`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_they_are_read() {
        for (text, written) in [
            ("users[*].email", "users[*].email"),
            ("http.request.headers.authorization", "http.request.headers.authorization"),
            ("**.secret", "**.secret"),
            ("*.a[0][12]", "*.a[0][12]"),
            ("[\"a\"].b", "a.b"),
            ("labels['app.kubernetes.io/name'].x", "labels[\"app.kubernetes.io/name\"].x"),
            ("x-y.\u{fc}[\"it's\"]['\"']", "x-y.\u{fc}[\"it's\"]['\"']"),
            ("a.**.*.b", "a.**.*.b"),
            ("a[\"\"]", "a."),
        ] {
            let segments = segments(text).expect(text);
            let path = Path { segments, place: Place { line: 1, column: 1 } };
            assert_eq!(path.written(), written);
        }
    }

    #[test]
    fn wrong_paths_say_where() {
        for (text, at) in [
            ("", 0),
            (".a", 0),
            ("a.", 2),
            ("a..b", 2),
            ("a b", 1),
            ("a.b c", 3),
            ("a***", 1),
            ("***", 0),
            ("**.**", 2),
            ("a[", 2),
            ("a[x]", 2),
            ("a[1", 3),
            ("a[99999999999]", 2),
            ("a['x]", 2),
            ("a[*]b", 4),
            ("a]", 1),
            ("a*", 1),
        ] {
            assert_eq!(segments(text).map_err(|(at, _)| at), Err(at), "{text}");
        }
    }
}
