//! What Envoy sends requests to: it reads them, as cheaply as can be, and answers 200.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::Sender;
use std::thread;

/// A request with this header is handed over as it came.
pub(crate) const CAPTURE: &str = "x-bench-capture";

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// As much as one read can bring.
const BUFFER: usize = 256 << 10;

/// What came of a request.
pub(crate) struct Captured {
    /// The request's line and headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Starts to listen, for as long as this program runs. Returns the port.
///
/// # Errors
///
/// Those of the system.
pub(crate) fn start(captured: Sender<Captured>) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let captured = captured.clone();
            thread::spawn(move || {
                // Envoy sees a connection that ends, and answers the request with 503.
                if let Err(error) = serve(stream, &captured) {
                    eprintln!("bench-envoy: the upstream: {error}");
                }
            });
        }
    });
    Ok(port)
}

fn serve(stream: TcpStream, captured: &Sender<Captured>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut incoming = Incoming { stream, buffer: vec![0; BUFFER], start: 0, end: 0 };
    while let Some(head) = incoming.head()? {
        let length = header(&head, "content-length").and_then(|length| length.parse().ok());
        let mut body = header(&head, CAPTURE).is_some().then(Vec::new);
        match length {
            Some(length) => incoming.take(length, body.as_mut())?,
            None if header(&head, "transfer-encoding") == Some("chunked") => incoming.chunks(body.as_mut())?,
            None => {}
        }
        if let Some(body) = body {
            let _ = captured.send(Captured { head, body });
        }
        answers.write_all(ANSWER)?;
    }
    Ok(())
}

/// The value of a header in a head that is in lower case.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':');
    head.lines().find_map(value).map(str::trim)
}

/// Bytes of a connection: those from `start` to `end` were read from it and not used yet.
struct Incoming {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Incoming {
    /// False at the end of the connection.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let read = self.stream.read(&mut self.buffer[self.end..])?;
        self.end += read;
        Ok(read > 0)
    }

    /// All up to these bytes, which are left out.
    fn until(&mut self, end: &[u8]) -> io::Result<Option<Vec<u8>>> {
        loop {
            let unused = &self.buffer[self.start..self.end];
            if let Some(at) = unused.windows(end.len()).position(|window| window == end) {
                let bytes = unused[..at].to_vec();
                self.start += at + end.len();
                return Ok(Some(bytes));
            }
            let empty = self.start == self.end;
            if !self.fill()? {
                return if empty { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    fn head(&mut self) -> io::Result<Option<String>> {
        let head = self.until(b"\r\n\r\n")?;
        Ok(head.map(|head| String::from_utf8_lossy(&head).to_ascii_lowercase()))
    }

    fn take(&mut self, mut length: usize, mut body: Option<&mut Vec<u8>>) -> io::Result<()> {
        while length > 0 {
            if self.start == self.end && !self.fill()? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let taken = length.min(self.end - self.start);
            if let Some(body) = &mut body {
                body.extend_from_slice(&self.buffer[self.start..self.start + taken]);
            }
            self.start += taken;
            length -= taken;
        }
        Ok(())
    }

    fn chunks(&mut self, mut body: Option<&mut Vec<u8>>) -> io::Result<()> {
        loop {
            let line = self.until(b"\r\n")?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let text = String::from_utf8_lossy(&line);
            let length = usize::from_str_radix(text.trim(), 16);
            let length = length.map_err(|_| io::Error::other(format!("a chunk of `{text}` bytes")))?;
            self.take(length, body.as_deref_mut())?;
            // Behind the last one, of no bytes, too: no filter here adds trailers.
            self.take(2, None)?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}
