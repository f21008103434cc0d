//! Bytes that come in pieces, record by record.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use super::form::Form;
use super::source::{Item, Options, READ, Source};

/// As [`Source`], for one who is given the bytes and cannot wait for more.
///
/// ```
/// use podsieve_trial::input::{Fed, Form, Options};
///
/// let mut fed = Fed::new(Options::default().form(Form::Text));
/// fed.push(b"one\ntw");
/// assert_eq!(fed.next_record().expect("a line is complete").record, br#"{"log":"one"}"#);
/// assert_eq!(fed.next_record(), None);
/// fed.push(b"o");
/// fed.end();
/// assert_eq!(fed.next_record().expect("its end is the input's").record, br#"{"log":"two"}"#);
/// ```
pub struct Fed {
    options: Options,
    pieces: Rc<RefCell<Pieces>>,
    source: Option<Source>,
}

/// What was pushed and not read yet.
#[derive(Default)]
struct Pieces {
    bytes: Vec<u8>,
    read: usize,
    ended: bool,
}

impl Fed {
    /// Without any bytes yet.
    pub fn new(options: Options) -> Self {
        Fed { options, pieces: Rc::default(), source: None }
    }

    /// More bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut pieces = self.pieces.borrow_mut();
        let read = std::mem::take(&mut pieces.read);
        pieces.bytes.drain(..read);
        pieces.bytes.extend_from_slice(bytes);
    }

    /// No more bytes will come.
    pub fn end(&mut self) {
        self.pieces.borrow_mut().ended = true;
    }

    /// The next record that is complete. Before the end there may be none until more bytes come: those in which the form
    /// shows, or those of the line.
    pub fn next_record(&mut self) -> Option<Item<'_>> {
        if self.source.is_none() && (self.options.is_form_known() || self.pieces.borrow().has_sample()) {
            let reader = Box::new(Reader(Rc::clone(&self.pieces)));
            self.source = Source::stream(reader, &self.options).ok();
        }
        let source = self.source.as_mut()?;
        // What was pushed can be read; more than that is what fails.
        let line = source.advance().ok()??;
        Some(source.item(line))
    }

    /// The form that was asked for or found; none before it shows.
    pub fn form(&self) -> Option<Form> {
        self.source.as_ref().map(Source::form)
    }

    /// Lines that were read.
    pub fn lines(&self) -> u64 {
        self.source.as_ref().map_or(0, Source::lines)
    }
}

impl Pieces {
    /// Whether the form shows: it is the same then, however the bytes were cut.
    fn has_sample(&self) -> bool {
        let bytes = self.bytes.get(self.read..).unwrap_or_default();
        self.ended || bytes.len() >= READ
    }
}

/// Reads what was pushed.
struct Reader(Rc<RefCell<Pieces>>);

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut pieces = self.0.borrow_mut();
        let mut rest = pieces.bytes.get(pieces.read..).unwrap_or_default();
        if rest.is_empty() && !pieces.ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = rest.read(buffer)?;
        pieces.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(mut pieces: impl Iterator<Item = Vec<u8>>) -> Vec<(Vec<u8>, u64)> {
        let mut fed = Fed::new(Options::default());
        let mut found = Vec::new();
        loop {
            match pieces.next() {
                Some(piece) => fed.push(&piece),
                None => fed.end(),
            }
            let ended = fed.pieces.borrow().ended;
            while let Some(item) = fed.next_record() {
                found.push((item.record.to_vec(), item.line));
            }
            if ended {
                return found;
            }
        }
    }

    #[test]
    fn any_cut_gives_what_the_whole_gives() {
        let cri = "2026-01-02T03:04:05.6Z stdout P a\u{e9}\n2026-01-02T03:04:05.6Z stderr F x\n\
                   2026-01-02T03:04:05.6Z stdout F b\nno CRI\n2026-01-02T03:04:05.7Z stdout F end";
        for text in [cri, "one\ntwo\n\n", "{\"log\":\"a\\n\",\"stream\":\"stdout\",\"time\":\"t\"}\n", "", "x"] {
            let whole = records([text.as_bytes().to_vec()].into_iter());
            for cut in 1..=text.len() {
                assert_eq!(records(text.as_bytes().chunks(cut).map(<[u8]>::to_vec)), whole, "{cut}: {text}");
            }
        }
        assert_eq!(records([cri.as_bytes().to_vec()].into_iter()).len(), 4);
    }
}
