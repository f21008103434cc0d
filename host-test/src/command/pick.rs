//! Telling lines for the demo: for each thing to show, the record that fits best on a screen.

use memchr::memmem;

/// What a line can show. A case takes the first kind it has none of yet, in this order.
pub(super) struct Kind {
    pub(super) title: &'static str,
    fits: fn(&Line<'_>) -> bool,
}

/// A record before and after, for the choice.
struct Line<'a> {
    /// The text of the log line, unescaped.
    before: &'a [u8],
    /// The record that came out.
    after: &'a [u8],
}

impl Line<'_> {
    fn shows(&self, text: &str) -> bool {
        memmem::find(self.before, text.as_bytes()).is_some()
    }

    /// Whether a rule was applied whose name holds one of the words.
    fn redacted(&self, words: &[&str]) -> bool {
        let mut rest = self.after;
        while let Some(at) = memmem::find(rest, b"[REDACTED:") {
            rest = &rest[at + 10..];
            let end = memchr::memchr(b']', rest).unwrap_or(0);
            if words.iter().any(|word| memmem::find(&rest[..end], word.as_bytes()).is_some()) {
                return true;
            }
        }
        false
    }

    fn is_loguru(&self) -> bool {
        self.shows(r#""text":"#) && self.shows(r#""record":"#)
    }
}

/// All kinds, the rarest first.
pub(super) static KINDS: [Kind; 7] = [
    Kind {
        title: "a loguru line: the serialized record becomes fields",
        fits: |line| line.is_loguru() && line.redacted(&[""]),
    },
    Kind {
        title: "a traceback",
        fits: |line| line.redacted(&[""]) && (line.shows("Traceback (most recent call last)") || line.shows("\tat ")),
    },
    Kind {
        title: "a credential in a header",
        fits: |line| line.redacted(&["bearer", "basic", "authorization", "jwt"]) && !line.is_loguru(),
    },
    Kind { title: "a card number", fits: |line| line.redacted(&["card"]) && !line.is_loguru() },
    Kind { title: "an e-mail address", fits: |line| line.redacted(&["mail"]) && !line.is_loguru() },
    Kind {
        title: "the value of a sensitive key",
        fits: |line| line.redacted(&["api_key", "password", "secret", "token"]) && !line.is_loguru(),
    },
    Kind {
        title: "a line with nothing to hide",
        fits: |line| !line.redacted(&[""]) && line.before.len() > 40 && !line.is_loguru(),
    },
];

/// How far a line is from a length that says something and is read at a glance, in bytes.
fn strangeness(before: &[u8]) -> usize {
    before.len().abs_diff(200)
}

/// A chosen record.
pub(super) struct Case {
    pub(super) title: &'static str,
    /// File and line.
    pub(super) place: String,
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
}

/// The best record of each kind so far.
#[derive(Default)]
pub(super) struct Picks([Option<Case>; KINDS.len()]);

impl Picks {
    /// Considers a record. It stands for one kind only, so that each case shows something else.
    pub(super) fn consider(&mut self, before: &[u8], after: &[u8], place: impl FnOnce() -> String) {
        let line = Line { before, after };
        let better = |(kind, pick): &(&Kind, &mut Option<Case>)| {
            pick.as_ref().is_none_or(|case| strangeness(before) < strangeness(&case.before)) && (kind.fits)(&line)
        };
        if let Some((kind, pick)) = KINDS.iter().zip(&mut self.0).find(better) {
            *pick = Some(Case { title: kind.title, place: place(), before: before.to_vec(), after: after.to_vec() });
        }
    }

    /// The cases that were found, in the order of the kinds.
    pub(super) fn cases(&self) -> impl Iterator<Item = &Case> {
        self.0.iter().flatten()
    }
}
