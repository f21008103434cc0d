//! A byte stream in lines of bounded length.

use std::io::{self, BufRead};

/// A line, or a piece of one that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The bytes without the line end.
    pub(super) bytes: &'a [u8],
    /// One-based.
    pub(super) number: u64,
    /// The line began before this piece.
    pub(super) goes_on: bool,
    /// The line ends with this piece.
    pub(super) ends: bool,
}

/// Reads lines; the memory is that of the longest line, up to the limit.
pub(super) struct Lines<R> {
    reader: R,
    limit: usize,
    keep_carriage_return: bool,
    buffer: Vec<u8>,
    /// Bytes at the start of the buffer that were handed out.
    consumed: usize,
    number: u64,
    inside: bool,
    bytes_read: u64,
}

impl<R: BufRead> Lines<R> {
    /// `limit` is in bytes and at least 8; a carriage return before the line end goes unless it is
    /// to be kept.
    pub(super) fn new(reader: R, limit: usize, keep_carriage_return: bool) -> Self {
        Lines {
            reader,
            limit: limit.max(8),
            keep_carriage_return,
            buffer: Vec::new(),
            consumed: 0,
            number: 0,
            inside: false,
            bytes_read: 0,
        }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        let (found, ended) = self.fill()?;
        if !found {
            return Ok(None);
        }
        let goes_on = self.inside;
        if !goes_on {
            self.number += 1;
        }
        self.inside = !ended;
        let end = if ended {
            self.consumed = self.buffer.len();
            self.text_end()
        } else {
            // A character is not cut in two.
            self.consumed = character_boundary(&self.buffer);
            self.consumed
        };
        Ok(Some(Line { bytes: &self.buffer[..end], number: self.number, goes_on, ends: ended }))
    }

    /// Reads up to a line end, the end of input (both: ended) or the limit; false at the end.
    fn fill(&mut self) -> io::Result<(bool, bool)> {
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                return Ok((self.inside || !self.buffer.is_empty(), true));
            }
            let room = self.limit.saturating_sub(self.buffer.len());
            let available = &available[..available.len().min(room.max(1))];
            let (take, ended) = match memchr::memchr(b'\n', available) {
                Some(at) => (at + 1, true),
                None => (available.len(), false),
            };
            self.buffer.extend_from_slice(&available[..take]);
            self.reader.consume(take);
            self.bytes_read += take as u64;
            if ended || self.buffer.len() >= self.limit {
                return Ok((true, ended));
            }
        }
    }

    /// The length of the buffer without its line end.
    fn text_end(&self) -> usize {
        let text = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        if self.keep_carriage_return { text.len() } else { text.strip_suffix(b"\r").unwrap_or(text).len() }
    }
}

/// Where the bytes can be cut without cutting a character, not far from their end.
fn character_boundary(bytes: &[u8]) -> usize {
    let len = bytes.len();
    for back in 1..=3.min(len) {
        let byte = bytes[len - back];
        let width = match byte {
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            0x80.. => continue,
            _ => 1,
        };
        return if width > back { len - back } else { len };
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], limit: usize) -> Vec<(Vec<u8>, u64, bool, bool)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(3, text), limit, false);
        let mut found = Vec::new();
        while let Some(line) = lines.next().expect("a slice can be read") {
            found.push((line.bytes.to_vec(), line.number, line.goes_on, line.ends));
        }
        assert_eq!(lines.bytes_read(), text.len() as u64);
        found
    }

    #[test]
    fn ends_of_lines() {
        let texts = |text: &[u8]| -> Vec<Vec<u8>> { all(text, 100).into_iter().map(|line| line.0).collect() };
        assert_eq!(texts(b""), Vec::<Vec<u8>>::new());
        assert_eq!(texts(b"\n"), [b""]);
        assert_eq!(texts(b"a\r\n\nb"), [&b"a"[..], b"", b"b"]);
        assert_eq!(texts(b"a\rb\r"), [b"a\rb"]);
    }

    #[test]
    fn long_lines_are_split_between_characters() {
        let found = all("1234567\u{e9}x\nab\n".as_bytes(), 8);
        let expected = [
            (b"1234567".to_vec(), 1, false, false),
            ("\u{e9}x".as_bytes().to_vec(), 1, true, true),
            (b"ab".to_vec(), 2, false, true),
        ];
        assert_eq!(found, expected);
        // A line of exactly the limit, and the end of the input behind it.
        let found = all(b"12345678", 8);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], (b"".to_vec(), 1, true, true));
    }
}
