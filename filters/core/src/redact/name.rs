//! The name in front of a separator, and what it says with those beside it.

use super::mark;
use super::run::{self, Kind};
use super::text::View;
use super::value::{self, MAX_SPACES, Value};
use super::words::{behind, ends_in, find, first_of, is_one};
use crate::bytes::Bytes;
use crate::json::{Span, hex4};
use crate::key::{Beside, Class, Keys, letters};
use crate::policy::{Meaning, PASSWORD, SECRET};
use crate::text;

/// No name of a policy is shorter, in bytes.
const MIN_NAME: usize = 2;
/// An index behind a name has fewer characters than this, its bracket included.
const MAX_INDEX: usize = 7;
/// A value that its name comes behind is at most this long, in bytes.
const MAX_VALUE: usize = 64;
/// Names in texts are at most this long, in bytes.
pub(super) const MAX_NAME: usize = 64;

/// The name in front of a separator.
pub(super) struct Name {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The quote around it, or 0.
    pub(super) quote: u8,
    /// Backslashes in front of that quote.
    pub(super) escapes: u8,
    /// Some of its letters are written `\u0061`.
    escaped: bool,
}

impl Name {
    /// What it says of its value, alone or with what stands beside it.
    #[inline(always)]
    pub(super) fn class(&self, view: &View, keys: &mut Keys) -> Class {
        let class = if self.escaped {
            by_meaning(view, self, keys)
        } else {
            keys.class(view.text, self.start, self.end, view.policy)
        };
        if !matches!(class.secret, None | Some(Meaning::Random(_))) {
            return class;
        }
        if class.beside == Beside::None {
            return if self.quote == b']' { indexed(view, self, keys).unwrap_or(class) } else { class };
        }
        let before = named_before(view, self, class.beside, keys);
        // `Partition key: x` is no key, whatever x is.
        let words = view.before(self.start) == b' ' && self.quote == 0;
        before.filter(|before| before.secret.is_some() || before.identifier || words).unwrap_or(class)
    }
}

/// The class of a password that a `name` is a part of: `password[first]=x` of a form.
#[cold]
fn indexed(view: &View, name: &Name, keys: &mut Keys) -> Option<Class> {
    let front = view.text.get(view.from..name.start)?.strip_suffix(b"[")?;
    let length = front.iter().rev().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    let class = keys.class(front, front.len() - length, front.len(), view.policy);
    matches!(class.secret, Some(Meaning::Secret(PASSWORD) | Meaning::SecretText(PASSWORD))).then_some(class)
}

/// The class of a name with escapes in it.
#[cold]
fn by_meaning(view: &View, name: &Name, keys: &mut Keys) -> Class {
    let mut meaning = Bytes::new();
    text::decode(view.text, Span { start: name.start, end: name.end }, false, &mut meaning);
    keys.class(meaning.as_slice(), 0, meaning.len(), view.policy)
}

/// The name in front of the separator at `at`.
#[inline(always)]
pub(super) fn name(view: &View, at: usize) -> Option<Name> {
    let last = view.before(at);
    // Most names end there; a colour does in `m`.
    let plain = last.is_ascii_alphabetic() && last != b'm';
    let (end, quote, bracket, escapes) = if plain { (at, 0, false, 0) } else { behind_name(view, at) };
    if !may_end_a_name(view.before(end)) {
        let digits = behind(view.text, view.from, end, b"0123456789");
        let numbered = digits < end && end - digits < 4;
        if !numbered || !view.before(behind(view.text, view.from, digits, b"_-")).is_ascii_alphabetic() {
            return None;
        }
    }
    let mut start = end;
    let mut escaped = false;
    loop {
        let front = view.text.get(view.from.max(end.saturating_sub(MAX_NAME))..start).unwrap_or_default();
        start -= front.iter().rev().take_while(|byte| is_name(**byte)).count();
        if view.before(start) != b'\\' || view.byte(start) != b'u' || hex4(view.text, start + 1).is_none() {
            break;
        }
        escaped = true;
        start -= 1;
    }
    // A mark is no name.
    if bracket && view.text.get(..start).is_some_and(|front| front.ends_with(mark::OPEN)) {
        return None;
    }
    match view.before(start) {
        // In escaped text a name may stand behind `\n`.
        b'\\' if matches!(view.byte(start), b'n' | b't' | b'r') => start += 1,
        // Behind a colour, its number and `m` are no part of the name.
        b'[' | b';' => {
            let number = (start..end).take_while(|at| view.byte(*at).is_ascii_digit()).count();
            if number > 0 && view.byte(start + number) == b'm' {
                start += number + 1;
            }
        }
        _ => {}
    }
    while start < end && matches!(view.byte(start), b'-' | b'.' | b'_') {
        start += 1;
    }
    (end >= start + MIN_NAME).then_some(Name { start, end, quote, escapes, escaped })
}

