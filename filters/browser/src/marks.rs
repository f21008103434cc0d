//! Where what was found stands: in the line as it was written, and in the record as it leaves.
//!
//! The engine tells where in a value something is ([`Finding`]). A line may have that value in JSON, or in JSON in a
//! string of JSON, and the record has a mark in its place: both are read back to what they mean, byte by byte.

use std::ops::Range;

use podsieve_core::policy::Segment;
use podsieve_trial::explain::Finding;
use podsieve_trial::json::{Field, elements, fields, unescape};
use serde::Serialize;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Piece {
    /// Its characters.
    pub(crate) text: String,
    /// The place of what was found here in the list of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) found: Option<usize>,
}

/// A part of a text in bytes, and the place of what was found there.
type Mark = (Range<usize>, usize);

/// A line in pieces, of which those are marked in which something was found.
pub(crate) fn line(line: &[u8], found: &[Finding]) -> Vec<Piece> {
    if found.is_empty() {
        return pieces(line, Vec::new(), found);
    }
    let levels = levels(line);
    let mut marks: Vec<Mark> = Vec::new();
    for (first, group) in groups(found) {
        let whole = place(&levels, &group[0].value, last_name(&group[0]), &marks);
        for (n, finding) in group.iter().enumerate() {
            let part = match whole {
                Some((level, at)) => Some((level, at + finding.start..at + finding.end)),
                // The value was put together, or cleaned: what was found stands there as such.
                None => place(&levels, finding.text(), None, &marks)
                    .map(|(level, at)| (level, at..at + finding.text().len())),
            };
            marks.extend(part.and_then(|(level, part)| Some((level.source(part)?, first + n))));
        }
    }
    pieces(line, marks, found)
}

/// The members of a record at its top: their names, and the pieces of their values as they are spelt.
pub(crate) fn record(record: &[u8], found: &[Finding]) -> Vec<(String, Vec<Piece>)> {
    let is_element = |step: &Segment| matches!(step, Segment::Index(_));
    let mut acted = found.iter().filter(|finding| finding.kept.is_none());
    let removed = acted.any(|finding| finding.action == "remove" && finding.steps.last().is_some_and(is_element));
    let mut marks: Vec<Mark> = Vec::new();
    for (first, group) in groups(found) {
        let mut add = |body: &[u8], marked: Vec<Mark>| {
            let from = offset(record, body);
            marks.extend(marked.into_iter().map(|(at, n)| (from + at.start..from + at.end, n)));
        };
        match group[0].steps.split_last() {
            // Where elements were removed, the others have other places now.
            _ if removed && group[0].steps.iter().any(is_element) => {}
            Some((_, way)) if group[0].in_key => {
                let keys = at(record, way).map(fields).into_iter().flatten().map(|field| field.key);
                if let Some((key, marked)) = keys.filter_map(|key| Some((key, replaced(key, group, first)?))).next() {
                    add(key, marked);
                }
            }
            _ => {
                let Some(value) = at(record, &group[0].steps) else { continue };
                let body = value.strip_prefix(b"\"").and_then(|body| body.strip_suffix(b"\"")).unwrap_or(value);
                // It may have changed beyond what was found, as what is encoded does.
                let acted = group.iter().position(|finding| finding.kept.is_none()).unwrap_or_default();
                let all = || vec![(0..body.len(), first + acted)];
                add(body, replaced(body, group, first).unwrap_or_else(all));
            }
        }
    }
    let member = |field: Field| {
        let from = offset(record, field.value);
        let inside = marks.iter().filter(|(mark, _)| mark.start >= from && mark.end <= from + field.value.len());
        let marks = inside.map(|(mark, n)| (mark.start - from..mark.end - from, *n)).collect();
        (text(&unescape(field.key)), pieces(field.value, marks, found))
    };
    fields(record).map(member).collect()
}

/// What was found, value by value, each with the place of its first.
fn groups(found: &[Finding]) -> impl Iterator<Item = (usize, &[Finding])> {
    let same = |a: &Finding, b: &Finding| (&a.value, a.in_key, &a.steps) == (&b.value, b.in_key, &b.steps);
    found.chunk_by(same).scan(0, |first, group| {
        let at = *first;
        *first += group.len();
        Some((at, group))
    })
}

