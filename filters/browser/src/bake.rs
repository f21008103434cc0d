//! The baked module, made in the page.
//!
//! The command `podsieve bake` runs the module that takes policies, writes its memory down, and takes out what is not
//! needed any more. What it takes out is the same for all policies, so that a page needs none of the tools for that: it
//! runs the module itself, and puts the memory into a module that was baked before. Both write the same bytes, by the
//! [binary format](https://webassembly.github.io/spec/core/binary/modules.html) of WebAssembly.

use std::ops::Range;

use podsieve_trial::policy;
use wasm_bindgen::prelude::wasm_bindgen;

/// The custom section with the policy, as `podsieve bake` writes it.
const POLICY: &str = "podsieve.policy";
/// Bytes of a page.
const PAGE: usize = 1 << 16;
/// Zeros between two segments that are written rather than begin another.
const GAP: usize = 4;
/// More segments become fewer in `podsieve bake`; no policy that a module takes has as many.
const MOST: usize = 10_000;

const CUSTOM: u8 = 0;
const MEMORY: u8 = 5;
const DATA: u8 = 11;

/// The module that follows the policy of this text: `baked`, a module of any other policy, with the memory that the module
/// which takes policies has after it took this one.
///
/// # Errors
/// What is wrong, in words.
#[wasm_bindgen]
pub fn bake(baked: &[u8], memory: &[u8], text: &str) -> Result<Vec<u8>, String> {
    let file = policy::read(text).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    if let Some(key) = file.hash.keys.first() {
        return Err(format!(
            "{}: a page has no key `{}` of hashes; the command `podsieve bake` has",
            key.place, key.id
        ));
    }
    let canonical = policy::canonical(&file);
    written(baked, memory, canonical.as_bytes())
        .ok_or_else(|| "this module cannot be made here; the command `podsieve bake` can".to_owned())
}

/// Nothing if `baked` is no module as podsieve's are, or the memory is larger than a module says.
fn written(baked: &[u8], memory: &[u8], policy: &[u8]) -> Option<Vec<u8>> {
    let (magic, mut rest) = baked.split_at_checked(8)?;
    let mut out = magic.to_vec();
    while let Some((&id, body)) = rest.split_first() {
        let (length, body) = number(body)?;
        let (body, behind) = body.split_at_checked(length)?;
        rest = behind;
        match id {
            // One memory without a limit.
            MEMORY => section(&mut out, id, &[&[1, 0][..], &leb(memory.len() / PAGE)].concat()),
            DATA => section(&mut out, id, &data(body, memory)?),
            CUSTOM if named(body)? == POLICY.as_bytes() => {
                section(&mut out, id, &[&leb(POLICY.len()), POLICY.as_bytes(), policy].concat());
            }
            _ => section(&mut out, id, body),
        }
    }
    Some(out)
}

/// The data section: what of a memory is not zero. In front stand those that the module had before it was baked, empty,
/// as they have numbers.
fn data(before: &[u8], memory: &[u8]) -> Option<Vec<u8>> {
    const EMPTY: [u8; 2] = [1, 0];
    let emptied = number(before)?.1.chunks(EMPTY.len()).take_while(|segment| *segment == EMPTY).count();
    let mut segments: Vec<Range<usize>> = Vec::new();
    for (at, _) in memory.iter().enumerate().filter(|(_, byte)| **byte != 0) {
        match segments.last_mut() {
            Some(last) if at - last.end <= GAP => last.end = at + 1,
            _ => segments.push(at..at + 1),
        }
    }
    if segments.len() >= MOST {
        return None;
    }
    let mut out = leb(emptied + segments.len());
    out.extend(EMPTY.repeat(emptied));
    for segment in segments {
        // Active, in memory 0, at `i32.const`.
        out.extend_from_slice(&[0, 0x41]);
        out.extend(signed(segment.start));
        out.push(0x0b);
        out.extend(leb(segment.len()));
        out.extend_from_slice(memory.get(segment)?);
    }
    Some(out)
}

fn section(out: &mut Vec<u8>, id: u8, body: &[u8]) {
    out.push(id);
    out.extend(leb(body.len()));
    out.extend_from_slice(body);
}

/// The name of a custom section.
fn named(body: &[u8]) -> Option<&[u8]> {
    let (length, body) = number(body)?;
    body.get(..length)
}

/// An unsigned number in [LEB128](https://webassembly.github.io/spec/core/binary/values.html#integers), and what is behind
/// it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(end);
    let value = number.iter().rev().fold(0, |value: u64, byte| value << 7 | u64::from(byte & 0x7f));
    Some((usize::try_from(value).ok()?, rest))
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// The same as a signed number, whose last byte has the sign.
fn signed(value: usize) -> Vec<u8> {
    let mut out = leb(value);
    if let Some(last) = out.last_mut().filter(|last| **last & 0x40 != 0) {
        *last |= 0x80;
        out.push(0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for value in [0, 1, 63, 64, 127, 128, 8191, 8192, 65_535, 1 << 20, 0x7fff_ffff] {
            assert_eq!(number(&leb(value)), Some((value, &[][..])));
            assert!(signed(value).last().is_some_and(|last| last & 0xc0 == 0), "{value} is positive");
        }
        assert_eq!(leb(300), [0xac, 0x02]);
        assert_eq!(signed(64), [0xc0, 0x00]);
        assert_eq!(number(&[0x80; 6]), None);
    }

    #[test]
    fn zeros_are_left_out_if_that_is_shorter() {
        let mut memory = vec![0; 2 * PAGE];
        for at in [8, 13, 19, PAGE - 1, PAGE] {
            memory[at] = 7;
        }
        let expected: [&[u8]; 4] = [
            &[5, 1, 0, 1, 0],
            &[0, 0x41, 8, 0x0b, 6, 7, 0, 0, 0, 0, 7],
            &[0, 0x41, 19, 0x0b, 1, 7],
            &[0, 0x41, 0xff, 0xff, 0x03, 0x0b, 2, 7, 7],
        ];
        assert_eq!(data(&[3, 1, 0, 1, 0, 0, 0x41], &memory), Some(expected.concat()));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(written(b"", b"", b"").is_none());
        assert!(written(b"\0asm\x01\0\0\0\x05\xff", b"", b"").is_none());
        let refused = bake(b"", b"", "detectors: {emial: remove}\n");
        assert_eq!(refused, Err("1:13: unknown detector `emial`; did you mean `email`?".to_owned()));
        assert!(bake(b"", b"", "").is_err_and(|error| error.contains("podsieve bake")));
    }
}
