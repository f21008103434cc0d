//! A bucket of S3, or of what speaks as it: listed and read, and nothing else.

use std::io::{self, Read};
use std::time::Duration;
use std::{env, thread};

use rusty_s3::actions::{ListObjectsV2, S3Action};
use rusty_s3::{Credentials, UrlStyle};
use ureq::Agent;
use ureq::http::{Response, StatusCode};

use crate::Error;

/// How often a request is sent before it is given up, and how long the first pause between two is: each is twice as long
/// as the one before.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// How long a signed address is good for.
const SIGNED: Duration = Duration::from_secs(3600);

/// What speaks as S3 for `gs://`.
const GOOGLE: &str = "https://storage.googleapis.com";

/// `s3://bucket/prefix`, taken apart.
pub(super) struct Address<'a> {
    scheme: &'a str,
    bucket: &'a str,
    pub(super) prefix: &'a str,
}

/// The parts of an address of a bucket; nothing if it is a path.
pub(super) fn address(text: &str) -> Option<Address<'_>> {
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "s3" | "gs"))?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    Some(Address { scheme, bucket, prefix })
}

/// A bucket, with the credentials of the environment.
pub(super) struct Bucket {
    scheme: String,
    bucket: rusty_s3::Bucket,
    credentials: Option<Credentials>,
    agent: Agent,
}

/// An object as the list of its bucket has it.
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) size: u64,
    etag: Option<String>,
}

/// Why a request failed.
enum Failed {
    /// Another try may do.
    Passing(String),
    Lasting(String),
}