/// A text with its escapes undone, so many times.
struct Level {
    text: Vec<u8>,
    /// Where in the source each byte comes from, and where the source ends; nothing if it is the source.
    from: Vec<usize>,
}

impl Level {
    /// Where in the source a part of the text is.
    fn source(&self, part: Range<usize>) -> Option<Range<usize>> {
        if self.from.is_empty() {
            return (part.end <= self.text.len()).then_some(part);
        }
        Some(*self.from.get(part.start)?..*self.from.get(part.end)?)
    }

    /// The same with the escapes of [JSON](https://www.rfc-editor.org/rfc/rfc8259#section-7) undone, if it has any.
    fn undone(&self) -> Option<Level> {
        let mut at = memchr::memchr(b'\\', &self.text)?;
        let mut next =
            Level { text: Vec::with_capacity(self.text.len()), from: Vec::with_capacity(self.text.len() + 1) };
        let mut add = |meant: &[u8], at: usize, is_escape: bool| {
            next.text.extend_from_slice(meant);
            let source = |at: usize| self.from.get(at).copied().unwrap_or(at);
            next.from.extend((0..meant.len()).map(|n| source(if is_escape { at } else { at + n })));
        };
        add(&self.text[..at], 0, false);
        while at < self.text.len() {
            match escape(&self.text[at..]) {
                // As most are.
                2 => {
                    let meant = match self.text[at + 1] {
                        b'b' => 8,
                        b'f' => 12,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        other => other,
                    };
                    add(&[meant], at, true);
                    at += 2;
                }
                1 => {
                    add(&self.text[at..=at], at, true);
                    at += 1;
                }
                length => {
                    add(&unescape(&self.text[at..at + length]), at, true);
                    at += length;
                }
            }
            let rest = &self.text[at..];
            let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            add(&rest[..plain], at, false);
            at += plain;
        }
        next.from.push(self.from.last().copied().unwrap_or(at));
        Some(next)
    }
}

/// The length of the escape that a text begins with; 1 if it begins with none. Two of surrogates are one.
fn escape(text: &[u8]) -> usize {
    let unit = |text: &[u8]| {
        let digits = std::str::from_utf8(text.get(2..6)?).ok()?;
        u16::from_str_radix(digits, 16).ok().filter(|_| text.starts_with(b"\\u"))
    };
    match text {
        [b'\\', b'u', ..] => match (unit(text), text.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(_), _) => 6,
            (None, _) => 1,
        },
        [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
        _ => 1,
    }
}

/// A line as it stands, and with its escapes undone once and more.
fn levels(line: &[u8]) -> Vec<Level> {
    const MOST: usize = 4;
    let first = Level { text: line.to_vec(), from: Vec::new() };
    std::iter::successors(Some(first), Level::undone).take(MOST).collect()
}

/// Where a text stands: outside of what is marked and behind this name if it can be, else anywhere.
fn place<'a>(levels: &'a [Level], wanted: &[u8], name: Option<&str>, marks: &[Mark]) -> Option<(&'a Level, usize)> {
    const MOST: usize = 100;
    let mut places = Vec::new();
    for level in levels.iter().filter(|_| !wanted.is_empty()) {
        for at in memchr::memmem::find_iter(&level.text, wanted).take(MOST) {
            let Some(source) = level.source(at..at + wanted.len()) else { continue };
            let taken = marks.iter().any(|(mark, _)| mark.start < source.end && source.start < mark.end);
            let front = trimmed(&level.text[..at], b" \t\"'\\:=");
            let named = name.is_some_and(|name| front.ends_with(name.as_bytes()));
            places.push((taken, !named, level, at));
        }
    }
    // The first of the best.
    let best = places.into_iter().min_by_key(|(taken, other, ..)| (*taken, *other))?;
    Some((best.2, best.3))
}

