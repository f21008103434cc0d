//! A client for HTTP/2 with prior knowledge, which sends DATA frames of the sizes that it is given.

use std::error::Error;
use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use tokio::net::TcpStream;
use tokio::{runtime, time};

use super::client::{Headers, Response};

const PATIENCE: Duration = Duration::from_secs(20);

/// A request whose body is these frames; with trailers, none of the frames ends the stream.
pub(crate) struct Post<'a> {
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a [u8])],
    pub(crate) frames: &'a [&'a [u8]],
    pub(crate) trailers: &'a [(&'a str, &'a str)],
}

impl Post<'_> {
    /// Sends it on a connection of its own, and reads the answer.
    pub(crate) fn send(&self, port: u16) -> Result<Response, Box<dyn Error>> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { time::timeout(PATIENCE, self.exchange(port)).await? })
    }

    async fn exchange(&self, port: u16) -> Result<Response, Box<dyn Error>> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (client, connection) = h2::client::handshake(stream).await?;
        tokio::spawn(connection);
        let mut client = client.ready().await?;
        let mut request = Request::post(format!("http://test{}", self.path)).body(())?;
        for (name, value) in self.headers {
            request.headers_mut().append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_bytes(value)?);
        }
        let bare = self.frames.is_empty() && self.trailers.is_empty();
        let (response, mut body) = client.send_request(request, bare)?;
        for (at, frame) in self.frames.iter().enumerate() {
            let last = at + 1 == self.frames.len() && self.trailers.is_empty();
            // Only as much as the other side has room for: then it goes out as one frame, up to 16 KiB.
            body.reserve_capacity(frame.len());
            let mut rest = Bytes::copy_from_slice(frame);
            while !rest.is_empty() {
                let Some(room) = poll_fn(|context| body.poll_capacity(context)).await else { break };
                let part = rest.split_to(room?.min(rest.len()));
                let ends = last && rest.is_empty();
                body.send_data(part, ends)?;
            }
            // The connection writes it before there is another to put it together with.
            tokio::task::yield_now().await;
        }
        if !self.trailers.is_empty() {
            let mut trailers = HeaderMap::new();
            for (name, value) in self.trailers {
                trailers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
            }
            body.send_trailers(trailers)?;
        }
        let response = response.await?;
        let status = response.status().as_u16();
        let headers = listed(response.headers());
        let mut incoming = response.into_body();
        let mut read = Vec::new();
        while let Some(data) = incoming.data().await {
            let data = data?;
            read.extend_from_slice(&data);
            incoming.flow_control().release_capacity(data.len())?;
        }
        let trailers = incoming.trailers().await?.map(|trailers| listed(&trailers)).unwrap_or_default();
        Ok(Response { status, headers, body: read, trailers })
    }
}

fn listed(headers: &HeaderMap) -> Headers {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect()
}
