//! A request as an audit record: one JSON object in the shape that `pipeline` expects, redacted, with its route.

use alloc::format;
use alloc::vec::Vec;

use crate::json::{escape, members, trim};
use crate::query;
use crate::sieve::Sieve;

/// What is known of a request; what is empty is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// When it came, in nanoseconds since the epoch.
    pub time: u64,
    /// How long it took, in nanoseconds, if that is known.
    pub duration: Option<u64>,
    /// Its method.
    pub method: &'a [u8],
    /// Its path, with the query.
    pub path: &'a [u8],
    /// The status of the response; 0 if there was none.
    pub status: u32,
    /// What it is called across services.
    pub id: &'a [u8],
    /// For whom it was made.
    pub tenant: &'a [u8],
    /// The service that it was made to.
    pub service: &'a [u8],
    /// Members of its body that were asked for: names and JSON values.
    pub fields: &'a [(Vec<u8>, Vec<u8>)],
}

/// What is taken out of JSON bodies: names of fields in the record, and paths of members in the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    fields: Vec<(Vec<u8>, Vec<Vec<u8>>)>,
}

impl Fields {
    /// Fields by name, each with the names of the members that lead to it.
    #[must_use]
    pub fn new(fields: Vec<(Vec<u8>, Vec<Vec<u8>>)>) -> Fields {
        Fields { fields }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The fields that this body has.
    #[must_use]
    pub fn of(&self, body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let found = self.fields.iter().filter_map(|(name, path)| {
            let value = path.iter().try_fold(trim(body), |value, key| {
                members(value)?.iter().find(|member| member.key == &key[..]).map(|member| member.value)
            })?;
            Some((name.clone(), value.to_vec()))
        });
        found.collect()
    }
}

/// So many bytes of a path are looked at, as [Envoy](https://www.envoyproxy.io) lets headers have 60 KiB.
const MAX_PATH: usize = 8192;

impl Sieve {
    /// The audit record of a request. It is one JSON object, or nothing if the policy lets go what cannot be handled.
    pub fn audit(&mut self, request: &Request<'_>) -> Vec<u8> {
        let mut record = Vec::with_capacity(512);
        let has = |name: &[u8]| request.fields.iter().any(|(known, _)| known == name);
        let path = request.path.get(..MAX_PATH).unwrap_or(request.path);
        let mut halves = path.splitn(2, |byte| *byte == b'?');
        let (path, query) = (halves.next().unwrap_or_default(), halves.next());
        let (mut seen, mut asked) = (Vec::new(), Vec::new());
        let redacted = self.quietly(|sieve| {
            sieve.part(path, &mut seen);
            if let Some(query) = query {
                query::query(query, sieve, &mut asked);
            }
            core::mem::take(&mut sieve.tally().rules)
        });
        let level = match request.status {
            0 | 500.. => "ERROR",
            400..500 => "WARNING",
            _ => "INFO",
        };
        let or_none = |text: &[u8]| if text.is_empty() { b"-".to_vec() } else { text.to_vec() };
        let status = format!(" {}", request.status);
        let message = [&or_none(request.method), &b" "[..], &or_none(&seen), status.as_bytes()].concat();
        let mut text = |name: &str, value: &[u8]| {
            if !has(name.as_bytes()) {
                texted(name.as_bytes(), value, &mut record);
            }
        };
        text("time", rfc3339(request.time).as_bytes());
        text("level", level.as_bytes());
        text("message", &message);
        text("service", request.service);
        text("operation", b"http.request");
        text("tenant_id", request.tenant);
        text("request_id", request.id);
        text("http.request.method", request.method);
        text("url.path", &seen);
        text("url.query", &asked);
        named(b"http.response.status_code", &mut record);
        record.extend_from_slice(format!("{}", request.status).as_bytes());
        if let Some(duration) = request.duration {
            named(b"duration_ms", &mut record);
            record.extend_from_slice(format!("{}.{:03}", duration / 1_000_000, duration / 1000 % 1000).as_bytes());
        }
        for (name, value) in request.fields {
            named(name, &mut record);
            record.extend_from_slice(value);
        }
        if !redacted.is_empty() {
            // As if the record had come by before: it is counted with what else is in it.
            let counts: Vec<_> = redacted.iter().map(|(rule, count)| format!("\"{rule}\":{count}")).collect();
            record.extend_from_slice(b",\"podsieve\":{\"redacted\":{");
            record.extend_from_slice(counts.join(",").as_bytes());
            record.extend_from_slice(b"}}");
        }
        record.push(b'}');
        let mut out = Vec::with_capacity(record.len() + 256);
        self.record(b"", &record, &mut out);
        out
    }
}

/// A member that is a text, unless it is empty.
#[inline(never)]
fn texted(name: &[u8], value: &[u8], record: &mut Vec<u8>) {
    if !value.is_empty() {
        named(name, record);
        record.push(b'"');
        escape(value, record);
        record.push(b'"');
    }
}

#[inline(never)]
fn named(name: &[u8], record: &mut Vec<u8>) {
    record.push(if record.is_empty() { b'{' } else { b',' });
    record.push(b'"');
    escape(name, record);
    record.extend_from_slice(b"\":");
}

/// Nanoseconds since the epoch as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) has them, in UTC.
fn rfc3339(time: u64) -> alloc::string::String {
    let seconds = time / 1_000_000_000;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Of the Gregorian calendar, in years that begin in March: 400 of them have 146,097 days.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let months = (5 * of_year + 2) / 153;
    let day = of_year - (153 * months + 2) / 5 + 1;
    let month = if months < 10 { months + 3 } else { months - 9 };
    let year = 400 * era + years + u64::from(month < 3);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}Z", time / 1000 % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use podsieve_core::{Function, Policy};

