//! The audit in the record: `podsieve`, with what was redacted (rule names and counts, no values) and what went wrong.

use crate::json::{self, Kind, Span};
use crate::key::Class;
use crate::policy::{MAX_RULES, Policy};
use crate::write::Writer;

/// Place of `podsieve` in [`Policy::reserved`].
pub(crate) const PODSIEVE: u8 = 0;

/// Why a record did not go the usual way; in its `podsieve.error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The record is not a JSON object. Its text is under `log`, redacted.
    NotAnObject,
    /// The host could not hand the record over, or there was no memory for it. Nothing of it is left.
    Unreadable,
    /// It is longer than the policy lets a record be. Nothing of it is left.
    TooLarge,
}

impl Failure {
    fn name(self) -> &'static str {
        match self {
            Failure::NotAnObject => "not_a_json_object",
            Failure::Unreadable => "unreadable",
            Failure::TooLarge => "too_large",
        }
    }

    fn is_name(text: &[u8]) -> bool {
        [Failure::NotAnObject, Failure::Unreadable, Failure::TooLarge].iter().any(|all| all.name().as_bytes() == text)
    }
}

/// Redactions by rule.
pub(crate) struct Counts {
    counts: [u32; MAX_RULES],
    /// Bit n % 64 of entry n / 64: the count of rule n is not zero. Few are.
    known: [u64; MAX_RULES / 64],
}

impl Counts {
    pub(crate) fn new() -> Counts {
        Counts { counts: [0; MAX_RULES], known: [0; MAX_RULES / 64] }
    }

    pub(crate) fn add(&mut self, rule: usize, number: u32) {
        if let (Some(count), Some(known)) = (self.counts.get_mut(rule), self.known.get_mut(rule / 64)) {
            *count = count.saturating_add(number);
            *known |= u64::from(number != 0) << (rule % 64);
        }
    }

    /// Whether something was redacted by this rule.
    #[cfg(feature = "custom")]
    pub(crate) fn has(&self, rule: usize) -> bool {
        self.counts.get(rule).is_some_and(|count| *count > 0)
    }

    /// The first rule from `rule` on whose count is not zero, with its count.
    pub(crate) fn next(&self, rule: usize) -> Option<(usize, u32)> {
        let mut at = rule / 64;
        let mut known = self.known.get(at)? & (!0 << (rule % 64));
        while known == 0 {
            at += 1;
            known = *self.known.get(at)?;
        }
        let found = 64 * at + known.trailing_zeros() as usize;
        Some((found, *self.counts.get(found)?))
    }
}

/// Whether there is anything to write. What went wrong always is.
pub(crate) fn is_due(writer: &Writer, before: bool, failure: Option<Failure>) -> bool {
    before || failure.is_some() || writer.policy.audits(writer.redacted)
}

/// Writes the audit. `before` is the one that the record came with, from an earlier call: its counts are added to
/// those of this one, and what else is in it stays, redacted.
pub(crate) fn write(writer: &mut Writer, before: Option<(&[u8], Span)>, failure: Option<Failure>, policy: &Policy) {
    writer.put(b"\"podsieve\":");
    let mut separator = b'{';
    if let Some((bytes, span)) = before {
        let read = json::members(bytes, span.start, &mut |member| {
            let known = policy.id().is_some() && member.key.span.of(bytes) == b"policy";
            if is_counts(&member, bytes) || known {
                return;
            }
            let begun = writer.out.len();
            writer.put_byte(separator);
            let whole = Span { start: member.key.span.start - 1, end: member.value.next };
            if member.key.span.of(bytes) == b"error" && Failure::is_name(member.value.span.of(bytes)) {
                // Whatever a policy says of such keys: it is no value of the record's.
                writer.put(whole.of(bytes));
            } else {
                #[cfg(feature = "custom")]
                writer.at_field(b"podsieve");
                writer.value(false, bytes, Kind::Members, whole, true, &Class::default());
                #[cfg(feature = "custom")]
                writer.end_field(begun + 1);
            }
            if writer.out.len() > begun + 1 {
                separator = b',';
            } else {
                // A rule had it go.
                writer.out.truncate(begun);
            }
        });
        debug_assert!(read.is_ok(), "an indexed object reads again");
    }
    if let Some(failure) = failure {
        writer.put_byte(separator);
        separator = b',';
        writer.put(b"\"error\":\"");
        writer.put(failure.name().as_bytes());
        writer.put_byte(b'"');
    }
    if let Some(id) = policy.id() {
        writer.put_byte(separator);
        separator = b',';
        writer.put(b"\"policy\":\"");
        writer.put(id.as_bytes());
        writer.put_byte(b'"');
    }
    if let Some(before) = before {
        add(writer, before, policy);
    }
    for group in GROUPS {
        counts(writer, before, policy, *group, &mut separator);
    }
    if separator == b'{' {
        writer.put_byte(b'{');
    }
    writer.put_byte(b'}');
}

