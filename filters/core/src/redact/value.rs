//! The value behind a separator: where it begins, and where it ends.

use super::content::{Content, MAX_PLACEHOLDER};
use super::mark;
use super::run::{self, Kind, Run};
use super::text::View;
use super::words::first_of;

/// Spaces around a separator.
/// They align what Terraform, `kubectl describe` and configuration files print in columns.
pub(super) const MAX_SPACES: usize = 32;

/// The value behind a separator.
pub(super) struct Value {
    pub(super) start: usize,
    /// The quote around it, or 0.
    pub(super) quote: u8,
    /// A space stands between the separator and the value.
    pub(super) spaced: bool,
    form: Form,
}

/// What a value begins with, which says where it ends.
enum Form {
    /// A quote behind this many backslashes.
    Quoted(usize),
    Mark,
    /// A bracket of JSON.
    Json,
    /// Another bracket.
    Brackets,
    Bare,
}

impl Value {
    /// The value behind the separator that ends at `behind`; `quoted_key` if the name stood in quotes.
    pub(super) fn find(view: &View, behind: usize, quoted_key: bool) -> Value {
        let mut start = spaces(view, behind);
        let spaced = start > behind;
        if !may_be_wrapped(view.byte(start)) {
            return Value { start, quote: 0, spaced, form: Form::Bare };
        }
        start = ansi(view, start);
        start += prefix(view, start);
        // b'...' of Python, &"..." of Rust.
        if matches!(view.byte(start), b'b' | b'u' | b'r' | b'f' | b'&') && is_quote(view.byte(start + 1)) {
            start += 1;
        }
        if let Some(inner) = wrapper(view, start) {
            start = inner;
        }
        // `[]string{"..."}` of Go.
        if view.text.get(start..).is_some_and(|rest| rest.starts_with(b"[]string{")) {
            start += 9;
        }
        let mut open = start;
        while view.byte(open) == b'\\' {
            open += 1;
        }
        let quote = view.byte(open);
        if is_quote(quote) {
            // `"""x"""`
            let three =
                view.text.get(open..).is_some_and(|rest| rest.starts_with(&[quote; 3])) && view.byte(open + 3) > b' ';
            let open = open + if three { 2 } else { 0 };
            let start = start + if three { 2 } else { 0 };
            return Value { start: open + 1, quote, spaced, form: Form::Quoted(open - start) };
        }
        let form = match view.byte(start) {
            b'[' if view.text.get(start..).is_some_and(|rest| rest.starts_with(mark::OPEN)) => Form::Mark,
            b'[' | b'{' if quoted_key => Form::Json,
            b'[' if matches!(view.byte(start + 1), b'"' | b'\'' | b'\\') => Form::Json,
            b'[' | b'{' | b'<' | b'(' => Form::Brackets,
            _ => Form::Bare,
        };
        Value { start, quote: 0, spaced, form }
    }

    /// Where the value ends in `text`; `bare` is the last value without quotes that was looked at there.
    pub(super) fn end(&self, text: &[u8], bare: &Run) -> usize {
        let start = self.start;
        match self.form {
            Form::Quoted(escapes) => closing_quote(text, start, self.quote, escapes),
            // A mark has no spaces and ends with a bracket.
            Form::Mark => {
                let mark = text.get(start..).unwrap_or_default().iter().take(48);
                let end = start + mark.take_while(|byte| **byte != b']').count();
                end + usize::from(text.get(end) == Some(&b']'))
            }
            Form::Json => closing_bracket(text, start),
            Form::Brackets => bracketed(text, start, bare),
            Form::Bare => bare_end(text, start, bare),
        }
    }

    /// Whether its `content` is a call, an index or a path in code (`os.environ["X"]`): what it gives is not in the text.
    pub(super) fn is_code(&self, content: Content) -> bool {
        matches!(self.form, Form::Bare) && content.is_code()
    }
}

/// Whether a value that begins with `byte` may have a quote, a bracket, a colour, a type or a call around it.
fn may_be_wrapped(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric()
        || matches!(byte, b'b' | b'c' | b'f' | b'r' | b's' | b'u' | b'J' | b'O' | b'P' | b'S' | b'T')
}

/// What Spring says of a field, and what closes the name's emphasis in Markdown or its line in HTML.
const FRONTS: &[&[u8]] =
    &[b"rejected value [", b"** ", b"* ", b"<br>", b"<br/>", b"<br />", b"</b> ", b"&nbsp;", b"!!str "];

