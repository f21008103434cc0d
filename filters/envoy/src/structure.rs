//! A configuration that is a [`google.protobuf.Struct`](https://protobuf.dev/reference/protobuf/google.protobuf/#struct)
//! reaches a plugin as it is sent, in protobuf: it becomes the JSON that it stands for, a member a line.

/// How deep values may lie in each other.
const MAX_DEPTH: usize = 32;

/// The JSON of a struct; nothing if the bytes are none, such as a text.
pub(crate) fn json(bytes: &[u8]) -> Option<String> {
    let mut out = String::new();
    object(bytes, 0, &mut out)?;
    (!bytes.is_empty()).then_some(out)
}

/// A field: its number, and what it holds.
enum Wire<'a> {
    Varint(u64),
    Fixed(f64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0u64, 0);
    while shift < u64::BITS {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
    None
}

fn field<'a>(bytes: &mut &'a [u8]) -> Option<(u64, Wire<'a>)> {
    let tag = varint(bytes)?;
    let wire = match tag & 7 {
        0 => Wire::Varint(varint(bytes)?),
        1 => {
            let (number, rest) = bytes.split_first_chunk::<8>()?;
            *bytes = rest;
            Wire::Fixed(f64::from_le_bytes(*number))
        }
        2 => {
            let length = usize::try_from(varint(bytes)?).ok()?;
            let (content, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Wire::Bytes(content)
        }
        _ => return None,
    };
    Some((tag >> 3, wire))
}

/// `map<string, Value> fields = 1`, each an entry of a key and a value.
fn object(mut bytes: &[u8], depth: usize, out: &mut String) -> Option<()> {
    let mut entries: Vec<(&str, &[u8])> = Vec::new();
    while !bytes.is_empty() {
        let (1, Wire::Bytes(mut entry)) = field(&mut bytes)? else { return None };
        let (mut key, mut value) = ("", &[][..]);
        while !entry.is_empty() {
            match field(&mut entry)? {
                (1, Wire::Bytes(name)) => key = core::str::from_utf8(name).ok()?,
                (2, Wire::Bytes(content)) => value = content,
                _ => return None,
            }
        }
        // A map has no order; by name it is the same each time. Few are in it: what sorts more is 5 KB.
        let at = entries.partition_point(|(known, _)| *known <= key);
        entries.insert(at, (key, value));
    }
    list(b'{', &entries, depth, out, |(key, content), out| {
        string(key, out);
        out.push_str(": ");
        value(content, depth + 1, out)
    })
}

/// A value is one of null, number, text, boolean, struct and list.
fn value(mut bytes: &[u8], depth: usize, out: &mut String) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    if bytes.is_empty() {
        out.push_str("null");
        return Some(());
    }
    let found = field(&mut bytes)?;
    if !bytes.is_empty() {
        return None;
    }
    match found {
        (1, Wire::Varint(_)) => out.push_str("null"),
        (2, Wire::Fixed(found)) => number(found, out),
        (3, Wire::Bytes(text)) => string(core::str::from_utf8(text).ok()?, out),
        (4, Wire::Varint(truth)) => out.push_str(if truth == 0 { "false" } else { "true" }),
        (5, Wire::Bytes(fields)) => object(fields, depth, out)?,
        (6, Wire::Bytes(mut values)) => {
            let mut items = Vec::new();
            while !values.is_empty() {
                let (1, Wire::Bytes(item)) = field(&mut values)? else { return None };
                items.push(item);
            }
            list(b'[', &items, depth, out, |item, out| value(item, depth + 1, out))?;
        }
        _ => return None,
    }
    Some(())
}

/// A number with up to six decimals: more has no setting, and what writes all of a float's is 10 KB.
fn number(number: f64, out: &mut String) {
    if number < 0.0 {
        out.push('-');
    }
    let millionths = (number.abs() * 1e6 + 0.5) as u64;
    out.push_str(&(millionths / 1_000_000).to_string());
    let decimals = format!(".{:06}", millionths % 1_000_000);
    out.push_str(decimals.trim_end_matches('0').trim_end_matches('.'));
}

fn list<T: Copy>(
    open: u8,
    items: &[T],
    depth: usize,
    out: &mut String,
    mut write: impl FnMut(T, &mut String) -> Option<()>,
) -> Option<()> {
    out.push(char::from(open));
    for (n, item) in items.iter().enumerate() {
        out.push_str(if n > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        write(*item, out)?;
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(char::from(open + 2));
    Some(())
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}
