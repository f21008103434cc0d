//! A client for HTTP/1.1 that does what it is told: how a body is cut into chunks, when what is sent, what is wrong.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;
use std::{fmt, thread};

/// Longer than anything here takes, shorter than Envoy's own limits.
const PATIENCE: Duration = Duration::from_secs(10);

/// Names in lower case, and values as they came.
pub(crate) type Headers = Vec<(String, Vec<u8>)>;

/// A connection.
pub(crate) struct Client {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(port: u16) -> Client {
        Client::try_connect(port).expect("a connection")
    }

    pub(crate) fn try_connect(port: u16) -> io::Result<Client> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Client { stream, reader })
    }

    /// How long to wait for what is read.
    pub(crate) fn patience(&self, patience: Duration) {
        self.stream.set_read_timeout(Some(patience)).expect("a limit is set");
    }

    /// Sends these bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends a request. It may be answered, and the connection closed, before all of it is sent: an error then.
    pub(crate) fn send(&mut self, request: &Request) -> io::Result<()> {
        self.write(&request.head())?;
        match &request.body {
            Body::None => Ok(()),
            Body::Length(parts) => parts.iter().try_for_each(|part| {
                self.write(part)?;
                request.pause();
                Ok(())
            }),
            Body::Chunks(chunks, trailers) => {
                for chunk in chunks {
                    self.chunk(chunk)?;
                    request.pause();
                }
                self.end(trailers)
            }
        }
    }

    /// Sends a request and reads the answer to it.
    pub(crate) fn ask(&mut self, request: &Request) -> Response {
        let sent = self.send(request);
        self.response().unwrap_or_else(|error| panic!("no response: {error} (sent: {sent:?})"))
    }

    /// Sends one chunk.
    pub(crate) fn chunk(&mut self, chunk: &[u8]) -> io::Result<()> {
        let mut bytes = format!("{:x}\r\n", chunk.len()).into_bytes();
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
        self.write(&bytes)
    }

    /// Ends a body of chunks.
    pub(crate) fn end(&mut self, trailers: &[(String, Vec<u8>)]) -> io::Result<()> {
        let mut bytes = b"0\r\n".to_vec();
        for (name, value) in trailers {
            bytes.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend_from_slice(b"\r\n");
        self.write(&bytes)
    }

    /// Says that nothing more comes; what is answered can still be read.
    pub(crate) fn no_more(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// The next response that is not interim.
    pub(crate) fn response(&mut self) -> io::Result<Response> {
        loop {
            let response = self.any_response()?;
            if response.status >= 200 {
                return Ok(response);
            }
        }
    }

    /// The next response, which may be an interim one such as `100 Continue`.
    pub(crate) fn any_response(&mut self) -> io::Result<Response> {
        let (line, headers) = read_head(&mut self.reader)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| invalid(format!("no status: {line}")))?;
        let mut response = Response { status, headers, ..Response::default() };
        let chunked = is_chunked(&response.headers);
        match (header(&response.headers, "content-length"), chunked) {
            _ if matches!(status, 100..200 | 204 | 304) => {}
            (_, true) => {
                let mut body = Incoming::default();
                read_chunks(&mut self.reader, &mut body)?;
                response.body = body.body;
                response.trailers = body.trailers;
            }
            (Some(length), false) => response.body = read_length(&mut self.reader, length)?,
            (None, false) => {
                self.reader.read_to_end(&mut response.body)?;
            }
        }
        Ok(response)
    }

    /// Whether the other side closes the connection, without another byte.
    pub(crate) fn closed(&mut self) -> bool {
        let mut byte = [0];
        matches!(self.reader.read(&mut byte), Ok(0))
    }
}

/// A request to be sent.
#[derive(Clone)]
pub(crate) struct Request {
    method: String,
    path: String,
    headers: Headers,
    body: Body,
    pause: Duration,
}

#[derive(Clone)]
enum Body {
    None,
    /// With Content-Length, written in these parts.
    Length(Vec<Vec<u8>>),
    /// Chunks, then trailers.
    Chunks(Vec<Vec<u8>>, Headers),
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Request {
        let (method, path) = (method.to_owned(), path.to_owned());
        Request { method, path, headers: Vec::new(), body: Body::None, pause: Duration::ZERO }
    }

    pub(crate) fn get(path: &str) -> Request {
        Request::new("GET", path)
    }

