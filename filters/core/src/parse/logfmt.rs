//! Bodies in [logfmt](https://brandur.org/logfmt): `level=info msg="x y" took=12ms`, pairs and nothing else.

use crate::bytes::Bytes;
use crate::json::{Span, Stop};
use crate::key::Keys;
use crate::policy::Policy;
use crate::record::{Buffer, Field, Record};
use crate::text;

/// Fewer pairs are a text that has an equals sign.
const LEAST: usize = 2;

/// Lifts the pairs of the body, whose values are texts: they are written to the end of `scratch` as JSON, and read there.
pub(super) fn lift(
    record: &mut Record,
    body: usize,
    input: &[u8],
    scratch: &mut Bytes,
    keys: &mut Keys,
    policy: &Policy,
) -> Result<(), Stop> {
    let Some(&Field { value, buffer, escaped, .. }) = record.fields.get(body) else { return Err(Stop::Invalid) };
    let mut source = Bytes::new();
    text::decode(super::bytes_of(buffer, input, scratch.as_slice()), value, escaped, &mut source);
    scratch.short_if(source.is_short());
    let start = scratch.len();
    let lifted = match write(source.as_slice().trim_ascii(), scratch) {
        Some(()) => {
            record.regular = false;
            let span = Span { start, end: scratch.len() };
            record.lift::<false>(scratch.as_slice(), span, Buffer::Scratch, keys, policy)
        }
        None => Err(Stop::Invalid),
    };
    if lifted.is_err() {
        scratch.truncate(start);
    }
    lifted
}

/// Writes a line as a JSON object, if it is all pairs.
fn write(line: &[u8], out: &mut Bytes) -> Option<()> {
    let (mut rest, mut count) = (line, 0);
    while !rest.is_empty() {
        let length = rest.iter().take_while(|byte| !matches!(byte, 0..=b' ' | b'=' | b'"')).count();
        let (name, behind) = rest.split_at_checked(length)?;
        let behind = behind.strip_prefix(b"=")?;
        if name.is_empty() {
            return None;
        }
        out.push(if count == 0 { b'{' } else { b',' });
        out.push(b'"');
        text::escape_lossy(name, out);
        out.extend(b"\":\"");
        rest = match behind.strip_prefix(b"\"") {
            Some(quoted) => string(quoted, out)?,
            None => {
                let length = behind.iter().take_while(|byte| **byte > b' ').count();
                let (value, behind) = behind.split_at_checked(length)?;
                if value.contains(&b'"') {
                    return None;
                }
                text::escape_lossy(value, out);
                behind
            }
        };
        out.push(b'"');
        count += 1;
        let spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if spaces == 0 && !rest.is_empty() {
            return None;
        }
        rest = rest.get(spaces..)?;
    }
    out.push(b'}');
    (count >= LEAST).then_some(())
}

/// Writes what a string means whose first quote is in front of `text`, and returns what is behind its last one. Its escapes
/// are those of [Go](https://pkg.go.dev/strconv#Quote); others than JSON has stay as they are written.
fn string<'a>(text: &'a [u8], out: &mut Bytes) -> Option<&'a [u8]> {
    let mut from = 0;
    loop {
        let length = text.get(from..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        text::escape_lossy(text.get(from..from + length)?, out);
        let at = from + length;
        if text.get(at) == Some(&b'"') {
            return text.get(at + 1..);
        }
        let next = *text.get(at + 1)?;
        match next {
            b'"' | b'\\' | b'n' | b't' | b'r' => out.extend(&[b'\\', next]),
            _ => {
                out.extend(b"\\\\");
                text::escape_lossy(&[next], out);
            }
        }
        from = at + 2;
    }
}
