//! One file, or one stream, record by record.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use super::LIMIT;
use super::decode::Decoder;
use super::files::cannot_open;
use super::form::Form;
use super::lines::Lines;
use super::sniff;
use super::tag::{is_pod_log, tag_for_path};
use crate::Error;

/// Bytes that are read at once, and looked at for the form.
pub(super) const READ: usize = 256 << 10;

/// What is known of an input beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    form: Option<Form>,
    tag: Option<Vec<u8>>,
}

impl Options {
    /// The form of the lines; by default it is found from the path and the first lines.
    pub fn form(mut self, form: Form) -> Self {
        self.form = Some(form);
        self
    }

    /// The tag of all records; by default it is made from the path.
    pub fn tag(mut self, tag: impl Into<Vec<u8>>) -> Self {
        self.tag = Some(tag.into());
        self
    }
}

impl Options {
    /// Whether nothing has to be read to know the form.
    pub(super) fn is_form_known(&self) -> bool {
        self.form.is_some_and(|form| form != Form::Pods)
    }
}

/// A record and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// The tag.
    pub tag: &'a [u8],
    /// The record as JSON text, as far as the form guarantees that.
    pub record: &'a [u8],
    /// One-based number of the line that completed the record.
    pub line: u64,
}

type Reader = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read>>>;

/// The records of one file or stream, in the order of the lines that complete them.
pub struct Source {
    name: String,
    form: Form,
    tag: Vec<u8>,
    lines: Lines<Reader>,
    decoder: Decoder,
    record: Vec<u8>,
    /// Lines that were read.
    line: u64,
    long_lines: u64,
}

impl Source {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| cannot_open(path, &error))?;
        let mut options = options.clone();
        if options.form.is_none() && is_pod_log(path) {
            options.form = Some(Form::Pods);
        }
        if options.tag.is_none() {
            options.tag = Some(tag_for_path(path));
        }
        Source::new(path.display().to_string(), Box::new(file), &options)
    }

    /// Reads a stream; the tag is `stdin.0` unless the options have one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn stream(reader: Box<dyn Read>, options: &Options) -> Result<Self, Error> {
        Source::new("standard input".to_owned(), reader, options)
    }

    fn new(name: String, mut reader: Box<dyn Read>, options: &Options) -> Result<Self, Error> {
        let (sample, form) = match options.form {
            Some(form) if form != Form::Pods => (Vec::new(), form),
            wanted => {
                let sample = sample(&mut reader).map_err(|error| cannot_read(&name, 1, &error))?;
                let found = sniff::form(&sample);
                let form = match (wanted, found) {
                    (Some(_), Form::Docker) => Form::Docker,
                    (Some(form), _) => form,
                    (None, found) => found,
                };
                (sample, form)
            }
        };
        let records = form == Form::Records;
        let limit = if records { usize::MAX } else { LIMIT };
        let reader = BufReader::with_capacity(READ, Cursor::new(sample).chain(reader));
        Ok(Source {
            name,
            form,
            tag: options.tag.clone().unwrap_or_else(|| b"stdin.0".to_vec()),
            lines: Lines::new(reader, limit, records),
            decoder: Decoder::new(form),
            record: Vec::new(),
            line: 0,
            long_lines: 0,
        })
    }

    /// The next record.
    ///
    /// # Errors
    /// When the input cannot be read on.
    pub fn next_record(&mut self) -> Result<Option<Item<'_>>, Error> {
        match self.advance() {
            Ok(line) => Ok(line.map(|line| self.item(line))),
            Err(error) => Err(cannot_read(&self.name, self.line + 1, &error)),
        }
    }

    /// Reads until there is a record, and says which line completed it. After an error it can be called again.
    pub(super) fn advance(&mut self) -> io::Result<Option<u64>> {
        self.record.clear();
        self.record.shrink_to(1 << 20);
        while let Some(line) = self.lines.next()? {
            self.line = line.number;
            self.long_lines += u64::from(!line.ends && !line.goes_on);
            if self.decoder.line(line, &mut self.record) {
                return Ok(Some(self.line));
            }
        }
        Ok(self.decoder.finish(&mut self.record))
    }

    /// The record that was read, which this line completed.
    pub(super) fn item(&self, line: u64) -> Item<'_> {
        Item { tag: &self.tag, record: &self.record, line }
    }

    /// The name of the file, or `standard input`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The form that was asked for or found.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Lines that were read so far.
    pub fn lines(&self) -> u64 {
        self.line
    }

    /// Bytes that were turned into lines so far.
    pub fn bytes_read(&self) -> u64 {
        self.lines.bytes_read()
    }

    /// Lines, and joined lines, that were longer than [`LIMIT`] and came out as several records.
    pub fn splits(&self) -> u64 {
        self.long_lines + self.decoder.splits()
    }
}

/// Reads until there is a whole line, at most [`READ`] bytes.
fn sample(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut sample = vec![0; READ];
    let mut filled = 0;
    while filled < READ && memchr::memchr(b'\n', &sample[..filled]).is_none() {
        match reader.read(&mut sample[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    sample.truncate(filled);
    Ok(sample)
}

fn cannot_read(name: &str, line: u64, error: &io::Error) -> Error {
    Error::new(format!("{name}:{line}"), format!("cannot be read: {error}"), "the records before this line are out")
}
