//! What is no record of its own: a value, a text, and a record that lies as text in a string; and what became of the last one.

use crate::audit::Failure;
use crate::json::{self, Kind, Nesting, Span};
use crate::key::Class;
use crate::record::MAX_DEPTH;
use crate::route;
use crate::text;
use crate::{Engine, Function};

/// What stands for a value that there was no memory for.
const UNREADABLE: &[u8] = b"\"[REDACTED:secret]\"";

impl Engine {
    /// Redacts one JSON value and adds nothing: one JSON value, whatever the bytes are. What is no JSON is taken as text.
    pub fn value(&mut self, value: &[u8]) -> &[u8] {
        self.failure = None;
        self.begin(value.len(), true);
        let at = json::skip_space::<false>(value, 0);
        let read = json::value::<false>(value, at, MAX_DEPTH, &mut Nesting::default());
        match read.ok().filter(|read| json::skip_space::<false>(value, read.next) == value.len()) {
            Some(read) => {
                self.put(value, read.kind, read.span, read.plain);
            }
            None => {
                let mut wrapped = core::mem::take(&mut self.wrapped);
                wrapped.clear();
                text::escape_lossy(value, &mut wrapped);
                let span = Span { start: 0, end: wrapped.len() };
                self.put(wrapped.as_slice(), Kind::String, span, false);
                self.writer.out.short_if(wrapped.is_short());
                self.wrapped = wrapped;
            }
        }
        self.whole()
    }

