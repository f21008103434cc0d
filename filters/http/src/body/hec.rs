//! An event of Splunk: the record is its `event`, an object or a text, and what else there is says where it belongs.

use alloc::vec::Vec;

use super::Context;
use crate::json::{Member, members, string};
use crate::sieve::Sieve;

/// Writes an event. False if there is nothing left of it.
pub(super) fn event(event: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
    let Some(members) = members(event) else { return sieve.record(&context.tag, event, out) };
    let mut made = Vec::new();
    if let Some(member) = members.iter().find(|member| member.key == b"event") {
        let some = match (member.value.first(), string(member.value)) {
            (Some(b'{'), _) => sieve.record(&context.tag, member.value, &mut made),
            (_, Some(content)) => {
                made.push(b'"');
                let some = sieve.within(&context.tag, content, &mut made);
                made.push(b'"');
                some
            }
            _ => {
                sieve.kept(member.value, &mut made);
                true
            }
        };
        if !some {
            return false;
        }
    }
    let index = context.destinations.index.as_ref().filter(|_| !made.is_empty() && !sieve.route().is_empty());
    let mut index = index.map(|index| {
        let mut name = b"\"index\":\"".to_vec();
        index.write(sieve.route(), &mut name);
        name.push(b'"');
        name
    });
    let mut separator = b'{';
    let mut put = |text: &[u8], out: &mut Vec<u8>| {
        if !text.is_empty() {
            out.push(core::mem::replace(&mut separator, b','));
            out.extend_from_slice(text);
        }
    };
    let mut part = Vec::new();
    for member in &members {
        part.clear();
        match member.key {
            b"event" => {
                part.extend_from_slice(b"\"event\":");
                // A second one has no place.
                part.append(&mut made);
                if part.ends_with(b":") {
                    continue;
                }
            }
            b"index" if index.is_some() => continue,
            b"time" if is_time(member) => {
                part.extend_from_slice(b"\"time\":");
                part.extend_from_slice(member.value);
            }
            _ => sieve.member(member, &mut part),
        }
        put(&part, out);
    }
    if let Some(name) = index.take() {
        put(&name, out);
    }
    if separator == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
    true
}

/// Seconds since the epoch, which are no card's number.
fn is_time(member: &Member) -> bool {
    let digits = string(member.value).unwrap_or(member.value);
    digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
}

/// What stands for an event that is too long. False if nothing does.
pub(super) fn too_long(context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
    let from = out.len();
    out.extend_from_slice(b"{\"event\":");
    if !sieve.too_large(&context.tag, out) {
        out.truncate(from);
        return false;
    }
    out.push(b'}');
    true
}