/// A text without the bytes at its end that are some of these.
fn trimmed<'a>(text: &'a [u8], bytes: &[u8]) -> &'a [u8] {
    let end = text.iter().rposition(|byte| !bytes.contains(byte)).map_or(0, |last| last + 1);
    &text[..end]
}

/// What the member is called in which something was found.
fn last_name(finding: &Finding) -> Option<&str> {
    finding.steps.iter().rev().find_map(|step| match step {
        Segment::Name(name) if !finding.in_key => Some(name.as_str()),
        _ => None,
    })
}

/// The value at the end of a way through a record, as it is spelt; nothing at the end of one that nobody would follow.
fn at<'a>(value: &'a [u8], way: &[Segment]) -> Option<&'a [u8]> {
    const LONGEST: usize = 100;
    let mut way = Some(way).filter(|way| way.len() <= LONGEST)?.iter();
    way.try_fold(value, |value, step| match step {
        Segment::Name(name) => {
            fields(value).find(|field| unescape(field.key) == name.as_bytes()).map(|field| field.value)
        }
        Segment::Index(index) => elements(value).nth(*index as usize),
        _ => None,
    })
}

/// Where in a text, which is spelt with escapes, what was found in its value was replaced or left; nothing if the rest
/// is not what the value had around it.
fn replaced(spelt: &[u8], group: &[Finding], first: usize) -> Option<Vec<Mark>> {
    let level = Level { text: spelt.to_vec(), from: Vec::new() };
    let level = level.undone().unwrap_or(level);
    let (out, value) = (level.text.as_slice(), &*group[0].value);
    // What was replaced, each once: what overlaps became one.
    let mut acted: Vec<Mark> = Vec::new();
    for (n, finding) in group.iter().enumerate().filter(|(_, finding)| finding.kept.is_none()) {
        match acted.last_mut() {
            Some((last, _)) if finding.start < last.end => last.end = last.end.max(finding.end),
            _ => acted.push((finding.start..finding.end, first + n)),
        }
    }
    let kept = group.iter().enumerate().filter(|(_, finding)| finding.kept.is_some());
    let kept: Vec<Mark> = kept.map(|(n, finding)| (finding.start..finding.end, first + n)).collect();
    let mut marks = Vec::new();
    let (mut at, mut from) = (0, 0);
    for next in 0..=acted.len() {
        let end = acted.get(next).map_or(value.len(), |(span, _)| span.start);
        let same = value.get(from..end)?;
        out.get(at..)?.strip_prefix(same)?;
        let inside = kept.iter().filter(|(span, _)| span.start >= from && span.end <= end);
        marks.extend(inside.map(|(span, n)| (at + span.start - from..at + span.end - from, *n)));
        at += same.len();
        let Some((span, n)) = acted.get(next) else { break };
        let behind = acted.get(next + 1).map_or(value.len(), |(span, _)| span.start);
        let behind_it = value.get(span.end..behind)?;
        let end = match next + 1 == acted.len() {
            true => out.len().checked_sub(behind_it.len()).filter(|end| *end >= at)?,
            false => at + replacement(out.get(at..)?, &group[*n - first], behind_it)?,
        };
        marks.push((at..end, *n));
        (at, from) = (end, span.end);
    }
    if at != out.len() {
        return None;
    }
    marks.into_iter().map(|(part, n)| Some((level.source(part)?, n))).collect()
}

/// The length of what stands at the beginning of a text in the place of what was found, in front of what is behind it.
fn replacement(out: &[u8], finding: &Finding, behind: &[u8]) -> Option<usize> {
    let fits = |length: &usize| out.get(*length..).is_some_and(|rest| rest.starts_with(behind));
    let mark = format!("[REDACTED:{}]", finding.rule);
    let marked = Some(mark.len()).filter(|_| out.starts_with(mark.as_bytes()));
    // A mask has as many characters as what it masks.
    let masked = (finding.action == "mask").then(|| {
        let characters = text(finding.text()).chars().count();
        String::from_utf8_lossy(out).chars().take(characters).map(char::len_utf8).sum::<usize>()
    });
    let searched = || if behind.is_empty() { None } else { memchr::memmem::find(out, behind) };
    marked.into_iter().chain(masked).find(fits).or_else(searched)
}

