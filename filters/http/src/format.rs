//! How a body is read, by where it goes and what it says it is.

/// How records lie in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line ([NDJSON](https://github.com/ndjson/ndjson-spec)).
    Ndjson,
    /// An array of records, one record, or records one after the other.
    Json,
    /// Action lines and documents of
    /// [Elasticsearch](https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk).
    Bulk,
    /// Events of [Splunk's HTTP event collector](https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector).
    Hec,
    /// Streams of [Loki](https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs).
    Loki,
    /// Logs of [OTLP](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) in JSON.
    Otlp,
    /// One text a line.
    Text,
}

/// Why a body cannot be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uninspected {
    /// It is compressed.
    Compressed,
    /// It is protobuf, of OTLP, Loki or gRPC.
    Protobuf,
    /// What it is, it does not say, or podsieve does not know.
    Unknown,
    /// It is longer than what is buffered for a tag for the whole.
    TooLarge,
}

impl Uninspected {
    /// All of them.
    pub const ALL: [Uninspected; 4] =
        [Uninspected::Compressed, Uninspected::Protobuf, Uninspected::Unknown, Uninspected::TooLarge];

    /// Its name in configurations and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Uninspected::Compressed => "compressed",
            Uninspected::Protobuf => "protobuf",
            Uninspected::Unknown => "unknown",
            Uninspected::TooLarge => "too_large",
        }
    }
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 7] =
        [Format::Ndjson, Format::Json, Format::Bulk, Format::Hec, Format::Loki, Format::Otlp, Format::Text];

    /// Its name in configurations and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Ndjson => "ndjson",
            Format::Json => "json",
            Format::Bulk => "bulk",
            Format::Hec => "hec",
            Format::Loki => "loki",
            Format::Otlp => "otlp",
            Format::Text => "text",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How a body that goes to `path` is read, with the headers `content-type` and `content-encoding` as they came.
    ///
    /// # Errors
    /// Why it cannot be looked at.
    pub fn of(path: &[u8], content_type: &[u8], content_encoding: &[u8]) -> Result<Format, Uninspected> {
        if !is_identity(content_encoding) {
            return Err(Uninspected::Compressed);
        }
        let path = without_query(path);
        let kind = Kind::of(content_type);
        if path.ends_with(b"/_bulk") {
            return Ok(Format::Bulk);
        }
        match path {
            b"/services/collector" | b"/services/collector/event" | b"/services/collector/event/1.0" => Ok(Format::Hec),
            b"/services/collector/raw" | b"/services/collector/raw/1.0" => Ok(Format::Text),
            b"/loki/api/v1/push" if kind == Kind::Json => Ok(Format::Loki),
            // Loki takes it for snappy and protobuf if it does not say that it is JSON.
            b"/loki/api/v1/push" => Err(Uninspected::Protobuf),
            b"/v1/logs" if kind == Kind::Json => Ok(Format::Otlp),
            b"/v1/logs" => Err(Uninspected::Protobuf),
            _ => match kind {
                Kind::Json => Ok(Format::Json),
                Kind::Ndjson => Ok(Format::Ndjson),
                Kind::Text => Ok(Format::Text),
                Kind::Protobuf => Err(Uninspected::Protobuf),
                Kind::Other => Err(Uninspected::Unknown),
            },
        }
    }
}

/// Whether a body is one JSON value, by the headers `content-type` and `content-encoding` as they came.
#[must_use]
pub fn is_json(content_type: &[u8], content_encoding: &[u8]) -> bool {
    Kind::of(content_type) == Kind::Json && is_identity(content_encoding)
}

/// Whether a `content-encoding` leaves a body as it is.
fn is_identity(content_encoding: &[u8]) -> bool {
    let mut codings = content_encoding.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity"))
}

/// A path without what follows its `?`.
fn without_query(path: &[u8]) -> &[u8] {
    path.split(|byte| *byte == b'?').next().unwrap_or_default()
}

/// What a content type says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Ndjson,
    Text,
    Protobuf,
    Other,
}

impl Kind {
    fn of(content_type: &[u8]) -> Kind {
        let kind = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let is = |names: &[&str]| names.iter().any(|name| kind.eq_ignore_ascii_case(name.as_bytes()));
        let ends = |end: &[u8]| {
            kind.len() >= end.len()
                && kind.get(kind.len() - end.len()..).is_some_and(|last| last.eq_ignore_ascii_case(end))
        };
        if ends(b"ndjson")
            || ends(b"jsonl")
            || is(&[
                "application/jsonlines",
                "application/json-lines",
                "application/x-jsonlines",
                "application/stream+json",
            ])
        {
            Kind::Ndjson
        } else if is(&["application/json", "text/json"]) || ends(b"+json") {
            Kind::Json
        } else if is(&["text/plain", "application/logplex-1"]) {
            Kind::Text
        } else if ends(b"protobuf")
            || kind.len() >= 16 && kind.get(..16).is_some_and(|kind| kind.eq_ignore_ascii_case(b"application/grpc"))
        {
            Kind::Protobuf
        } else {
            Kind::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_path_and_type() {
        let cases: &[(&str, &str, Result<Format, Uninspected>)] = &[
            ("/_bulk", "application/x-ndjson", Ok(Format::Bulk)),
            ("/logs/_bulk?pipeline=x", "application/json", Ok(Format::Bulk)),
            ("/_bulk", "application/vnd.elasticsearch+x-ndjson; compatible-with=8", Ok(Format::Bulk)),
            ("/services/collector/event", "", Ok(Format::Hec)),
            ("/services/collector/raw?channel=x", "", Ok(Format::Text)),
            ("/loki/api/v1/push", "application/json", Ok(Format::Loki)),
            ("/loki/api/v1/push", "application/x-protobuf", Err(Uninspected::Protobuf)),
            ("/loki/api/v1/push", "", Err(Uninspected::Protobuf)),
            ("/v1/logs", "application/json", Ok(Format::Otlp)),
            ("/v1/logs", "application/x-protobuf", Err(Uninspected::Protobuf)),
            ("/api/v2/logs", "application/json; charset=utf-8", Ok(Format::Json)),
            ("/", "application/x-ndjson", Ok(Format::Ndjson)),
            ("/", "APPLICATION/JSON", Ok(Format::Json)),
            ("/", "application/jsonl", Ok(Format::Ndjson)),
            ("/", "text/plain", Ok(Format::Text)),
            (
                "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                "application/grpc",
                Err(Uninspected::Protobuf),
            ),
            ("/", "", Err(Uninspected::Unknown)),
            ("/", "application/octet-stream", Err(Uninspected::Unknown)),
            ("/", "\u{ff}", Err(Uninspected::Unknown)),
        ];
        for (path, kind, expected) in cases {
            assert_eq!(Format::of(path.as_bytes(), kind.as_bytes(), b""), *expected, "{path} {kind}");
            assert_eq!(Format::of(path.as_bytes(), kind.as_bytes(), b"gzip"), Err(Uninspected::Compressed));
        }
        assert_eq!(Format::of(b"/_bulk", b"", b"identity, "), Ok(Format::Bulk));
    }

    #[test]
    fn names_are_those_of_their_formats() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("protobuf"), None);
    }
}