/// Where the name in front of the separator at `at` ends; the quote around it, or the bracket of an index; whether there is
/// such a bracket; and how many backslashes stand in front of the quote.
#[inline(never)]
fn behind_name(view: &View, at: usize) -> (usize, u8, bool, u8) {
    let mut end = at;
    // `Password . . . : x`
    let space = |at: usize| view.before(at) == b' ';
    while at - end < MAX_SPACES && (space(end) || (view.before(end) == b'.' && space(end - 1))) {
        end -= 1;
    }
    end = value::ansi_before(view, end);
    // `!=`, `?=`
    // `||=`
    if view.before(end) == b'|' && view.before(end - 1) == b'|' {
        end = behind(view.text, view.from, end - 2, b" ");
    }
    if matches!(view.before(end), b'!' | b'?') && view.byte(end) != b':' {
        end = behind(view.text, view.from, end - 1, b" ");
    }
    // An array: `char password[25] = "..."`.
    if view.before(end) == b']' {
        let digits = behind(view.text, view.from, end - 1, b"0123456789");
        if view.before(digits) == b'[' && end - digits < MAX_INDEX {
            end = digits - 1;
        }
    }
    // `session_id() = "x"`, `headers.get("X-Api-Key") != "x"`
    if view.before(end) == b')' && matches!(view.before(end - 1), b'(' | b'"' | b'\'') {
        end -= if view.before(end - 1) == b'(' { 2 } else { 1 };
    }
    end = before_visibility(view, end);
    let quote = view.before(end);
    if !matches!(quote, b'"' | b'\'' | b'`' | b']') {
        return (end, 0, false, 0);
    }
    end -= 1;
    if quote == b']' && matches!(view.before(end), b'"' | b'\'') {
        end -= 1;
    }
    let mut escapes = 0u8;
    while view.before(end) == b'\\' {
        escapes = escapes.saturating_add(1);
        end -= 1;
    }
    // `"user[password]"`
    let bracket = quote == b']' || view.before(end) == b']';
    end -= usize::from(quote != b']' && bracket);
    (end, quote, bracket, escapes)
}

/// Where the name ends, its quote included, that PHP dumps with a class and a visibility up to `end`:
/// `["password":"App\User":private]=> string(1) "x"`.
fn before_visibility(view: &View, end: usize) -> usize {
    let front = view.text.get(view.from..end).unwrap_or_default();
    if let Some(front) = front.strip_suffix(b":protected]") {
        return view.from + front.len();
    }
    let Some(front) = front.strip_suffix(b"\":private]") else { return end };
    let class = front.iter().rev().take(MAX_NAME).position(|byte| *byte == b'"');
    class.map_or(end, |class| view.from + front.len().saturating_sub(class + 2))
}

/// Letters beyond ASCII are left out of a name: "contraseña" is `contrasea`.
pub(super) fn is_name(byte: u8) -> bool {
    run::is(Kind::Name, byte)
}

/// Names whose meaning matters end in one of these letters; a digit never ends one but `cvv2` and its like.
fn may_end_a_name(byte: u8) -> bool {
    const LAST: u32 = letters(b"acdefghiklmnoprstvwxyz");
    byte == b'2' || (byte.is_ascii_alphabetic() && LAST >> (byte & 31) & 1 == 1)
}

