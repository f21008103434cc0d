//! Templates of tags: `archive.{kubernetes.namespace_name}.{service}`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::Path;
use crate::read::Reader;
use crate::yaml::{Node, Place};

/// A tag that takes parts of the record: 1 to 16 parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// In their order.
    pub parts: Vec<TagPart>,
    /// Where it stands in the file.
    pub place: Place,
}

/// A part of a [`Tag`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagPart {
    /// As it is: of `A-Za-z0-9_-.`, all texts of a tag together at most 128 bytes.
    Text(String),
    /// The value of a field, a path without wildcards; what is not of `A-Za-z0-9_-` becomes `-`, and what is longer than
    /// 64 bytes goes. `service` and `severity` are what enrichment adds, whatever the field is called there.
    Field(Path),
}

const MAX_PARTS: usize = 16;
const MAX_TEXT: usize = 128;

impl Tag {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Tag {
        let text = reader.text(node);
        let mut parts = Vec::new();
        let mut at = 0;
        while at < text.len() && parts.len() <= MAX_PARTS {
            let rest = text.get(at..).unwrap_or_default();
            let part = if let Some(inner) = rest.strip_prefix('{') {
                let Some(end) = inner.find('}') else {
                    reader.wrong_in(node, at, "this brace is not closed");
                    break;
                };
                let path = Path::read_part(node, inner.get(..end).unwrap_or_default(), at + 1, reader);
                at += end + 2;
                TagPart::Field(path.check_field(node, reader))
            } else {
                let end = rest.find('{').unwrap_or(rest.len());
                let part = rest.get(..end).unwrap_or_default();
                let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
                if let Some(bad) = part.bytes().position(|byte| !safe(byte)) {
                    reader.wrong_in(node, at + bad, "expected only A-Z, a-z, 0-9, _, -, dots and fields in braces");
                    break;
                }
                at += end;
                TagPart::Text(part.to_owned())
            };
            parts.push(part);
        }
        if parts.len() > MAX_PARTS {
            reader.wrong(node.place, "a tag has at most 16 parts");
        }
        let texts = parts.iter().map(|part| if let TagPart::Text(text) = part { text.len() } else { 0 });
        if texts.sum::<usize>() > MAX_TEXT {
            reader.wrong(node.place, "a tag has at most 128 bytes beside its fields");
        }
        Tag { parts, place: node.place }
    }

    /// As it is written: the same for the same tag.
    pub(crate) fn written(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                TagPart::Text(part) => text.push_str(part),
                TagPart::Field(path) => {
                    text.push('{');
                    text.push_str(&path.written());
                    text.push('}');
                }
            }
        }
        text
    }
}
