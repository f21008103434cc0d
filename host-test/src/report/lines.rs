//! Lines of a stream in one buffer, which grows with the longest of them up to a limit.

use std::io::{self, Read};

const READ: usize = 256 << 10;

/// What the stream has next.
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// It is longer than the limit, and was skipped.
    TooLong,
}

/// Reads lines without copying those that lie in the buffer.
pub(super) struct Lines<R> {
    reader: R,
    limit: usize,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where to look on for a line end.
    looked: usize,
    ended: bool,
    /// Bytes that were handed out, line ends included.
    pub(super) bytes: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R, limit: usize) -> Lines<R> {
        Lines { reader, limit, buffer: vec![0; READ], start: 0, end: 0, looked: 0, ended: false, bytes: 0 }
    }

    /// The next line, without its end.
    ///
    /// # Errors
    /// When the stream cannot be read on; a line that has no end then is not handed out.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut skips = false;
        loop {
            let from = self.looked;
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[from..self.end]) {
                return Ok(Some(self.take(from + at, from + at + 1, skips)));
            }
            self.looked = self.end;
            if self.ended {
                let is_empty = self.start == self.end && !skips;
                return Ok(if is_empty { None } else { Some(self.take(self.end, self.end, skips)) });
            }
            if self.end - self.start > self.limit {
                skips = true;
                self.bytes += (self.end - self.start) as u64;
                (self.start, self.end, self.looked) = (0, 0, 0);
            }
            self.fill()?;
        }
    }

    fn take(&mut self, end: usize, next: usize, skipped: bool) -> Line<'_> {
        let start = std::mem::replace(&mut self.start, next);
        self.looked = next;
        self.bytes += (next - start) as u64;
        let line = &self.buffer[start..end];
        if skipped { Line::TooLong } else { Line::Whole(line.strip_suffix(b"\r").unwrap_or(line)) }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.end, self.looked) = (self.end - self.start, self.looked - self.start);
            self.start = 0;
        }
        if self.buffer.len() - self.end < READ / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.ended = count == 0;
                    self.end += count;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_split() {
        let long = "x".repeat(700_000);
        for text in ["", "\n", "a", "a\n", "a\r\n\nb", &format!("a\n{long}\nb\n{long}"), &"some line\n".repeat(90_000)]
        {
            let mut lines = Lines::new(text.as_bytes(), 500_000);
            let mut found = Vec::new();
            while let Some(line) = lines.next().expect("a slice can be read") {
                found.push(match line {
                    Line::Whole(line) => String::from_utf8_lossy(line).into_owned(),
                    Line::TooLong => "too long".to_owned(),
                });
            }
            let expected: Vec<String> =
                text.lines().map(|line| if line == long { "too long" } else { line }.to_owned()).collect();
            assert_eq!(found, expected);
            assert_eq!(lines.bytes, text.len() as u64);
        }
    }
}
