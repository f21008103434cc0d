//! `Authorization`, `Cookie` and their like in a text: what stands behind the separator.

use super::content::{self, Content};
use super::mark;
use super::name::{MAX_NAME, Name};
use super::run::{self, Run};
use super::text::{Match, View};
use super::value::Value;
use crate::policy::{AUTHORIZATION, BASIC, BEARER, COOKIE, RuleId};

/// `Authorization: <scheme> <credentials>` and `Cookie: <name>=<value>; ...`: the scheme stays when it is a known one.
/// Without quotes a cookie goes on to the end of its line.
pub(super) fn header(view: &View, name: &Name, value: &Value, rule: RuleId) -> Option<Match> {
    let line = view.text.get(value.start..)?;
    // `Authorization:[Bearer x]`, `["Bearer x"]`: all up to the bracket or the quote.
    let open = if value.quote == 0 && !line.starts_with(mark::OPEN) { list(line) } else { 0 };
    let line = line.get(open..)?;
    // Members of an object have names of their own.
    if value.quote == 0 && line.first() == Some(&b'{') {
        return None;
    }
    let scheme = match rule {
        AUTHORIZATION => {
            Some(mark::scheme(line)).filter(|scheme| *scheme > 0).unwrap_or_else(|| other_scheme(name, line))
        }
        _ => 0,
    };
    let start = value.start + open + scheme;
    let rest = view.text.get(start..)?;
    if rest.starts_with(mark::OPEN) {
        return None;
    }
    // The line may have many headers: one that is refused for its first word does not look for its end.
    let near = rest.iter().take(MAX_FIRST).position(|byte| *byte <= b' ').map_or(MAX_FIRST, |space| space + 2);
    let near = view.text.get(..view.text.len().min(start + near))?;
    // `--header "Cookie: a=b"`
    let around = view.before(name.start);
    let quote = if name.quote == 0 && matches!(around, b'"' | b'\'' | b'`') { around } else { name.quote };
    let near_end = header_end(near, &run::nowhere(), quote, value, rule, (open, scheme))?;
    let first = near.get(start..near_end)?;
    let word = first.get(..first.iter().take_while(|byte| **byte > b' ').count())?;
    if content::is_words(word) {
        // `auth=ldap`, "authorization: bearer token is missing"; but `Authorization: Bearer abc`.
        const PROSE: &[&[u8]] = &[b"token", b"auth", b"authentication", b"authorization", b"credentials", b"header"];
        let next = start + word.len();
        let goes_on = view.byte(next) == b' ' && view.byte(next + 1).is_ascii_lowercase();
        let said = PROSE.iter().any(|said| said.eq_ignore_ascii_case(word)) || content::is_placeholder(word);
        if scheme == 0 || said || goes_on {
            return None;
        }
    }
    // What a program calls is not in the text, but its arguments may be.
    if scheme == 0 && value.quote == 0 && rule == AUTHORIZATION {
        let path = word.iter().take_while(|byte| **byte == b'_').count();
        let quotes = first.iter().any(|byte| matches!(byte, b'"' | b'\''));
        let code = Content::new(word.get(path..)?);
        if !quotes && (value.is_code(code) || (open > 0 && code.is_code()) || content::is_words(word.get(path..)?)) {
            return None;
        }
    }
    // What ends there does so for no byte behind the next one.
    let ends = scheme > 0 && open == 0 && near_end + 1 < near.len();
    let end = if ends { near_end } else { header_end(view.text, &view.runs.bare, quote, value, rule, (open, scheme))? };
    let content = view.text.get(start..end)?;
    if content.is_empty() || mark::is_masked(content) || content::is_placeholder(content) {
        return None;
    }
    let rule = match (scheme, line.first()? | 0x20, line.get(1)? | 0x20) {
        (1.., b'b', b'e') => BEARER,
        (1.., b'b', b'a') => BASIC,
        _ => rule,
    };
    Some(Match::new(start, end, rule))
}

/// How much of a header decides whether it is one, in bytes: more than the longest of [`content::is_words`] and what is
/// looked at behind it.
const MAX_FIRST: usize = 128;