/// What was redacted, and what would have been, which only a policy of one's own asks for.
const GROUPS: &[(&str, bool)] =
    if cfg!(feature = "custom") { &[("redacted", false), ("dry_run", true)] } else { &[("redacted", false)] };

fn is_counts(member: &json::Member, bytes: &[u8]) -> bool {
    let key = member.key.span.of(bytes);
    member.value.kind == Kind::Object && GROUPS.iter().any(|(group, _)| group.as_bytes() == key)
}

/// A rule of the policy, or the name of one of another policy.
type Counted<'a> = Result<usize, &'a [u8]>;

/// Gives the counts of an earlier call to `found`, in digits; of all groups or one. A name that is none is left out.
fn counted((bytes, span): (&[u8], Span), group: Option<&str>, policy: &Policy, found: &mut dyn FnMut(Counted, &[u8])) {
    let shapes = policy.rules.iter().fold(0, |shapes, rule| shapes | shape(rule.as_bytes()));
    let read = json::members(bytes, span.start, &mut |member| {
        let key = member.key.span.of(bytes);
        if !is_counts(&member, bytes) || group.is_some_and(|group| group.as_bytes() != key) {
            return;
        }
        let read = json::members(bytes, member.value.span.start, &mut |count| {
            let (rule, digits) = (count.key.span.of(bytes), count.value.span.of(bytes));
            if decimal(digits).is_none() {
                return;
            }
            let known = || policy.rules.iter().position(|found| found.as_bytes() == rule);
            let known = if shapes & shape(rule) == 0 { None } else { known() };
            if known.is_some() || is_rule_name(rule) {
                found(known.ok_or(rule), digits);
            }
        });
        debug_assert!(read.is_ok(), "an indexed object reads again");
    });
    debug_assert!(read.is_ok(), "an indexed object reads again");
}

/// Adds the counts of an earlier call.
pub(crate) fn add(writer: &mut Writer, before: (&[u8], Span), policy: &Policy) {
    counted(before, None, policy, &mut |rule, digits| {
        if let (Ok(rule), Some(number)) = (rule, decimal(digits)) {
            writer.counts.add(rule, number);
            writer.redacted = true;
        }
    });
}

/// Writes the counts of a group: those of rules of another policy, which an earlier call had, and those of this one.
fn counts(
    writer: &mut Writer,
    before: Option<(&[u8], Span)>,
    policy: &Policy,
    (group, kept): (&str, bool),
    separator: &mut u8,
) {
    let start = writer.out.len();
    writer.put_byte(*separator);
    writer.put_byte(b'"');
    writer.put(group.as_bytes());
    writer.put(b"\":");
    let mut inner = b'{';
    if let Some(before) = before {
        counted(before, Some(group), policy, &mut |rule, digits| {
            if let Err(rule) = rule {
                one(writer, rule, digits, &mut inner);
            }
        });
    }
    let mut next = 0;
    while let Some((rule, count)) = writer.counts.next(next) {
        next = rule + 1;
        let Some(name) = policy.rules.get(rule).filter(|_| policy.is_kept(rule) == kept) else { continue };
        let mut digits = [0; 10];
        one(writer, name.as_bytes(), digits_of(count, &mut digits), &mut inner);
    }
    if inner == b'{' {
        writer.out.truncate(start);
    } else {
        writer.put_byte(b'}');
        *separator = b',';
    }
}

fn one(writer: &mut Writer, rule: &[u8], count: &[u8], separator: &mut u8) {
    writer.put_byte(*separator);
    *separator = b',';
    writer.put_byte(b'"');
    writer.put(rule);
    writer.put(b"\":");
    writer.put(count);
}

/// A bit for the length of a rule's name, to tell others from it.
fn shape(name: &[u8]) -> u64 {
    1 << (name.len() & 63)
}

fn is_rule_name(name: &[u8]) -> bool {
    let safe = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    (1..=32).contains(&name.len()) && name.iter().all(safe)
}

fn decimal(digits: &[u8]) -> Option<u32> {
    core::str::from_utf8(digits).ok()?.parse().ok()
}

fn digits_of(number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut rest = number;
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        start -= 1;
        if rest == 0 {
            break;
        }
    }
    digits.get(start..).unwrap_or_default()
}
