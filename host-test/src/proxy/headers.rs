//! Header maps, and how they cross the border as bytes.

use std::fmt;

/// What Envoy has one slot for: a second value is appended to the first, after a comma.
const SINGLE: [&[u8]; 22] = [
    b":authority",
    b":method",
    b":path",
    b":protocol",
    b":scheme",
    b":status",
    b"connection",
    b"content-length",
    b"content-type",
    b"grpc-timeout",
    b"keep-alive",
    b"proxy-connection",
    b"te",
    b"transfer-encoding",
    b"upgrade",
    b"user-agent",
    b"via",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-proto",
    b"x-request-id",
];

/// More than these in one serialized map, and Envoy reads it as an empty one.
const MAX_PAIRS: usize = 1024;
const MAX_SERIALIZED: usize = 1 << 20;

/// Headers or trailers in their order: names in lower case, values as bytes that need not be text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Vec<u8>, Vec<u8>)>);

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Headers::default()
    }

    /// The first value of this name.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.get_all(name).next()
    }

    /// All values of this name.
    pub fn get_all(&self, name: impl AsRef<[u8]>) -> impl Iterator<Item = &[u8]> {
        let name = name.as_ref().to_ascii_lowercase();
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_slice())
    }

    /// Adds a value beside those that are there; headers that Envoy keeps once are joined with a comma.
    pub fn add(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let name = name.as_ref().to_ascii_lowercase();
        let value = value.as_ref();
        if SINGLE.contains(&name.as_slice())
            && let Some((_, there)) = self.0.iter_mut().find(|(known, _)| *known == name)
        {
            if !there.is_empty() {
                there.push(b',');
            }
            there.extend_from_slice(value);
            return;
        }
        self.0.push((name, value.to_vec()));
    }

    /// Puts this value in place of all that are there.
    pub fn replace(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        self.remove(&name);
        self.add(name, value);
    }

    /// Removes all values of this name.
    pub fn remove(&mut self, name: impl AsRef<[u8]>) {
        let name = name.as_ref().to_ascii_lowercase();
        self.0.retain(|(known, _)| *known != name);
    }

    /// Names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of all names and values.
    pub(super) fn size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// The map as a guest gets it: the count, all lengths, then all names and values, each with a NUL.
    pub(super) fn serialize(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + self.size() + 10 * self.len());
        let number = |bytes: &mut Vec<u8>, value: usize| {
            bytes.extend_from_slice(&u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
        };
        number(&mut bytes, self.len());
        for (name, value) in &self.0 {
            number(&mut bytes, name.len());
            number(&mut bytes, value.len());
        }
        for (name, value) in &self.0 {
            bytes.extend_from_slice(name);
            bytes.push(0);
            bytes.extend_from_slice(value);
            bytes.push(0);
        }
        bytes
    }

    /// The map that a guest hands over. Envoy reads one that is malformed or too large as an empty one.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Self::try_parse(bytes).unwrap_or_default()
    }

    fn try_parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_SERIALIZED {
            return None;
        }
        let mut rest = bytes;
        let count = number(&mut rest)?;
        if count > MAX_PAIRS {
            return None;
        }
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push((number(&mut rest)?, number(&mut rest)?));
        }
        let mut headers = Headers::new();
        for (name, value) in lengths {
            headers.add(string(&mut rest, name)?, string(&mut rest, value)?);
        }
        rest.is_empty().then_some(headers)
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, value)| Text(name, value))).finish()
    }
}

/// `name: value`, with what is no ASCII escaped.
struct Text<'a>(&'a [u8], &'a [u8]);

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.escape_ascii(), self.1.escape_ascii())
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut headers = Headers::new();
        for (name, value) in pairs {
            headers.add(name, value);
        }
        headers
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>, const COUNT: usize> From<[(N, V); COUNT]> for Headers {
    fn from(pairs: [(N, V); COUNT]) -> Self {
        pairs.into_iter().collect()
    }
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let (number, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}

fn string<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (string, behind) = rest.split_at_checked(len)?;
    let (&nul, behind) = behind.split_first()?;
    *rest = behind;
    (nul == 0).then_some(string)
}