/// Where a part begins in the whole that it is a part of.
fn offset(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// A text cut at its marks. Of marks that overlap the one stays that something was done to, or else the first.
fn pieces(whole: &[u8], mut marks: Vec<Mark>, found: &[Finding]) -> Vec<Piece> {
    marks.sort_by_key(|(mark, n)| (found.get(*n).is_some_and(|finding| finding.kept.is_some()), mark.start));
    let mut chosen: Vec<Mark> = Vec::new();
    for (mark, n) in marks {
        if mark.start < mark.end && chosen.iter().all(|(other, _)| mark.end <= other.start || mark.start >= other.end) {
            chosen.push((mark, n));
        }
    }
    chosen.sort_by_key(|(mark, _)| mark.start);
    let mut out = Vec::new();
    let mut add = |part: Option<&[u8]>, found: Option<usize>| {
        out.extend(part.filter(|part| !part.is_empty()).map(|part| Piece { text: text(part), found }));
    };
    let mut at = 0;
    for (mark, n) in chosen {
        add(whole.get(at..mark.start), None);
        add(whole.get(mark.clone()), Some(n));
        at = mark.end;
    }
    add(whole.get(at..), None);
    out
}

/// The characters of what may be cut within one.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use podsieve_trial::{explain::Explainer, policy};

    /// Texts, each with the place of what was found in it.
    type Texts = Vec<(usize, String)>;

    /// What leaves, what was found where it was replaced, and what was found where it was written.
    fn marked(policy: &str, object: &str) -> (String, Texts, Texts) {
        let file = policy::read(policy).expect("it is a policy");
        let explained = Explainer::new(file, &[]).expect("it compiles").explain("redact", b"app", object.as_bytes());
        let output = explained.output.expect("no record is lost");
        let marks = |pieces: Vec<Piece>| -> Texts {
            pieces.into_iter().filter_map(|piece| Some((piece.found?, piece.text))).collect()
        };
        let after = record(&output, &explained.found).into_iter().flat_map(|(_, pieces)| marks(pieces)).collect();
        (text(&output), after, marks(line(object.as_bytes(), &explained.found)))
    }

    #[test]
    fn what_is_between_two_marks_may_be_in_them() {
        let (_, after, before) = marked("", r#"{"a":"ann@example.org:bob@example.org"}"#);
        let email = "[REDACTED:email]";
        assert_eq!(after, [(0, email.to_owned()), (1, email.to_owned())]);
        assert_eq!(before, [(0, "ann@example.org".to_owned()), (1, "bob@example.org".to_owned())]);
        let policy = "detectors: {card: {mask: {last: 4}}}";
        let (_, after, _) = marked(policy, r#"{"a":"4111 1111 1111 1111 ann@example.org"}"#);
        assert_eq!(after, [(0, "**** **** **** 1111".to_owned()), (1, email.to_owned())]);
    }

    #[test]
    fn what_moved_up_in_a_list_is_not_marked() {
        let (output, after, before) =
            marked("detectors: {email: remove}", r#"{"a":["ann@example.org","fine","bob@example.org","well"]}"#);
        assert_eq!(output, r#"{"a":["fine","well"],"podsieve":{"redacted":{"email":2}}}"#);
        assert_eq!((after.len(), before.len()), (0, 2));
    }

    #[test]
    fn escapes_are_read_back_however_they_are_spelt() {
        let (_, after, before) =
            marked("", r#"{"a":"\u0022password\u0022: \"s\u00e9cret\\x1\", \ud83d\ude00 ann@example.org"}"#);
        let texts: Vec<_> = before.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, [r"s\u00e9cret\\x1", "ann@example.org"]);
        assert_eq!(after.len(), 2);
    }

    #[test]
    fn a_path_that_nobody_would_follow_is_not_marked() {
        let depth = 20_000;
        let object = format!("{}{{\"password\":\"hunter2x\"}}{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        let (_, after, before) = marked("", &object);
        assert_eq!((after.len(), before.len()), (0, 1));
    }
}