/// Where the value of a header ends in `text`, in which it begins with a bracket and a scheme of so many bytes.
fn header_end(
    text: &[u8],
    bare: &Run,
    quote: u8,
    value: &Value,
    rule: RuleId,
    (open, scheme): (usize, usize),
) -> Option<usize> {
    let start = value.start + open + scheme;
    let credentials = text.get(start..)?;
    if open > 0 {
        let ends = |byte: &u8| matches!(byte, b']' | b'"' | b'\'' | b'\\' | b'\n');
        return Some(start + credentials.iter().take_while(|byte| !ends(byte)).count());
    }
    if value.quote != 0 {
        return Some(value.end(text, bare));
    }
    if scheme > 0 {
        let ends =
            |byte: u8| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b')' | b'}' | b']' | b'<' | b'>');
        let comma =
            |n: usize| credentials.get(n) == Some(&b',') && credentials.get(n + 1).is_none_or(|next| *next <= b' ');
        let mut length = 0;
        while credentials.get(length).is_some_and(|byte| !ends(*byte)) && !comma(length) {
            length += 1;
        }
        // Parameters: `Digest username="x", response="y"`, `AWS4-HMAC-SHA256 Credential=x, Signature=y`.
        let quoted = matches!(credentials.get(length), Some(b'"' | b'\\'));
        let first = credentials.get(..length)?;
        let parameters = if first.ends_with(b"=") { quoted && content::is_words(first) } else { first.contains(&b'=') };
        return Some(start + if parameters || comma(length) { line_end(credentials, quote) } else { length });
    }
    if rule == COOKIE {
        return Some(start + line_end(credentials, quote));
    }
    // auth=("user", "password"), auth=HTTPBasicAuth("user", "password")
    let close = || credentials.iter().take(MAX_CALL).position(|byte| matches!(*byte, b')' | b'\n'));
    let call = is_call(credentials).then(close).flatten();
    Some(call.map_or_else(|| value.end(text, bare), |close| start + close))
}

/// Length of the bracket, and of the quote and its backslashes behind it, that `line` begins with.
fn list(line: &[u8]) -> usize {
    let Some(rest) = line.strip_prefix(b"[") else { return 0 };
    let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    1 + if matches!(rest.get(slashes), Some(b'"' | b'\'')) { slashes + 1 } else { 0 }
}

/// Length of a scheme that nobody registered, and of the space behind it: a word in front of what is none. Of
/// `Authorization` only, not of `auth`.
fn other_scheme(name: &Name, line: &[u8]) -> usize {
    let word = line.iter().take(24).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let rest = line.get(word + 1..).unwrap_or_default();
    let next = rest.iter().take(64).take_while(|byte| **byte > b' ' && !matches!(**byte, b'"' | b'\'')).count();
    let next = rest.get(..next).unwrap_or_default();
    // What was masked before stays so.
    let credentials = rest.starts_with(mark::OPEN) || (next.len() >= 16 && next.iter().any(u8::is_ascii_digit));
    let scheme = word > 0 && line.get(word) == Some(&b' ') && line.first().is_some_and(u8::is_ascii_alphabetic);
    let header = name.end - name.start >= b"authorization".len();
    if header && scheme && credentials && !content::is_placeholder(line.get(..word).unwrap_or_default()) {
        word + 1
    } else {
        0
    }
}

/// How far the arguments of a call reach, in bytes.
const MAX_CALL: usize = 256;

/// Whether `line` begins with a bracket, or a name and a bracket.
fn is_call(line: &[u8]) -> bool {
    let name = line.iter().take(MAX_NAME).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.').count();
    line.get(name) == Some(&b'(')
}

/// Length of the rest of a line; in quotes around all of it, up to the quote.
fn line_end(rest: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (n, &byte) in rest.iter().enumerate() {
        match byte {
            b'\n' | b'\r' => return n,
            b'n' | b'r' if escaped => return n - 1,
            // `curl -H 'Cookie: a=b'`, or a dictionary.
            b'\'' | b'`' => return n,
            _ if quote != 0 && byte == quote => return n,
            _ => {}
        }
        escaped = byte == b'\\';
    }
    rest.len()
}
