//! Base64 of a text that itself holds something to redact: JSON, URLs, configurations, scripts, and `data:` URLs of text.
//! The scan decodes it and looks into it; what is known without (credentials of `Basic`, tokens, keys) is elsewhere.

use super::jwt::decoded;
use super::run::Kind;
use super::text::View;
use crate::bytes::Bytes;

/// In front of the data of a [`data:` URL](https://www.rfc-editor.org/rfc/rfc2397).
const DATA: &[u8] = b"base64,";
/// What stands between `data:` and its data is looked at up to this length, in bytes.
const MAX_MEDIA_TYPE: usize = 64;
/// A shorter run has no room for a secret and a name, in characters.
const MIN_RUN: usize = 20;
/// So much of a run is decoded, in characters.
const MAX_RUN: usize = 4096;

/// Where a run of base64 or base64url begins and ends that may be a text: the one that begins at `at`, or the data behind
/// the `base64,` there. Each run is given once, for what begins like a text may stand at every other character of one.
pub(super) fn run(view: &View, at: usize) -> Option<(usize, usize)> {
    let is_data = view.text.get(at..)?.starts_with(DATA);
    if is_data && !is_text(view.part(view.from.max(at.saturating_sub(MAX_MEDIA_TYPE)), at)) {
        return None;
    }
    let start = if is_data { at + DATA.len() } else { at };
    // In a path each segment may be one, and begins once.
    let segment = view.before(start) == b'/';
    let end = view.run(if segment { Kind::Base64Url } else { Kind::SixBits }, start);
    let new = segment || view.runs.decodes(end);
    (new && end >= start + MIN_RUN).then(|| (start, view.run(Kind::Padding, end)))
}

/// Whether `front`, in front of a `base64,`, ends with `data:` and the media type of a text.
fn is_text(front: &[u8]) -> bool {
    let Some(data) = front.windows(5).rposition(|found| found == b"data:") else { return false };
    let media_type = front.get(data + 5..).unwrap_or_default();
    let inside = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b',');
    (media_type.starts_with(b"text/") || media_type.starts_with(b"application/json"))
        && media_type.ends_with(b";")
        && media_type.iter().all(inside)
}

/// Whether the run that ends at `end` goes on with a `+` or `/` that is encoded: `%2B`, `\/`.
pub(super) fn goes_on(view: &View, end: usize) -> bool {
    matches!(view.part(end, end + 3), [b'%', b'2', b'B' | b'b' | b'F' | b'f'] | [b'\\', b'/', ..])
}

/// The text that the run `start..end` stands for, if it is one, and where it ends: JSON that a path goes on behind ends at
/// the slash.
pub(super) fn text(view: &View, start: usize, end: usize) -> Option<(Bytes, usize)> {
    if let Some(text) = decode(view.part(start, end)) {
        return Some((text, end));
    }
    let slash = view.run(Kind::Base64Url, start);
    let text = decode(view.part(start, slash)).filter(|_| view.byte(slash) == b'/')?;
    matches!(text.as_slice().last(), Some(b'}' | b']')).then_some((text, slash))
}

/// What the beginning of `run` stands for, if it is a text.
fn decode(run: &[u8]) -> Option<Bytes> {
    let run = run.get(..MAX_RUN.min(run.len()))?;
    let mut text = Bytes::new();
    text.reserve(run.len() / 4 * 3 + 3);
    for byte in decoded(run) {
        if byte.is_ascii_control() && !matches!(byte, b'\n' | b'\r' | b'\t') {
            return None;
        }
        text.push(byte);
    }
    // Its last character may be cut off.
    if let Err(error) = core::str::from_utf8(text.as_slice()) {
        if error.error_len().is_some() {
            return None;
        }
        text.truncate(error.valid_up_to());
    }
    Some(text)
}
