//! Finds the end of a value, without recursion.

/// The first position at or after `at` that holds no white space.
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// The end of the string whose opening quote is at `at`, behind its closing quote.
pub(super) fn string(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        let rest = text.get(at..)?;
        let plain = memchr::memchr2(b'"', b'\\', rest)?;
        if rest[..plain].iter().fold(false, |control, &byte| control | (byte < 0x20)) {
            return None;
        }
        at += plain;
        match text[at] {
            b'"' => return Some(at + 1),
            b'\\' => match text.get(at + 1)? {
                b'u' => {
                    if !text.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    at += 6;
                }
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// The end of the value that starts at `at`. Memory: one byte for each level of nesting.
pub(super) fn value(text: &[u8], mut at: usize) -> Option<usize> {
    let mut open: Vec<u8> = Vec::new();
    loop {
        let byte = *text.get(at)?;
        at = match byte {
            b'{' | b'[' => {
                open.push(byte + 2);
                at = space(text, at + 1);
                if text.get(at) != Some(&(byte + 2)) {
                    if byte == b'{' {
                        at = key(text, at)?;
                    }
                    continue;
                }
                open.pop();
                at + 1
            }
            b'"' => string(text, at)?,
            b't' => literal(text, at, b"true")?,
            b'f' => literal(text, at, b"false")?,
            b'n' => literal(text, at, b"null")?,
            _ => number(text, at)?,
        };
        // A value has ended: go up until another one follows.
        loop {
            let Some(&close) = open.last() else {
                return Some(at);
            };
            at = space(text, at);
            match *text.get(at)? {
                b',' => {
                    at = space(text, at + 1);
                    if close == b'}' {
                        at = key(text, at)?;
                    }
                    break;
                }
                byte if byte == close => {
                    open.pop();
                    at += 1;
                }
                _ => return None,
            }
        }
    }
}

/// The start of the value whose key is at `at`.
pub(super) fn key(text: &[u8], at: usize) -> Option<usize> {
    let at = space(text, string(text, at)?);
    (text.get(at) == Some(&b':')).then(|| space(text, at + 1))
}

fn literal(text: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    text.get(at..)?.starts_with(word).then_some(at + word.len())
}

fn number(text: &[u8], mut at: usize) -> Option<usize> {
    if text.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match text.get(at)? {
        b'0' => at + 1,
        b'1'..=b'9' => digits(text, at)?,
        _ => return None,
    };
    if text.get(at) == Some(&b'.') {
        at = digits(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = text.get(at) {
            at += 1;
        }
        at = digits(text, at)?;
    }
    Some(at)
}

/// Whether a double can hold every number of a text that is valid JSON.
pub(super) fn numbers_fit(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at = match byte {
            b'"' => string(text, at).unwrap_or(text.len()),
            b'-' | b'0'..=b'9' => {
                let end = number(text, at).unwrap_or(text.len());
                let token = std::str::from_utf8(&text[at..end]).unwrap_or_default();
                let short = token.len() < 300 && !token.contains(['e', 'E']);
                if !short && !token.parse::<f64>().is_ok_and(f64::is_finite) {
                    return false;
                }
                end
            }
            _ => at + 1,
        };
    }
    true
}

/// The end of a run of digits, which must not be empty.
fn digits(text: &[u8], at: usize) -> Option<usize> {
    let count = text.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then_some(at + count)
}