/// Length of what stands in front of some values: a line end and spaces in front of a string, its type as PHP dumps it,
/// [`FRONTS`].
#[inline(never)]
fn prefix(view: &View, at: usize) -> usize {
    let rest = view.text.get(at..).unwrap_or_default();
    if let Some(known) = first_of(rest, FRONTS) {
        return known.len();
    }
    // `(string) (len=12) "x"` of Go's spew
    if rest.starts_with(b"(string) (len=") {
        let digits = rest.iter().skip(14).take(5).take_while(|byte| byte.is_ascii_digit()).count();
        return if rest.get(14 + digits..).is_some_and(|rest| rest.starts_with(b") \"")) { 14 + digits + 2 } else { 0 };
    }
    // A block of YAML: `|` or `>-`, and the next line.
    if matches!(rest.first(), Some(b'|' | b'>')) {
        let sign = 1 + usize::from(matches!(rest.get(1), Some(b'-' | b'+')));
        let line_end = rest.get(sign..).and_then(|rest| first_of(rest, &[b"\n", b"\\n"])).map_or(0, <[u8]>::len);
        let spaces = rest.iter().skip(sign + line_end).take(MAX_SPACES).take_while(|byte| **byte == b' ').count();
        return if line_end > 0 && spaces > 0 { sign + line_end + spaces } else { 0 };
    }
    let space = rest.iter().take(MAX_SPACES).take_while(|byte| matches!(**byte, b' ' | b'\n')).count();
    let value = rest.get(space..).unwrap_or_default();
    if value.starts_with(b"string(") {
        let digits = value.iter().skip(7).take(5).take_while(|byte| byte.is_ascii_digit()).count();
        let typed = value.get(7 + digits..).is_some_and(|rest| rest.starts_with(b") \""));
        return if typed { space + 7 + digits + 2 } else { 0 };
    }
    // `chr "x"` of R
    if value.starts_with(b"chr \"") {
        return space + 4;
    }
    if space > 0 && value.first().is_some_and(|quote| is_quote(*quote)) { space } else { 0 }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Where the spaces at `at` end.
pub(super) fn spaces(view: &View, at: usize) -> usize {
    let rest = view.text.get(at..).unwrap_or_default();
    at + rest.iter().take(MAX_SPACES).take_while(|byte| matches!(**byte, b' ' | b'\t')).count()
}

/// Where the escape sequences for colours at `at` end: ESC, which may be written out, `[`, numbers, `m`.
pub(super) fn ansi(view: &View, at: usize) -> usize {
    const ESCAPES: &[&[u8]] = &[b"\x1b[", b"\\x1b[", b"\\u001b[", b"\\033[", b"\\e[", b"\xef\xbf\xbd["];
    let mut end = at;
    for _ in 0..4 {
        let rest = view.text.get(end..).unwrap_or_default();
        let Some(escape) = first_of(rest, ESCAPES) else { break };
        let numbers = rest.iter().skip(escape.len()).take(16).take_while(|byte| is_colour(**byte)).count();
        if rest.get(escape.len() + numbers) != Some(&b'm') {
            break;
        }
        end += escape.len() + numbers + 1;
    }
    end
}

fn is_colour(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b';'
}

/// Where the escape sequences for colours that end at `at` begin.
pub(super) fn ansi_before(view: &View, at: usize) -> usize {
    let mut start = at;
    for _ in 0..4 {
        if view.before(start) != b'm' {
            break;
        }
        let mut open = start - 1;
        while open > view.from && start - open < 16 && is_colour(view.byte(open - 1)) {
            open -= 1;
        }
        if view.before(open) != b'[' {
            break;
        }
        // The longest way to write ESC has six bytes.
        let sequence = (1..=7).filter_map(|length| open.checked_sub(length)).find(|first| ansi(view, *first) == start);
        match sequence {
            Some(first) if first >= view.from => start = first,
            _ => break,
        }
    }
    start
}

/// Start of the value inside `Some("...")` and its like, of which there may be two.
pub(super) fn wrapper(view: &View, at: usize) -> Option<usize> {
    let inner = wrapped(view, at)?;
    Some(wrapped(view, inner).unwrap_or(inner))
}

/// The same of one.
fn wrapped(view: &View, at: usize) -> Option<usize> {
    const NAMES: &[&[u8]] = &[
        b"Some",
        b"Ok",
        b"Just",
        b"Optional",
        b"Secret",
        b"Sensitive",
        b"Password",
        b"Token",
        b"String",
        b"str",
        b"Protected",
    ];
    let rest = view.text.get(at..)?;
    let name = rest.iter().take(24).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    first_of(rest.get(..name)?, NAMES)?;
    match rest.get(name)? {
        // `String::from("x")` of Rust
        b':' => rest.get(name..)?.starts_with(b"::from(").then_some(at + name + 7),
        b'(' | b'[' => Some(at + name + 1),
        // `Secret { inner: "x" }` of Rust
        b' ' => {
            let field = rest.get(name..)?.strip_prefix(b" { ")?;
            let length = field.iter().take(24).take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_').count();
            field.get(length..)?.starts_with(b": \"").then_some(at + name + 3 + length + 2)
        }
        _ => None,
    }
}

/// End of a value without quotes at `start`. Punctuation that may go on with the text around it ends the value when
/// it does: at a space, the end, another quote or bracket, or `,name=`.
fn bare_end(text: &[u8], start: usize, bare: &Run) -> usize {
    let plain =
        text.get(start..).unwrap_or_default().iter().take_while(|byte| run::is(Kind::Base64Url, **byte)).count();
    run::end(bare, start + plain, 1, |at| {
        let found = text.get(at).copied().unwrap_or(0);
        let next = || text.get(at + 1).copied().unwrap_or(0);
        let ends = match found {
            0..=b' ' | b'&' | b'`' | 0x7f => true,
            b'>' => {
                matches!(next(), 0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'=' | b',' | b')') || is_tag_end(text, at)
            }
            b'"' | b'\'' | b')' | b']' | b'}' => !is_inside(next()),
            b'<' => matches!(next(), b'/' | b'a'..=b'z' | b'A'..=b'Z') || !is_inside(next()),
            // `$argon2id$v=19$m=65536,t=3,p=4$...`
            b',' if text.get(start..).is_some_and(|value| value.starts_with(b"$argon2")) => false,
            b',' | b';' | b'|' => !is_inside(next()) || is_pair(text.get(at + 1..).unwrap_or_default()),
            b'\\' => matches!(next(), b'n' | b't' | b'r' | b'u' | b'x' | b'"' | b'\'' | b'\\' | 0),
            _ => false,
        };
        !ends
    })
}

/// Whether the `>` at `at` closes a tag that is near: `<user password=x>`.
fn is_tag_end(text: &[u8], at: usize) -> bool {
    let front = text.get(at.saturating_sub(MAX_PLACEHOLDER)..at).unwrap_or_default();
    front.iter().rev().find(|byte| matches!(**byte, b'<' | b'>')) == Some(&b'<')
}

fn is_inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'$' | b'%' | b'*' | b'@' | b'^')
}