    /// With Content-Length, in one piece.
    pub(crate) fn post(path: &str, body: impl AsRef<[u8]>) -> Request {
        Request::new("POST", path).parts(&[body])
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Request {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// A body with Content-Length, written part by part.
    pub(crate) fn parts(mut self, parts: &[impl AsRef<[u8]>]) -> Request {
        self.body = Body::Length(parts.iter().map(|part| part.as_ref().to_vec()).collect());
        self
    }

    /// A body of these chunks.
    pub(crate) fn chunks(mut self, chunks: &[impl AsRef<[u8]>]) -> Request {
        self.body = Body::Chunks(chunks.iter().map(|chunk| chunk.as_ref().to_vec()).collect(), Vec::new());
        self
    }

    /// A trailer after a body of chunks.
    pub(crate) fn trailer(mut self, name: &str, value: impl AsRef<[u8]>) -> Request {
        let Body::Chunks(_, trailers) = &mut self.body else { panic!("trailers come after chunks") };
        trailers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Time to wait after each part or chunk.
    pub(crate) fn slow(mut self, pause: Duration) -> Request {
        self.pause = pause;
        self
    }

    /// All of it, for requests that are sent one right after the other.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        match &self.body {
            Body::None => {}
            Body::Length(parts) => bytes.extend(parts.concat()),
            Body::Chunks(chunks, trailers) => {
                for chunk in chunks {
                    bytes.extend([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
                }
                bytes.extend_from_slice(b"0\r\n");
                for (name, value) in trailers {
                    bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
                }
                bytes.extend_from_slice(b"\r\n");
            }
        }
        bytes
    }

    /// The request line and the headers. Host, and what says how the body comes, is added where it is not given.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        let has = |name: &str| self.headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name));
        if !has("host") {
            bytes.extend_from_slice(b"host: test\r\n");
        }
        match &self.body {
            Body::Length(parts) if !has("content-length") => {
                let length: usize = parts.iter().map(Vec::len).sum();
                bytes.extend(format!("content-length: {length}\r\n").into_bytes());
            }
            Body::Chunks(..) if !has("transfer-encoding") => bytes.extend_from_slice(b"transfer-encoding: chunked\r\n"),
            _ => {}
        }
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    }

    fn pause(&self) {
        if !self.pause.is_zero() {
            thread::sleep(self.pause);
        }
    }
}

/// What came back.
#[derive(Clone, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Headers,
}

impl Response {
    /// A header's value as text.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        header(&self.headers, name)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body[..self.body.len().min(1000)]))
    }
}

/// The first value of a header, as text.
pub(crate) fn header(headers: &Headers, name: &str) -> Option<String> {
    let (_, value) = headers.iter().find(|(header, _)| header == name)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

pub(crate) fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

pub(crate) fn is_chunked(headers: &Headers) -> bool {
    header(headers, "transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
}

/// A body that is being read, as far as it came.
#[derive(Default)]
pub(crate) struct Incoming {
    pub(crate) body: Vec<u8>,
    pub(crate) chunks: usize,
    pub(crate) trailers: Headers,
}

/// The first line, and the headers after it.
pub(crate) fn read_head(reader: &mut impl BufRead) -> io::Result<(String, Headers)> {
    let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let line = String::from_utf8_lossy(&line).into_owned();
    if !line.contains("HTTP/1.1") {
        return Err(invalid(format!("not the first line of a message: {line}")));
    }
    Ok((line, read_headers(reader)?))
}

/// Until an empty line.
fn read_headers(reader: &mut impl BufRead) -> io::Result<Headers> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let colon = memchr::memchr(b':', &line).ok_or_else(|| invalid("a header without a colon"))?;
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
}

/// A line without its end; none at the end.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    reader.take(1 << 16).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let ended = line.strip_suffix(b"\r\n").ok_or_else(|| invalid("a line does not end"))?;
    Ok(Some(ended.to_vec()))
}

/// A body of the length that the header says.
pub(crate) fn read_length(reader: &mut impl BufRead, length: String) -> io::Result<Vec<u8>> {
    let mut body = Incoming::default();
    read_exactly(reader, &length, &mut body)?;
    Ok(body.body)
}

/// The same, which keeps what came before an error.
pub(crate) fn read_exactly(reader: &mut impl BufRead, length: &str, incoming: &mut Incoming) -> io::Result<()> {
    let length: u64 = length.parse().map_err(|_| invalid(format!("not a length: {length}")))?;
    let read = reader.take(length).read_to_end(&mut incoming.body)?;
    if read as u64 == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Chunks, and the trailers after them.
pub(crate) fn read_chunks(reader: &mut impl BufRead, incoming: &mut Incoming) -> io::Result<()> {
    loop {
        let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let line = String::from_utf8_lossy(&line).into_owned();
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| invalid(format!("not the size of a chunk: {line}")))?;
        if size == 0 {
            incoming.trailers = read_headers(reader)?;
            return Ok(());
        }
        let read = reader.take(size).read_to_end(&mut incoming.body)?;
        if read as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        incoming.chunks += 1;
        if read_line(reader)?.is_none_or(|line| !line.is_empty()) {
            return Err(invalid("a chunk does not end where it says"));
        }
    }
}
