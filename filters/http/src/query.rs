//! Paths and queries of requests, redacted: each parameter by its name and its value, as they are meant.

use alloc::vec::Vec;

use crate::json::{Member, escape, members, string};
use crate::sieve::Sieve;

/// Appends a query, without its `?`: a parameter of which nothing is secret stays as it is.
pub(crate) fn query(query: &[u8], sieve: &mut Sieve, out: &mut Vec<u8>) {
    let mut joined = Vec::new();
    for (n, parameter) in query.split(|byte| *byte == b'&').enumerate() {
        if n > 0 {
            joined.push(b'&');
        }
        let mut halves = parameter.splitn(2, |byte| *byte == b'=');
        let (name, value) = (halves.next().unwrap_or_default(), halves.next());
        match value.and_then(|value| secret(name, value, sieve)) {
            Some((name, value)) => {
                joined.extend_from_slice(&name);
                joined.push(b'=');
                joined.extend_from_slice(&value);
            }
            None => joined.extend_from_slice(parameter),
        }
    }
    // What no name tells.
    sieve.part(&joined, out);
}

/// What stands for a parameter if something in it is secret: contents of JSON strings.
fn secret(name: &[u8], value: &[u8], sieve: &mut Sieve) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut key, mut content) = (Vec::new(), Vec::new());
    escape(&decoded(name), &mut key);
    content.push(b'"');
    escape(&decoded(value), &mut content);
    content.push(b'"');
    let mut made = b"{".to_vec();
    sieve.member(&Member { key: &key, value: &content }, &mut made);
    made.push(b'}');
    let found = members(&made).unwrap_or_default();
    let member = found.first().copied().unwrap_or(Member { key: b"", value: b"\"\"" });
    let changed = member.key != key || member.value != content;
    changed.then(|| (member.key.to_vec(), string(member.value).unwrap_or(member.value).to_vec()))
}

/// A part of a [query](https://url.spec.whatwg.org/#urlencoded-parsing) as it is meant.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut meant = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        let digit = |at: usize| more.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                meant.push((high << 4 | low) as u8);
                rest = more.get(2..).unwrap_or_default();
            }
            (b'+', ..) => meant.push(b' '),
            _ => meant.push(*first),
        }
    }
    meant
}