/// Whether `text` begins with `name=` or `name:`.
fn is_pair(text: &[u8]) -> bool {
    let name =
        text.iter().take(40).take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b'.'));
    matches!(text.get(name.count()), Some(b'=' | b':' | b' ' | b'"' | b'\''))
}

/// End of the value in brackets at `start`: behind the closing bracket, if it is near.
fn bracketed(text: &[u8], start: usize, bare: &Run) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let close = match rest.first() {
        Some(b'{') => b'}',
        Some(b'<') => b'>',
        Some(b'[') => b']',
        _ => b')',
    };
    let near = rest.iter().take(MAX_PLACEHOLDER).take_while(|byte| **byte != close && **byte > b' ').count();
    match rest.get(near) {
        // `{SSHA}x` is the hash of a password.
        Some(found)
            if *found == close && close == b'}' && rest.get(near + 1).is_some_and(u8::is_ascii_alphanumeric) =>
        {
            bare_end(text, start, bare)
        }
        Some(found) if *found == close => {
            let again = rest.iter().skip(near).take(2).take_while(|byte| **byte == close).count();
            start + near + again
        }
        _ => bare_end(text, start, bare),
    }
}

/// Where a string ends whose quotes have `escapes` backslashes in front of them: at its closing quote, or at the end
/// of its line without one.
fn closing_quote(text: &[u8], start: usize, quote: u8, escapes: usize) -> usize {
    let mut slashes = 0;
    for (n, &found) in text.get(start..).unwrap_or_default().iter().enumerate() {
        match found {
            b'\\' => {
                slashes += 1;
                continue;
            }
            b'\n' => return start + n,
            _ => {}
        }
        if found == quote && slashes >= escapes && (slashes - escapes).is_multiple_of(2 * (escapes + 1)) {
            return start + n - escapes;
        }
        // Fewer backslashes than at the opening: the string around this one ends.
        if found == quote && slashes < escapes {
            return start + n - slashes;
        }
        slashes = 0;
    }
    text.len()
}

/// Behind the bracket that closes the one at `start`; brackets in strings do not count.
fn closing_bracket(text: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut slashes = 0usize;
    // Backslashes in front of the quotes of this depth of escapes, once one was seen.
    let mut escapes = None;
    let mut in_string = false;
    for (n, &found) in text.get(start..).unwrap_or_default().iter().enumerate() {
        match found {
            b'\\' => {
                slashes += 1;
                continue;
            }
            b'"' if slashes <= *escapes.get_or_insert(slashes) => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return start + n + 1;
                }
            }
            _ => {}
        }
        slashes = 0;
    }
    text.len()
}