/// The class that the name of another member gives to a `value`: `"name": "password", "value": "x"`,
/// `<add key="Password" value="x"/>`, `- name: DB_PASSWORD` and `value: x` on the next line; to a word behind others:
/// `api key: x`, `Mot de passe: x`; and to the input of a field: `"loc": ["body", "password"], "input": "x"`.
#[inline(never)]
fn named_before(view: &View, name: &Name, beside: Beside, keys: &mut Keys) -> Option<Class> {
    const BETWEEN: &[u8] = b" \t\n\r\"'\\,]{-";
    let label = view.part(name.start, name.end);
    let mut end = name.start;
    // https://www.zetetic.net/sqlcipher/sqlcipher-api/#key
    if label == b"key" && view.part(view.from, end).ends_with(b"PRAGMA ") {
        return Some(Class { secret: Some(Meaning::Secret(SECRET)), ..Class::default() });
    }
    if name.quote == 0
        && view.before(end) == b' '
        && is_one(label, &[b"key", b"passe", b"number", b"acceso", b"seed", b"phrase"])
    {
        end = behind(view.text, view.from, end, b" ");
        while name.start - end < 12 && view.before(end).is_ascii_alphabetic() {
            end -= 1;
        }
        // "Mot de passe", "Clave de acceso"
        let front = view.part(view.from, end);
        let first = [b"Mot ".as_slice(), b"mot ", b"Clave ", b"clave "].into_iter().find(|word| front.ends_with(word));
        return Some(keys.class(view.text, end - first.map_or(0, <[u8]>::len), name.end, view.policy));
    }
    // And in a form, where it is told from the codes of errors by what it is.
    if name.quote != 0 && label == b"code" {
        return Some(Class { secret: Some(Meaning::Random(SECRET)), ..Class::default() });
    }
    // An authorization code in the URL that a user comes back to (https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2).
    // A signature there lets anyone in who has the URL.
    if matches!(view.before(end), b'?' | b'&') && is_one(label, &[b"code", b"signature"]) {
        let long = view.run(Kind::Bare, name.end + 1) > name.end + 16;
        return long.then_some(Class { secret: Some(Meaning::SecretText(SECRET)), ..Class::default() });
    }
    // `<meta name="csrf-token" content="x">`
    if beside != Beside::Value && label != b"content" {
        return None;
    }
    // `android:value`
    if view.before(end) == b':' {
        end = behind(view.text, view.from, end - 1, b"abcdefghijklmnopqrstuvwxyz");
    }
    loop {
        let next = behind(view.text, view.from, end, BETWEEN);
        let escape = matches!(view.before(next), b'n' | b'r' | b't') && view.before(next - 1) == b'\\';
        end = next - usize::from(escape);
        if !escape || name.start - end > MAX_NAME {
            break;
        }
    }
    let mut start = end;
    while end - start < MAX_NAME && is_name(view.before(start)) {
        start -= 1;
    }
    let before = behind(view.text, view.from, start, b" \"'\\");
    let front = view.part(view.from, before);
    let named = match label.first()? | 0x20 {
        // `propertyPath=password, invalidValue='x'`
        b'i' if label == b"invalidValue" => front.ends_with(b"propertyPath="),
        b'v' | b'p' | b'r' | b'c' => {
            let member = behind(view.text, view.from, before.saturating_sub(1).max(view.from), b" \"'\\");
            matches!(front.last(), Some(b':' | b'='))
                && ends_in(view.part(view.from, member), &[b"name", b"Name", b"key", b"Key", b"type", b"field"])
        }
        b'd' if front.ends_with(b"variable") => true,
        // `add_argument("--password", default="x")`
        b'd' if matches!(view.part(end, end + 2), [b'"' | b'\'', b',']) => true,
        b'd' => return variable(view, name, keys),
        _ if label == b"input" => return located(view, name, keys),
        _ => front.ends_with(b",") && find(view.part(end, name.start), b"]").is_some(),
    };
    if named { Some(keys.class(view.text, start, end, view.policy)) } else { name_behind(view, name, keys) }
}

/// The class of the field whose `input` [pydantic](https://docs.pydantic.dev/latest/errors/errors/) refused:
/// `"loc": ["body", "password"], "msg": "...", "input": "x"`.
#[cold]
fn located(view: &View, name: &Name, keys: &mut Keys) -> Option<Class> {
    const MAX_ERROR: usize = 256;
    let start = view.from.max(name.start.saturating_sub(MAX_ERROR));
    let front = view.part(start, name.start);
    let loc = front.windows(3).rposition(|window| window == b"loc")?;
    let list = start + loc + front.get(loc..)?.iter().position(|byte| matches!(byte, b']' | b')'))?;
    let end = behind(view.text, start, list, b"\"'\\, ");
    let length = view.part(start, end).iter().rev().take_while(|byte| is_name(**byte)).count();
    Some(keys.class(view.text, end - length, end, view.policy))
}

/// The class of the variable of Terraform that a `default` is for: `variable "api_key" {`, lines, `default = "x"`.
#[cold]
fn variable(view: &View, name: &Name, keys: &mut Keys) -> Option<Class> {
    const MAX_BLOCK: usize = 256;
    let start = view.from.max(name.start.saturating_sub(MAX_BLOCK));
    let front = view.part(start, name.start);
    let block = front.len() - front.iter().rev().position(|byte| *byte == b'{')?;
    let open = front.get(..block)?.strip_suffix(b"\" {")?;
    let length = open.iter().rev().take_while(|byte| is_name(**byte)).count();
    let is_it = open.get(..open.len() - length)?.ends_with(b"variable \"") && !front.get(block..)?.contains(&b'}');
    is_it.then(|| keys.class(open, open.len() - length, open.len(), view.policy))
}

/// The class that the name of the next member gives to a `value`: `"value": "x", "name": "password"`.
#[inline(never)]
fn name_behind(view: &View, name: &Name, keys: &mut Keys) -> Option<Class> {
    if name.quote == 0 {
        return None;
    }
    let value = Value::find(view, value::spaces(view, name.end + usize::from(name.escapes) + 1) + 1, true);
    if value.quote == 0 {
        return None;
    }
    let near = view.text.get(..view.text.len().min(value.start + MAX_VALUE))?;
    let end = value.end(near, &run::nowhere());
    let between = |at: usize, signs: &[u8]| {
        let rest = view.part(at, at + 16);
        at + rest.iter().take_while(|byte| signs.contains(byte)).count()
    };
    let key = between(end, b"\\\"', ");
    let known = first_of(view.part(key, usize::MAX), &[b"name", b"Name", b"key", b"Key"])?;
    let start = between(key + known.len(), b"\\\"': ");
    let length = view.part(start, start + MAX_NAME).iter().take_while(|byte| is_name(**byte)).count();
    Some(keys.class(view.text, start, start + length, view.policy))
}
