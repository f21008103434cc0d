//! JSON Web Tokens.

use super::run::{self, Kind, six_bits};
use super::text::{Match, View};
use crate::policy::JWT;

/// A compact JSON Web Signature or Encryption ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)) at `at`: a header
/// that is a JSON object in base64url, and at least the beginning of a payload; a token that was cut off counts too.
pub(super) fn json_web_token(view: &View, at: usize) -> Option<Match> {
    if !is_json_header(view.text.get(at..)?) {
        return None;
    }
    // Every word of a long run may begin like a token; its end is looked for once, and that of the payload only when it
    // is one.
    let mut end = view.run(Kind::Base64Url, at);
    let payload = view.text.get(end..)?.strip_prefix(b".")?;
    let empty = payload.starts_with(b"e30.");
    if !empty && !payload.first_chunk::<4>()?.iter().all(|byte| run::is(Kind::Base64Url, *byte)) {
        return None;
    }
    end = view.run(Kind::Base64Url, end + 1);
    for _ in 0..3 {
        let more = view.run(Kind::Base64Url, end + 1);
        if view.byte(end) != b'.' || (more == end + 1 && view.byte(more) != b'.') {
            break;
        }
        end = more;
    }
    Some(Match::new(at, end, JWT))
}

/// Whether `text` begins with the base64 of `{"`, a name of letters, digits and `#`, and `":`.
fn is_json_header(text: &[u8]) -> bool {
    let mut state = 0;
    for byte in decoded(text.get(..24.min(text.len())).unwrap_or_default()) {
        state = match (state, byte) {
            (0, b'{') => 1,
            (1 | 4, b' ' | b'\n' | b'\r' | b'\t') => state,
            (1, b'"') => 2,
            (2 | 3, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'#' | b'_') => 3,
            (3, b'"') => 4,
            (4, b':') => return true,
            _ => return false,
        };
    }
    false
}

/// The bytes that base64 or base64url stands for, up to padding or what is neither.
pub(super) fn decoded(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut bits = 0u32;
    let mut held = 0;
    text.iter().map_while(|byte| six_bits(*byte)).filter_map(move |six| {
        bits = bits << 6 | six;
        held += 6;
        (held >= 8).then(|| {
            held -= 8;
            (bits >> held & 0xff) as u8
        })
    })
}
