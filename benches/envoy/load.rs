//! Requests, one after the other on each of several connections.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use podsieve_benches::recorded::Batch;

use crate::upstream::CAPTURE;

/// Connections that send at the same time.
pub(crate) const CONNECTIONS: usize = 8;

/// An answer takes no longer.
const LIMIT: Duration = Duration::from_secs(60);

/// A request as it goes over the wire.
pub(crate) struct Request {
    bytes: Vec<u8>,
    /// Bytes of its body.
    pub(crate) length: usize,
}

impl Request {
    /// One with this body; the upstream hands over what comes of it, if it is to be captured.
    pub(crate) fn new(batch: &Batch, captured: bool) -> Request {
        let length = batch.bytes.len();
        let path = batch.shape.path();
        let mut bytes = format!(
            "POST {path} HTTP/1.1\r\nhost: logs\r\nuser-agent: Fluent-Bit\r\ncontent-type: application/x-ndjson\r\n\
             content-length: {length}\r\n"
        );
        if captured {
            bytes += &format!("{CAPTURE}: yes\r\n");
        }
        let bytes = [bytes.as_bytes(), b"\r\n", &batch.bytes].concat();
        Request { bytes, length }
    }
}

/// When no more requests are sent.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Over(Duration),
    Count(u64),
}

/// What was sent and answered.
pub(crate) struct Sent {
    pub(crate) requests: u64,
    /// Of bodies.
    pub(crate) bytes: u64,
    pub(crate) took: Duration,
}

/// A connection to Envoy.
pub(crate) struct Connection(TcpStream);

impl Connection {
    /// Connects to this port.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub(crate) fn new(port: u16) -> io::Result<Connection> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        Ok(Connection(stream))
    }

    /// Sends a request and reads the answer, which has no body.
    ///
    /// # Errors
    ///
    /// Any answer but 200, and those of the system.
    pub(crate) fn send(&mut self, request: &Request) -> io::Result<()> {
        let written = self.0.write_all(&request.bytes);
        let mut answer = [0; 2048];
        let mut length = 0;
        while !answer[..length].ends_with(b"\r\n\r\n") {
            let read = self.0.read(&mut answer[length..])?;
            if read == 0 {
                break;
            }
            length += read;
        }
        if !answer.starts_with(b"HTTP/1.1 200 ") {
            let answer = String::from_utf8_lossy(&answer[..length]);
            return Err(io::Error::other(format!("a request was answered with: {}", answer.trim())));
        }
        written
    }
}

/// Sends these requests over and over, from all connections.
///
/// # Errors
///
/// Those of a connection.
pub(crate) fn drive(port: u16, requests: &[Request], until: Until) -> io::Result<Sent> {
    let left = AtomicU64::new(match until {
        Until::Over(_) => u64::MAX,
        Until::Count(count) => count,
    });
    let more = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
    let ready = Barrier::new(CONNECTIONS + 1);
    let each = |n: usize| {
        let connection = Connection::new(port);
        ready.wait();
        let mut connection = connection?;
        let end = match until {
            Until::Over(time) => Some(Instant::now() + time),
            Until::Count(_) => None,
        };
        let (mut sent, mut bytes) = (0, 0);
        // Each begins elsewhere, so that the shapes of bodies are mixed.
        for request in requests.iter().cycle().skip(n * requests.len() / CONNECTIONS) {
            if end.is_some_and(|end| Instant::now() > end) || !more() {
                break;
            }
            connection.send(request)?;
            sent += 1;
            bytes += request.length as u64;
        }
        Ok((sent, bytes))
    };
    thread::scope(|scope| {
        let each = &each;
        let threads: Vec<_> = (0..CONNECTIONS).map(|n| scope.spawn(move || each(n))).collect();
        ready.wait();
        let start = Instant::now();
        let ended: Vec<io::Result<(u64, u64)>> =
            threads.into_iter().map(|thread| thread.join().expect("a connection ends")).collect();
        let mut sent = Sent { requests: 0, bytes: 0, took: start.elapsed() };
        for ended in ended {
            let (requests, bytes) = ended?;
            sent.requests += requests;
            sent.bytes += bytes;
        }
        Ok(sent)
    })
}