    /// Redacts a text that is no JSON; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&mut self, text: &[u8]) -> &[u8] {
        let mut content = core::mem::take(&mut self.string);
        content.clear();
        text::escape_lossy(text, &mut content);
        self.content(content.as_slice());
        content.clear();
        let out = self.writer.out.as_slice();
        text::decode(out, Span { start: 1, end: out.len() - 1 }, false, &mut content);
        self.string = content;
        self.string.as_slice()
    }

    /// Does `function` to a record that is the content of a JSON string, without its quotes, and returns such content: the
    /// lines of [Loki](https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs). A text that is no JSON
    /// object is redacted and stays a text.
    pub fn within(&mut self, function: Function, tag: &[u8], content: &[u8]) -> &[u8] {
        let mut record = core::mem::take(&mut self.string);
        record.clear();
        if content.starts_with(b"{") {
            text::decode(content, Span { start: 0, end: content.len() }, false, &mut record);
        }
        if record.len() == 0 || record.is_short() {
            self.string = record;
            return self.content(content);
        }
        self.run(function, tag, record.as_slice());
        if self.failure == Some(Failure::NotAnObject) {
            self.string = record;
            return self.content(content);
        }
        let out = self.writer.out.as_slice();
        record.clear();
        text::escape_lossy(out.strip_suffix(b"\0").unwrap_or(out), &mut record);
        self.string = record;
        self.string.as_slice()
    }

    /// What stands for a record of which the host knows no more than that it is too long.
    pub fn too_large(&mut self, function: Function, tag: &[u8]) -> &[u8] {
        self.origin.read(tag, &mut self.writer);
        self.fail(function, b"", Failure::TooLarge);
        self.end(function);
        let out = self.writer.out.as_slice();
        out.strip_suffix(b"\0").unwrap_or(out)
    }

    /// Redacts the content of a JSON string, without its quotes, and returns such content.
    pub fn content(&mut self, content: &[u8]) -> &[u8] {
        self.failure = None;
        self.begin(content.len(), true);
        let span = Span { start: 0, end: content.len() };
        self.put(content, Kind::String, span, false);
        let out = self.whole();
        out.get(1..out.len() - 1).unwrap_or_default()
    }

    fn put(&mut self, bytes: &[u8], kind: Kind, span: Span, plain: bool) {
        self.writer.value(false, bytes, kind, span, plain, &Class::default());
        // What is removed whole leaves an empty text: it has no name that could go with it.
        #[cfg(feature = "custom")]
        self.writer.end_field(self.writer.out.len());
    }

    /// What was written, or a mark if there was no memory for all of it.
    fn whole(&mut self) -> &[u8] {
        if self.writer.is_short() {
            self.failure = Some(Failure::Unreadable);
            self.writer.reset(0, true);
            self.writer.put(UNREADABLE);
        }
        self.writer.out.as_slice()
    }

    /// Whether what came last, to [`Engine::run`] or a part, could not be handled and was masked or dropped.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Whether the last record was no JSON object, which is why it could not be handled.
    #[must_use]
    pub fn is_no_object(&self) -> bool {
        self.failure == Some(Failure::NotAnObject)
    }

    /// What was redacted in what came last: names of rules and how often, those included that its audit told of.
    pub fn redacted(&self) -> impl Iterator<Item = (&'static str, u32)> + '_ {
        let counts = self.writer.redacted.then_some(&self.writer.counts);
        let mut next = 0;
        core::iter::from_fn(move || {
            let (rule, count) = counts?.next(next)?;
            next = rule + 1;
            Some((*self.policy.rules.get(rule)?, count))
        })
    }

    /// Whether something was redacted in what came last, leaving aside what its audit told of.
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn has_redacted(&self) -> bool {
        self.writer.found
    }

    /// The `archive_tag` that the last record was given by a function that routes.
    #[must_use]
    pub fn archive_tag(&self) -> Option<&[u8]> {
        route::written(self.writer.out.as_slice())
    }

    /// Whether [`Engine::archive_tag`] is this one, most often: false says nothing.
    #[must_use]
    pub fn has_archive_tag(&self, tag: &[u8]) -> bool {
        route::has_written(self.writer.out.as_slice(), tag)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use crate::{Engine, Function, Policy};

    static POLICY: Policy = Policy::DEFAULT;

    fn said(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).expect("it is UTF-8")
    }

    #[test]
    fn a_value_stays_one_and_nothing_is_added() {
        let mut engine = Engine::new(&POLICY);
        for (value, expected) in [
            ("\"ada@example.com\"", "\"[REDACTED:email]\""),
            ("{\"password\":\"hunter22\",\"n\":[1,true]}", "{\"password\":\"[REDACTED:password]\",\"n\":[1,true]}"),
            (" 17 ", "17"),
            ("4111111111111111", "\"[REDACTED:card]\""),
            ("ada@example.com, 5", "\"[REDACTED:email], 5\""),
            ("", "\"\""),
        ] {
            assert_eq!(said(engine.value(value.as_bytes())), expected);
        }
        engine.value(b"\"ada@example.com\"");
        assert_eq!(engine.redacted().collect::<alloc::vec::Vec<_>>(), [("email", 1)]);
    }

    #[cfg(feature = "trace")]
    #[test]
    fn what_an_audit_tells_of_was_not_redacted_again() {
        let mut engine = Engine::new(&POLICY);
        let record = r#"{"log":"[REDACTED:email] wrote","podsieve":{"redacted":{"email":1}}}"#;
        let other = r#"{"log":"ada@example.com wrote","podsieve":{"redacted":{"email":1}}}"#;
        // The first ones are read without a layout.
        for _ in 0..5 {
            for (record, is, count) in [(record, false, 1), (other, true, 2), (record, false, 1)] {
                engine.run(Function::Redact, b"", record.as_bytes());
                assert_eq!(engine.has_redacted(), is, "{record}");
                assert_eq!(engine.redacted().collect::<alloc::vec::Vec<_>>(), [("email", count)]);
            }
        }
    }

    #[test]
    fn a_text_stays_one() {
        let mut engine = Engine::new(&POLICY);
        assert_eq!(said(engine.text(b"a \"b\"\tada@example.com\n")), "a \"b\"\t[REDACTED:email]\n");
        assert_eq!(said(engine.text(b"\xff\xfe x")), "\u{fffd} x");
        assert_eq!(said(engine.text(b"")), "");
    }

    #[test]
    fn a_record_in_a_string_stays_there() {
        let mut engine = Engine::new(&POLICY);
        let out = said(engine.within(Function::Pipeline, b"", br#"{\"operation\":\"x\",\"to\":\"ada@example.com\"}"#));
        assert!(out.starts_with(r#"{\"operation\":\"x\",\"to\":\"[REDACTED:email]\""#), "{out}");
        assert_eq!(engine.archive_tag().map(said).as_deref(), Some("archive.audit.unknown"));
        assert!(!engine.has_failed());
        for (text, expected) in [("plain ada@example.com", "plain [REDACTED:email]"), ("{no json", "{no json")] {
            assert_eq!(said(engine.within(Function::Pipeline, b"", text.as_bytes())), expected);
            assert!(!engine.has_failed());
            assert_eq!(engine.archive_tag(), None);
        }
    }

    #[test]
    fn a_tag_is_only_what_was_routed() {
        let mut engine = Engine::new(&POLICY);
        engine.run(Function::Pipeline, b"", br#"{"a":"x,\"archive_tag\":\"archive.audit.x"}"#);
        assert_eq!(engine.archive_tag(), None);
        assert!(!engine.has_archive_tag(b"archive.audit.x"));
        engine.run(Function::Pipeline, b"", br#"{"operation":"x"}"#);
        assert_eq!(engine.archive_tag(), Some(&b"archive.audit.unknown"[..]));
        assert!(engine.has_archive_tag(b"archive.audit.unknown"));
        for other in ["", "unknown", "archive.audit.unknow", "archive.audit.unknown\"", "archive.error.unknown"] {
            assert!(!engine.has_archive_tag(other.as_bytes()), "{other}");
        }
        engine.run(Function::Pipeline, b"", b"no record");
        assert!(engine.has_failed());
        engine.run(Function::Pipeline, b"", b"{}");
        assert!(!engine.has_failed());
    }
}
