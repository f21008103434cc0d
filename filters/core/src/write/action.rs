//! What becomes of what a rule found, by a policy of one's own.

use super::Writer;
use super::paths::{Paths, START};
use crate::bytes::Bytes;
use crate::json::{Span, Text};
use crate::key::Class;
use crate::policy::{Action, Custom, Meaning, RuleId};
use crate::{redact, text};
use alloc::vec::Vec;

/// Where the writer is, and what became of the value there.
#[derive(Default)]
pub(super) struct Own {
    paths: Paths,
    /// The place of the value that is written.
    place: u32,
    /// A rule has the field go that the value is in.
    removed: bool,
}

impl Writer {
    /// Says which field at the top of the record is written next, and what its place says of it.
    pub(crate) fn at_field(&mut self, name: &[u8]) -> Option<Meaning> {
        let custom = self.policy.custom.filter(|custom| self.redact && !custom.paths.is_empty())?;
        self.own.paths.start(custom);
        self.own.place = self.own.paths.member(custom, START, name);
        #[cfg(feature = "trace")]
        self.trace.meant(self.own.paths.meant(custom, self.own.place));
        self.own.paths.meaning(custom, self.own.place)
    }

    /// Ends a field that began behind the first `start` bytes. It goes, if a rule said so; that is told.
    pub(crate) fn end_field(&mut self, start: usize) -> bool {
        self.own.place = START;
        let gone = core::mem::take(&mut self.own.removed);
        if gone {
            self.out.truncate(start);
        }
        gone
    }

    /// Whether something is to be done; if it is only counted, that is done here.
    pub(super) fn acts_by(&mut self, custom: &Custom, rule: RuleId, found: &[u8]) -> bool {
        if !custom.paths.is_empty()
            && let Some(_path) = self.own.paths.allow(custom, self.own.place, rule, found)
        {
            #[cfg(feature = "trace")]
            self.trace.kept(crate::trace::Kept::Path(usize::from(_path)));
            return false;
        }
        let keeps = *custom.action(rule) == Action::Keep;
        if keeps {
            self.count(rule);
            #[cfg(feature = "trace")]
            self.trace.kept(crate::trace::Kept::DryRun);
        }
        !keeps
    }

    /// Redacts in what was written from `from` on, the content of a string, what rules find that need no keyword.
    #[cold]
    pub(super) fn everywhere(&mut self, from: usize) {
        let Some(custom) = self.policy.custom else { return };
        let (mut written, mut decoded) = (Bytes::new(), Bytes::new());
        written.extend(self.out.as_slice().get(from..).unwrap_or_default());
        let end = written.len();
        text::decode(written.as_slice(), Span { start: 0, end }, false, &mut decoded);
        self.out.truncate(from);
        self.out.short_if(written.is_short() || decoded.is_short());
        let (mut at, mut done) = (0, 0);
        let mut all = redact::Everywhere::new(custom);
        while let Some((rule, start, finish)) = all.next(custom, decoded.as_slice(), done) {
            at = text::transcode(written.as_slice(), at, end, false, start - done, Some(&mut self.out));
            let found = Span { start, end: finish }.of(decoded.as_slice());
            let behind = text::transcode(written.as_slice(), at, end, false, finish - start, None);
            #[cfg(feature = "trace")]
            self.trace.written(written.as_slice(), &redact::Match::new(at, behind, rule));
            if self.accepts(rule, found) && self.acts(rule, found) {
                self.replace(rule, found);
            } else {
                self.put(Span { start: at, end: behind }.of(written.as_slice()));
            }
            at = behind;
            done = finish;
        }
        text::transcode(written.as_slice(), at, end, false, usize::MAX, Some(&mut self.out));
    }

    /// Writes what stands in the place of `found`.
    #[inline(never)]
    pub(super) fn replace_by(&mut self, custom: &Custom, rule: RuleId, found: &[u8]) {
        match custom.action(rule) {
            Action::Mark | Action::Off | Action::Keep => return self.mark(rule),
            Action::Remove => self.own.removed = true,
            Action::Text(text) => text::escape_lossy(text.as_bytes(), &mut self.out),
            Action::Mask { first, last, with } => self.mask(found, *first, *last, *with),
            Action::Hash { digits } => {
                let Some(key) = custom.keys.first() else { return self.mark(rule) };
                self.put(self.policy.rules.get(usize::from(rule)).copied().unwrap_or("secret").as_bytes());
                self.put_byte(b':');
                self.put(key.id.as_bytes());
                self.put_byte(b':');
                let signed = key.sign(found);
                let digits = signed.get(..*digits).unwrap_or(&signed);
                self.put(digits);
                self.put(&key.seal(digits));
            }
        }
        self.count(rule);
    }

