//! Secrets that a text gives to a name: `password=...`, `"api_key": "..."`, `token => ...`, `Authorization: ...`.

use super::name::{MAX_NAME, name};
use super::run::Kind;
use super::secret::secret;
use super::text::{Match, View};
use super::unnamed::unnamed;
use super::value;
use crate::key::Keys;

/// What stands around a separator.
pub(crate) enum Found {
    Secret(Match),
    /// The name says that the value, which ends at `until`, identifies something.
    Identifier {
        until: usize,
    },
}

/// What the `:` or `=` at `at` gives to the name in front of it. The separator may go on: `=>`, `:=`, `==`, `=~`.
///
/// The name must be a whole one of [`crate::policy::Policy::names`] or end in one, as for keys; the value ends at its
/// closing quote (of the same depth of escapes), or at a space or what separates values. Left alone: placeholders,
/// words of prose (`password: must not be empty`), names of things (`secret="team/tls"`), code, paths and URLs, and
/// numbers behind names that count (`token: 512`).
pub(crate) fn assignment(view: &View, at: usize, keys: &mut Keys) -> Option<Found> {
    if let Some(found) = unnamed(view, at, keys) {
        return Some(Found::Secret(found));
    }
    let name = name(view, at)?;
    let class = name.class(view, keys);
    if class.secret.is_none() && !class.identifier {
        return None;
    }
    if class.identifier {
        return Some(Found::Identifier { until: identifier_end(view, at + 1) });
    }
    let mut behind = at + 1;
    if view.byte(at) == b':' && (view.byte(at + 1) == b':' || view.before(at) == b':') {
        // `Token::new` of code, `TestApiKeys::test_one`; but `::set-output name=token::x` of GitHub's runners, and
        // `userPassword:: x` of LDIF (https://www.rfc-editor.org/rfc/rfc2849).
        let ldif = view.byte(at + 1) == b':' && view.byte(at + 2) == b' ';
        if !ldif && !view.part(view.from, name.start).ends_with(b"::set-output name=") {
            return None;
        }
        behind += 1;
    }
    while matches!(view.byte(behind), b'>' | b'=' | b'~') && behind < at + 3 {
        behind += 1;
    }
    let annotated = if view.byte(at) == b':' { annotated(view, behind) } else { None };
    let (behind, separator) = annotated.map_or((behind, view.byte(at)), |behind| (behind, b'='));
    secret(view, &class, &name, behind, separator).map(Found::Secret)
}

/// Behind the type that stands between a name and its value at `at`: `password: String = "x"`.
#[inline(never)]
fn annotated(view: &View, at: usize) -> Option<usize> {
    let start = value::spaces(view, at);
    let mut equals = start;
    while view.byte(equals).is_ascii_alphabetic() {
        equals += 1;
    }
    // A word of prose has another behind it, and what a colon follows is a name.
    let goes_on = match view.byte(equals) {
        b' ' => matches!(view.byte(equals + 1), b' ' | b'=' | b'|' | b'*' | b'&'),
        b':' => view.byte(equals + 1) == b':',
        next => is_type(next),
    };
    while goes_on && equals < start + MAX_NAME {
        let byte = view.byte(equals);
        // `std::string`, but no other name with a value.
        let inside = byte == b':' && (view.byte(equals + 1) == b':' || view.byte(equals - 1) == b':');
        if !inside && !is_type(byte) && !byte.is_ascii_alphabetic() {
            break;
        }
        equals += 1;
    }
    let is_it = equals > start + 1 && view.part(equals - 1, equals + 2) == b" = ";
    let quoted = |at: usize| matches!(view.byte(at), b'"' | b'\'');
    let given = is_it && (quoted(equals + 2) || value::wrapper(view, equals + 2).is_some_and(quoted));
    given.then_some(equals + 2)
}

/// Whether a type has this sign in it.
fn is_type(byte: u8) -> bool {
    matches!(byte, b'_' | b'.' | b'<' | b'>' | b'&' | b'[' | b']' | b'?' | b'|' | b'*' | b' ')
}

/// How far the value of an identifier is looked at, in bytes: farther than any number that matters, and no farther,
/// because it may hold more identifiers.
const MAX_IDENTIFIER: usize = 64;

/// Where the value of an identifier behind a separator ends.
fn identifier_end(view: &View, behind: usize) -> usize {
    let rest = view.text.get(behind..).unwrap_or_default();
    let open =
        rest.iter().take(8).take_while(|byte| matches!(**byte, b' ' | b'\\' | b'"' | b'\'' | b'>' | b'=')).count();
    let quoted = rest.get(..open).is_some_and(|open| open.iter().any(|byte| matches!(*byte, b'"' | b'\'')));
    let kind = if quoted { Kind::InQuotes } else { Kind::Bare };
    let start = behind + open;
    view.run(kind, start).min(start + MAX_IDENTIFIER)
}