    static POLICY: Policy = Policy::DEFAULT;

    fn audited(request: &Request<'_>) -> String {
        String::from_utf8(Sieve::new(&POLICY, Function::Pipeline).audit(request)).expect("it is UTF-8")
    }

    #[test]
    fn times_are_written_as_calendars_have_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_827_696, "2000-02-29T12:34:56.000000Z"),
            (1_795_671_521, "2026-11-26T05:38:41.000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
        ] {
            assert_eq!(rfc3339(seconds * 1_000_000_000), text);
        }
        assert_eq!(rfc3339(1_234_567), "1970-01-01T00:00:00.001234Z");
    }

    #[test]
    fn a_request_is_an_audit_record() {
        let fields =
            [(b"ticket_id".to_vec(), b"\"T-17\"".to_vec()), (b"contact".to_vec(), b"\"ada@example.com\"".to_vec())];
        let found = audited(&Request {
            time: 0,
            duration: Some(1_234_567),
            method: b"POST",
            path: b"/hooks/ada%40example.com?token=abc123&page=2&q=a%20b",
            status: 202,
            id: b"5f0c",
            tenant: b"acme",
            service: b"webhook-api",
            fields: &fields,
        });
        assert_eq!(
            found,
            concat!(
                r#"{"time":"1970-01-01T00:00:00.000000Z","level":"INFO","message":"POST /hooks/[REDACTED:email] 202","#,
                r#""service":"webhook-api","operation":"http.request","tenant_id":"acme","request_id":"5f0c","#,
                r#""http.request.method":"POST","url.path":"/hooks/[REDACTED:email]","#,
                r#""url.query":"token=[REDACTED:token]&page=2&q=a%20b","http.response.status_code":202,"duration_ms":1.234,"#,
                r#""ticket_id":"T-17","contact":"[REDACTED:email]","severity":"info","#,
                r#""podsieve":{"redacted":{"email":2,"token":1}},"archive_tag":"archive.audit.webhook-api"}"#
            )
        );
    }

    #[test]
    fn whatever_bytes_come_it_is_one_object() {
        let found =
            audited(&Request { method: b"\xff\"", path: b"/\x01\xfe?\xff=%ff&%", status: 500, ..Request::default() });
        assert!(found.starts_with('{') && found.ends_with('}') && found.contains("\"level\":\"ERROR\""), "{found}");
        let found = audited(&Request { status: 400, ..Request::default() });
        assert!(found.contains("\"message\":\"- - 400\""), "{found}");
    }

    #[test]
    fn fields_are_taken_by_their_paths() {
        let path = |text: &str| text.split('.').map(|part| part.as_bytes().to_vec()).collect();
        let fields = Fields::new(alloc::vec![(b"id".to_vec(), path("ticket.id")), (b"x".to_vec(), path("a.b"))]);
        let found = fields.of(br#" {"ticket":{"id": 5},"a":[1]} "#);
        assert_eq!(found, [(b"id".to_vec(), b"5".to_vec())]);
        assert!(fields.of(b"no json").is_empty());
    }
}