    /// Writes `found` with `with` for its letters and digits but for the first and the last ones, half of them at most.
    fn mask(&mut self, found: &[u8], first: usize, last: usize, with: char) {
        let found = alloc::string::String::from_utf8_lossy(found);
        let count = found.chars().filter(|character| character.is_alphanumeric()).count();
        let first = first.min(count / 2);
        let last = last.min(count / 2 - first);
        let (mut n, mut buffer) = (0, [0; 4]);
        for character in found.chars() {
            let shown = if character.is_alphanumeric() {
                n += 1;
                if n <= first || n > count - last { character } else { with }
            } else {
                character
            };
            text::escape_lossy(shown.encode_utf8(&mut buffer).as_bytes(), &mut self.out);
        }
    }
}

/// The way through a container: what is open, and where what is written now began.
pub(super) struct Way {
    /// Nothing has to be followed.
    idle: bool,
    open: Vec<Open>,
    /// Where the member or element began in the output.
    begun: usize,
    /// Its key was written.
    named: bool,
    /// It went, and the comma behind it has to.
    comma: bool,
}

/// An open container.
struct Open {
    place: u32,
    object: bool,
    /// How many elements it had.
    count: u32,
    /// Where it began as a member or an element.
    begun: usize,
    /// Something in it went.
    less: bool,
}

impl Way {
    /// Into the value at the writer's place; of an object whose braces are not written, into its members.
    pub(super) fn new(writer: &mut Writer, members: bool) -> Way {
        let idle = !writer.redact || !writer.policy.custom.is_some_and(Custom::is_slow);
        let mut way = Way { idle, open: Vec::new(), begun: writer.out.len(), named: true, comma: false };
        if members {
            way.open(writer, true);
        }
        way
    }

    /// A member begins, with this key.
    pub(super) fn member(&mut self, writer: &mut Writer, escaped: bool, bytes: &[u8], key: &Text) {
        #[cfg(feature = "trace")]
        writer.trace.member(escaped, bytes, key);
        if self.idle {
            return;
        }
        (self.begun, self.named) = (writer.out.len(), true);
        let (Some(custom), Some(open)) = (writer.policy.custom, self.open.last()) else { return };
        let mut meaning = Bytes::new();
        text::decode(bytes, key.span, escaped, &mut meaning);
        writer.own.place = writer.own.paths.member(custom, open.place, meaning.as_slice());
    }

    /// A value begins, which may be an element.
    pub(super) fn value(&mut self, writer: &mut Writer, class: &mut Class) {
        #[cfg(feature = "trace")]
        writer.trace.element();
        let (false, Some(custom)) = (self.idle, writer.policy.custom) else { return };
        if let (false, Some(open)) = (self.named, self.open.last_mut().filter(|open| !open.object)) {
            self.begun = writer.out.len();
            writer.own.place = writer.own.paths.element(custom, open.place, open.count);
            open.count += 1;
        }
        self.named = false;
        #[cfg(feature = "trace")]
        writer.trace.meant(writer.own.paths.meant(custom, writer.own.place));
        if let Some(meaning) = writer.own.paths.meaning(custom, writer.own.place) {
            class.secret = Some(meaning);
        }
    }

    /// A container is opened.
    pub(super) fn open(&mut self, writer: &mut Writer, object: bool) {
        #[cfg(feature = "trace")]
        writer.trace.open(object);
        if !self.idle {
            let (place, begun) = (writer.own.place, self.begun);
            self.open.push(Open { place, object, count: 0, begun, less: false });
            self.named = false;
        }
    }

    /// A container is closed: behind what stays in it there is no comma.
    pub(super) fn close(&mut self, writer: &mut Writer) {
        #[cfg(feature = "trace")]
        writer.trace.close();
        let Some(open) = self.open.pop() else { return };
        (self.begun, self.comma) = (open.begun, false);
        writer.own.place = open.place;
        if open.less {
            let behind = writer.out.as_slice().iter().rev().take_while(|byte| matches!(byte, b' ' | b',')).count();
            writer.out.truncate(writer.out.len() - behind);
        }
    }

    /// A member or an element was written: it goes, if a rule said so.
    pub(super) fn written(&mut self, writer: &mut Writer) {
        if !self.idle && !self.open.is_empty() && core::mem::take(&mut writer.own.removed) {
            writer.out.truncate(self.begun);
            self.comma = true;
            if let Some(open) = self.open.last_mut() {
                open.less = true;
            }
        }
    }

    /// Whether the comma that comes now is that of what went.
    pub(super) fn skips_comma(&mut self) -> bool {
        core::mem::take(&mut self.comma)
    }
}