impl Bucket {
    /// # Errors
    /// The endpoint or the name of the bucket is none.
    pub(super) fn open(address: &Address<'_>, endpoint: Option<&str>) -> Result<Bucket, Error> {
        let said = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let google = address.scheme == "gs";
        let region = said("AWS_REGION").or_else(|| said("AWS_DEFAULT_REGION"));
        let region = region.unwrap_or_else(|| if google { "auto" } else { "us-east-1" }.to_owned());
        let custom =
            endpoint.map(str::to_owned).or_else(|| said("AWS_ENDPOINT_URL_S3")).or_else(|| said("AWS_ENDPOINT_URL"));
        let custom = custom.or_else(|| google.then(|| GOOGLE.to_owned()));
        // A certificate for *.s3.amazonaws.com does not cover a name with dots.
        let by_path = custom.is_some() || address.bucket.contains('.');
        let style = if by_path { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let host = custom.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let name = format!("{}://{}", address.scheme, address.bucket);
        let wrong =
            |what: String| Error::new(name.clone(), what, "give s3://bucket/prefix, and an address with --endpoint");
        let url = host.parse().map_err(|error| wrong(format!("{host} is no address: {error}")))?;
        if address.bucket.is_empty() {
            return Err(wrong("names no bucket".to_owned()));
        }
        let bucket = rusty_s3::Bucket::new(url, style, address.bucket.to_owned(), region);
        let bucket = bucket.map_err(|error| wrong(format!("is no bucket: {error}")))?;
        let credentials = said("AWS_ACCESS_KEY_ID").zip(said("AWS_SECRET_ACCESS_KEY"));
        let credentials = credentials.map(|(key, secret)| match said("AWS_SESSION_TOKEN") {
            Some(token) => Credentials::new_with_token(key, secret, token),
            None => Credentials::new(key, secret),
        });
        let agent = Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .user_agent(concat!("podsieve/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Bucket { scheme: address.scheme.to_owned(), bucket, credentials, agent })
    }

    pub(super) fn name_of(&self, key: &str) -> String {
        format!("{}://{}/{key}", self.scheme, self.bucket.name())
    }

    /// All objects whose key begins with `prefix`.
    ///
    /// # Errors
    /// The bucket cannot be listed.
    pub(super) fn list(&self, prefix: &str) -> Result<Vec<Listed>, Error> {
        let (mut objects, mut token): (Vec<Listed>, Option<String>) = (Vec::new(), None);
        loop {
            let mut action = self.bucket.list_objects_v2(self.credentials.as_ref());
            if !prefix.is_empty() {
                action.with_prefix(prefix);
            }
            if let Some(token) = token.take() {
                action.with_continuation_token(token);
            }
            let page = retried(|| {
                let mut response = self.request(action.sign(SIGNED).as_str(), &[])?;
                let text = response.body_mut().read_to_string().map_err(|error| failed(&error))?;
                ListObjectsV2::parse_response(&text)
                    .map_err(|error| Failed::Lasting(format!("the answer is no list of S3: {error}")))
            });
            let page = page.map_err(|what| {
                let advice =
                    "check the bucket, the region, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and --endpoint";
                Error::new(self.name_of(prefix), format!("cannot be listed: {what}"), advice)
            })?;
            // A key that ends so is a folder that someone made by hand.
            let listed = page.contents.into_iter().filter(|object| !object.key.ends_with('/'));
            objects.extend(listed.map(|object| Listed {
                key: object.key,
                size: object.size.unwrap_or(0),
                etag: object.etag,
            }));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(objects);
            }
        }
    }

    /// The bytes of an object, read as they are asked for.
    pub(super) fn get<'a>(&'a self, object: &'a Listed) -> impl Read + use<'a> {
        Body { bucket: self, object, at: 0, tries: 0, reader: None }
    }

    fn request(&self, url: &str, headers: &[(&str, String)]) -> Result<Response<ureq::Body>, Failed> {
        let request = headers.iter().fold(self.agent.get(url), |request, (name, value)| request.header(*name, value));
        request.call().map_err(|error| failed(&error))
    }
}

/// What is read of an object. When the connection breaks, reading goes on from where it was.
struct Body<'a> {
    bucket: &'a Bucket,
    object: &'a Listed,
    at: u64,
    tries: u32,
    reader: Option<ureq::BodyReader<'static>>,
}

impl Body<'_> {
    fn open(&self) -> Result<ureq::BodyReader<'static>, Failed> {
        let key = &self.object.key;
        if key.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(Failed::Lasting("has a name that no address can have".to_owned()));
        }
        let action = self.bucket.bucket.get_object(self.bucket.credentials.as_ref(), key);
        let mut headers = Vec::new();
        if self.at > 0 {
            headers.push(("range", format!("bytes={}-", self.at)));
            // Half of one object and half of another is neither.
            headers.extend(self.object.etag.clone().map(|etag| ("if-match", etag)));
        }
        let response = self.bucket.request(action.sign(SIGNED).as_str(), &headers)?;
        if self.at > 0 && response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(Failed::Lasting("cannot be read from where the connection broke".to_owned()));
        }
        Ok(response.into_body().into_reader())
    }

    fn step(&mut self, buffer: &mut [u8]) -> Result<usize, Failed> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.open()?,
        };
        let count = reader.read(buffer).map_err(|error| Failed::Passing(error.to_string()))?;
        self.at += count as u64;
        if count == 0 && !buffer.is_empty() && self.at < self.object.size {
            return Err(Failed::Passing("the connection ended too early".to_owned()));
        }
        self.reader = Some(reader);
        Ok(count)
    }
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.step(buffer) {
                Ok(count) => return Ok(count),
                Err(Failed::Passing(_)) if self.tries + 1 < TRIES => {
                    thread::sleep(PAUSE * 2_u32.pow(self.tries));
                    self.tries += 1;
                }
                Err(Failed::Passing(what) | Failed::Lasting(what)) => return Err(io::Error::other(what)),
            }
        }
    }
}

fn retried<T>(mut action: impl FnMut() -> Result<T, Failed>) -> Result<T, String> {
    let mut tries = 0;
    loop {
        match action() {
            Ok(done) => return Ok(done),
            Err(Failed::Passing(_)) if tries + 1 < TRIES => {
                thread::sleep(PAUSE * 2_u32.pow(tries));
                tries += 1;
            }
            Err(Failed::Passing(what) | Failed::Lasting(what)) => return Err(what),
        }
    }
}

/// The message never has the address: it is signed.
fn failed(error: &ureq::Error) -> Failed {
    match error {
        ureq::Error::StatusCode(status @ (408 | 429 | 500..)) => Failed::Passing(format!("HTTP status {status}")),
        ureq::Error::StatusCode(403) => Failed::Lasting("HTTP status 403: the credentials do not allow it".to_owned()),
        ureq::Error::StatusCode(status) => Failed::Lasting(format!("HTTP status {status}")),
        ureq::Error::BadUri(_) => Failed::Lasting("the endpoint is no address of HTTP".to_owned()),
        ureq::Error::Timeout(_) => Failed::Passing("there was no answer in time".to_owned()),
        ureq::Error::HostNotFound => Failed::Lasting("the host is not known".to_owned()),
        other => Failed::Passing(other.to_string()),
    }
}
