//! What is behind Envoy: an HTTP/1.1 server that keeps each request, and answers what the test wants.

use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use super::client::{Headers, Incoming, header, is_chunked, read_chunks, read_exactly, read_head};
use super::run::LIMIT;

/// A request as it arrived.
#[derive(Clone, Default)]
pub(crate) struct Received {
    /// Which connection, counted from 0.
    pub(crate) connection: usize,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    /// How many; none with Content-Length.
    pub(crate) chunks: usize,
    pub(crate) trailers: Headers,
    /// Why it is not complete, or no request at all.
    pub(crate) error: Option<String>,
}

impl Received {
    /// A header's value as text.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        header(&self.headers, name)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn complete(&self) -> bool {
        self.error.is_none()
    }
}

/// What is answered.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body in chunks of this size instead of with Content-Length.
    pub(crate) chunks: Option<usize>,
    pub(crate) trailers: Vec<(String, String)>,
    /// Time before it is sent.
    pub(crate) delay: Duration,
    /// The connection is closed after it; instead of it with status 0.
    pub(crate) close: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl AsRef<[u8]>) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: body.as_ref().to_vec(),
            chunks: None,
            trailers: Vec::new(),
            delay: Duration::ZERO,
            close: false,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {} x\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        let Some(size) = self.chunks else {
            bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
            bytes.extend_from_slice(&self.body);
            return bytes;
        };
        bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
        for chunk in self.body.chunks(size.max(1)) {
            bytes.extend([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        }
        bytes.extend_from_slice(b"0\r\n");
        for (name, value) in &self.trailers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    }
}

type Answering = dyn Fn(&Received) -> Answer + Send + Sync;

struct Shared {
    received: Mutex<Vec<Received>>,
    changed: Condvar,
    answering: Box<Answering>,
}

/// The server; its threads end with the test's process.
pub(crate) struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Upstream {
    /// Answers 200 to everything.
    pub(crate) fn start() -> Upstream {
        Upstream::answering(|_| Answer::new(200, "ok"))
    }

    pub(crate) fn answering(answering: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Upstream {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("the port is known");
        let answering = Box::new(answering);
        let shared = Arc::new(Shared { received: Mutex::default(), changed: Condvar::new(), answering });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let shared = Arc::clone(&of_thread);
                thread::spawn(move || shared.serve(connection, &stream));
            }
        });
        Upstream { address, shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came until now, in the order in which it ended.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.lock().clone()
    }

    /// What came to this path until now.
    pub(crate) fn received_at(&self, path: &str) -> Vec<Received> {
        self.received().into_iter().filter(|received| received.path == path).collect()
    }

    /// Waits until so many have come, complete or not.
    pub(crate) fn wait(&self, count: usize) -> Vec<Received> {
        let deadline = Instant::now() + LIMIT;
        let mut received = self.shared.lock();
        while received.len() < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} requests have come", received.len());
            received = self.shared.changed.wait_timeout(received, left).expect("no test panics in between").0;
        }
        received.clone()
    }

    /// Waits until something has come to this path.
    pub(crate) fn wait_for(&self, path: &str) -> Received {
        let deadline = Instant::now() + LIMIT;
        loop {
            let count = self.received().len();
            if let Some(received) = self.received_at(path).pop() {
                return received;
            }
            assert!(Instant::now() < deadline, "nothing comes to {path}");
            let received = self.shared.lock();
            if received.len() == count {
                let _ = self.shared.changed.wait_timeout(received, Duration::from_millis(100));
            }
        }
    }

    /// What came last to this path: of a request that was answered.
    pub(crate) fn last(&self, path: &str) -> Received {
        self.received_at(path).pop().unwrap_or_else(|| panic!("nothing has come to {path}"))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().expect("no test panics in between")
    }

    fn serve(&self, connection: usize, stream: &TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut reader = BufReader::with_capacity(1 << 16, stream);
        loop {
            let mut received = Received { connection, ..Received::default() };
            let result = receive(&mut reader, &mut received);
            if let Err(error) = result {
                // A connection that is closed between two requests is no request.
                if received.method.is_empty() && error.kind() != io::ErrorKind::InvalidData {
                    return;
                }
                received.error = Some(error.to_string());
            }
            let complete = received.complete();
            let answer = (self.answering)(&received);
            self.lock().push(received);
            self.changed.notify_all();
            if !complete {
                return;
            }
            thread::sleep(answer.delay);
            let mut stream = stream;
            if answer.status == 0 || stream.write_all(&answer.bytes()).is_err() || answer.close {
                return;
            }
        }
    }
}

fn receive(reader: &mut BufReader<&TcpStream>, received: &mut Received) -> io::Result<()> {
    let (line, headers) = read_head(reader)?;
    let mut words = line.split(' ').map(str::to_owned);
    received.method = words.next().unwrap_or_default();
    received.path = words.next().unwrap_or_default();
    received.headers = headers;
    let mut incoming = Incoming::default();
    let result = match received.header("content-length") {
        _ if is_chunked(&received.headers) => read_chunks(reader, &mut incoming),
        Some(length) => read_exactly(reader, &length, &mut incoming),
        None => Ok(()),
    };
    received.body = incoming.body;
    received.chunks = incoming.chunks;
    received.trailers = incoming.trailers;
    result
}
