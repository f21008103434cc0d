//! A look at the record as it was written so far, redacted: for routes and lookups of a policy of one's own.

use crate::bytes::Bytes;
use crate::json::{self, Kind, Nesting, Span};
use crate::policy::{Step, Test};
use crate::text;
use alloc::string::String;

/// The value at a path in `out`, members with a comma in front of each: a member that has the whole path for its name, with
/// dots, else the way down from the member of its first name. Null and what is not there are nothing.
pub(crate) fn value(out: &[u8], path: &[Step]) -> Option<(Kind, Span)> {
    let dotted = dotted(path);
    let mut found = None;
    let mut at = 0;
    while json::byte(out, at) == b',' {
        let key = json::key::<false>(out, json::skip_space::<false>(out, at + 1)).ok()?;
        let value = json::colon::<false>(out, key.next)
            .and_then(|start| json::value::<false>(out, start, usize::MAX, &mut Nesting::default()))
            .ok()?;
        let name = key.span.of(out);
        if dotted.as_deref().is_some_and(|dotted| dotted.as_bytes() == name) {
            return usable(value.kind, value.span);
        }
        if let Some((Step::Name(first), rest)) = path.split_first()
            && first.as_bytes() == name
            && found.is_none()
        {
            found = below(out, (value.kind, value.span), rest);
        }
        at = json::skip_space::<false>(out, value.next);
    }
    let (kind, span) = found?;
    usable(kind, span)
}

/// The names of a path with dots between, if it is one of names.
pub(crate) fn dotted(path: &[Step]) -> Option<String> {
    let mut dotted = String::new();
    for step in path {
        let Step::Name(name) = step else { return None };
        if !dotted.is_empty() {
            dotted.push('.');
        }
        dotted.push_str(name);
    }
    Some(dotted)
}

fn usable(kind: Kind, span: Span) -> Option<(Kind, Span)> {
    (kind != Kind::Null && kind != Kind::NotANumber).then_some((kind, span))
}

/// The value at the rest of a path in a value.
fn below(out: &[u8], value: (Kind, Span), path: &[Step]) -> Option<(Kind, Span)> {
    let Some((step, rest)) = path.split_first() else { return Some(value) };
    let (kind, span) = value;
    let mut found = None;
    match (step, kind) {
        (Step::Name(name), Kind::Object) => {
            let read = json::members(out, span.start, &mut |member| {
                if found.is_none() && member.key.span.of(out) == name.as_bytes() {
                    found = Some((member.value.kind, member.value.span));
                }
            });
            read.ok()?;
        }
        (Step::Index(index), Kind::Array) => {
            let mut at = json::skip_space::<false>(out, span.start + 1);
            for n in 0.. {
                let value = json::value::<false>(out, at, usize::MAX, &mut Nesting::default()).ok()?;
                if n == *index {
                    found = Some((value.kind, value.span));
                    break;
                }
                at = json::skip_space::<false>(out, value.next);
                if json::byte(out, at) != b',' {
                    break;
                }
                at = json::skip_space::<false>(out, at + 1);
            }
        }
        _ => {}
    }
    below(out, found?, rest)
}

/// A value as text: of a string what it means, of a number or a boolean how it is spelt; nothing of others.
pub(crate) fn text(out: &[u8], (kind, span): (Kind, Span), meaning: &mut Bytes) -> bool {
    meaning.clear();
    match kind {
        Kind::String => text::decode(out, span, false, meaning),
        Kind::Number | Kind::Bool => meaning.extend(span.of(out)),
        _ => return false,
    }
    true
}

/// Whether the value at a path is like this.
pub(crate) fn passes(out: &[u8], path: &[Step], test: &Test, meaning: &mut Bytes) -> bool {
    let found = value(out, path);
    if let Test::Exists(exists) = test {
        let there = found.is_some_and(|(kind, span)| kind != Kind::String || span.len() > 0);
        return there == *exists;
    }
    if !found.is_some_and(|found| text(out, found, meaning)) {
        return false;
    }
    let meaning = meaning.as_slice();
    match test {
        Test::Equals(other) => meaning == other.as_bytes(),
        Test::In(others) => others.iter().any(|other| other.as_bytes() == meaning),
        Test::Prefix(prefix) => meaning.starts_with(prefix.as_bytes()),
        Test::Glob(glob) => is_like(meaning, glob.as_bytes()),
        Test::Exists(_) => true,
    }
}

/// Whether all of a text is like a glob: `*` is any bytes, `?` any character. Takes time in the product of both lengths.
fn is_like(text: &[u8], glob: &[u8]) -> bool {
    let (mut at, mut n) = (0, 0);
    // Behind the last star, and how far its text reached.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        let character =
            text.get(at..).map_or(1, |rest| 1 + rest.iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count());
        match glob.get(n) {
            Some(b'*') => {
                star = Some((n + 1, at));
                n += 1;
            }
            Some(b'?') => (at, n) = (at + character, n + 1),
            Some(byte) if text.get(at) == Some(byte) => (at, n) = (at + 1, n + 1),
            _ => {
                let Some((behind, reached)) = star else { return false };
                star = Some((behind, reached + 1));
                (at, n) = (reached + 1, behind);
            }
        }
    }
    glob.get(n..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn paths_lead_to_values() {
        let out = br#","a":{"b":[1,{"c":"x\u0041"}]},"k8s.pod":"p","n":null,"e":"""#;
        let path = |names: &str| -> Vec<Step> {
            let step = |part: &str| part.parse().map_or_else(|_| Step::Name(part.into()), Step::Index);
            names.split('.').map(step).collect()
        };
        let mut meaning = Bytes::new();
        let mut shown = |names: &str| {
            let found = value(out, &path(names)).filter(|found| text(out, *found, &mut meaning));
            found.map(|_| core::str::from_utf8(meaning.as_slice()).unwrap_or_default().into())
        };
        assert_eq!(shown("a.b.0"), Some(String::from("1")));
        assert_eq!(shown("a.b.1.c"), Some(String::from("xA")));
        assert_eq!(shown("k8s.pod"), Some(String::from("p")));
        for none in ["a", "a.b.2", "a.x", "n", "b", "a.b.1.c.d"] {
            assert_eq!(shown(none), None, "{none}");
        }
        assert!(passes(out, &path("e"), &Test::Exists(false), &mut Bytes::new()));
        assert!(passes(out, &path("a.b"), &Test::Exists(true), &mut Bytes::new()));
    }

    #[test]
    fn globs() {
        for (text, glob) in [("abc", "*"), ("abc", "a*c"), ("abc", "???"), ("", "*"), ("aXbXc", "a*b*c"), ("é", "?")] {
            assert!(is_like(text.as_bytes(), glob.as_bytes()), "{text} {glob}");
        }
        for (text, glob) in [("abc", "a*b"), ("abc", "??"), ("abc", ""), ("", "?"), ("ab", "b*")] {
            assert!(!is_like(text.as_bytes(), glob.as_bytes()), "{text} {glob}");
        }
    }
}
