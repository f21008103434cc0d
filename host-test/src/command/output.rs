//! Standard output, buffered, and flushed before the program waits for more input.

use std::cell::RefCell;
use std::io::{self, BufWriter, Read, Stdout, Write};
use std::rc::Rc;

use podsieve_host::json;

const BUFFER: usize = 256 << 10;

/// Standard output for one record a line.
#[derive(Clone)]
pub(super) struct Output(Rc<RefCell<BufWriter<Stdout>>>);

impl Output {
    pub(super) fn new() -> Self {
        let writer = BufWriter::with_capacity(BUFFER, io::stdout());
        Output(Rc::new(RefCell::new(writer)))
    }

    pub(super) fn record(&self, json: &[u8]) -> io::Result<()> {
        json::write_line(&mut *self.0.borrow_mut(), json)
    }

    pub(super) fn text(&self, text: &str) -> io::Result<()> {
        self.0.borrow_mut().write_all(text.as_bytes())
    }

    pub(super) fn flush(&self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }

    /// A reader that lets the records out before it reads on, so that a slow input (`tail -f`) shows
    /// its records at once and a fast one is written in large blocks.
    pub(super) fn flush_before<R: Read>(&self, reader: R) -> impl Read + use<R> {
        FlushBefore { output: self.clone(), reader }
    }
}

struct FlushBefore<R> {
    output: Output,
    reader: R,
}

impl<R: Read> Read for FlushBefore<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // An output that is gone is reported by the next record.
        let _ = self.output.flush();
        self.reader.read(buffer)
    }
}
