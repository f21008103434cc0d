//! Whether the secrets of a case are gone and what is around them is not.

use std::collections::BTreeSet;

use memchr::memmem;

use super::corpus::Case;
use super::templates::Piece;
use super::text::sayings;

/// A piece of a secret of this many bytes is a leak. Shorter ones turn up by chance; half a key of 16 bytes does not.
const PIECE: usize = 6;
const MARK: &str = "[REDACTED:";

/// What a text says, in all ways: as it stands, and unescaped at any depth.
fn said(record: &[u8]) -> Vec<u8> {
    let mut said = record.to_vec();
    for text in sayings(record) {
        said.push(0);
        said.extend(text.bytes());
    }
    said
}

/// The record without its own audit, which repeats words such as `password`.
fn without_audit(output: &[u8]) -> Vec<u8> {
    match memmem::rfind(output, br#","podsieve":{"redacted":{"#) {
        Some(at) => [&output[..at], b"}"].concat(),
        None => output.to_vec(),
    }
}

fn without_marks(mut text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(at) = memmem::find(text, MARK.as_bytes()) {
        out.extend(&text[..at]);
        out.push(0);
        let end = text[at..].iter().position(|byte| *byte == b']').map_or(text.len(), |end| at + end + 1);
        text = &text[end..];
    }
    out.extend(text);
    out
}

/// What of the case's secrets is still in the output.
pub(crate) fn leak(case: &Case, output: &[u8]) -> Option<String> {
    let found = without_marks(&said(&without_audit(output)));
    let frame = said(&case.frame());
    let pieces_found: BTreeSet<&[u8]> = found.windows(PIECE).collect();
    let pieces_around: BTreeSet<&[u8]> = frame.windows(PIECE).collect();
    let secrets = case.pieces.iter().filter_map(|piece| match piece {
        Piece::Secret(_, spellings) => Some(spellings),
        Piece::Frame(_) => None,
    });
    for secret in secrets.flatten() {
        let telling: Vec<&[u8]> =
            secret.as_bytes().windows(PIECE).filter(|piece| !pieces_around.contains(piece)).collect();
        if let Some(piece) = telling.iter().find(|piece| pieces_found.contains(*piece)) {
            return Some(String::from_utf8_lossy(piece).into_owned());
        }
        // Too short for pieces, or all of them are elsewhere in the text too.
        let count = |text: &[u8]| memmem::find_iter(text, secret.as_bytes()).count();
        if telling.is_empty() && count(&found) > count(&frame) {
            return Some(secret.clone());
        }
    }
    None
}

/// The first or last word of the text that should have stayed and did not.
pub(crate) fn swallowed(case: &Case, output: &[u8]) -> Option<String> {
    if case.is_loose {
        return None;
    }
    let is_secret = |piece: &Piece| matches!(piece, Piece::Secret(..));
    let first = case.pieces.iter().position(is_secret)?;
    let last = case.pieces.iter().rposition(is_secret)?;
    let before: String = case.pieces[..first].iter().map(Piece::text).collect();
    let behind: String = case.pieces[last + 1..].iter().map(Piece::text).collect();
    let ends = [words(&before).next(), words(&behind).next_back()];
    let found = said(&without_audit(output));
    let gone = ends.into_iter().flatten().find(|word| memmem::find(&found, word.as_bytes()).is_none());
    gone.map(str::to_owned)
}

/// Words worth asking for: not those between the dashes of a PEM block, which may go with it.
fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let text = if text.contains("-----") { "" } else { text };
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| word.len() > 2)
}

/// For the application's own records: what comes out is the record with a mark for each secret, and nothing else.
pub(crate) fn is_exact(case: &Case, output: &[u8]) -> bool {
    if !case.pieces.iter().any(|piece| matches!(piece, Piece::Secret(..))) {
        return output == case.record();
    }
    let output = without_audit(output);
    let mut rest = output.as_slice();
    for piece in &case.pieces {
        let end = match piece {
            Piece::Frame(text) if rest.starts_with(text.as_bytes()) => text.len(),
            Piece::Secret(..) if rest.starts_with(MARK.as_bytes()) => {
                rest.iter().position(|byte| *byte == b']').map_or(rest.len(), |end| end + 1)
            }
            _ => return false,
        };
        rest = &rest[end..];
    }
    rest.is_empty()
}
