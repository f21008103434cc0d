//! Bodies of each format, whole and cut in every way: what goes on, and that it is the same.

use std::rc::Rc;

use podsieve_core::{Function, Policy};
use podsieve_http::{Body, Destinations, Format, Index, Loki, Outcome, Sieve};
use proptest::prelude::*;
use serde_json::{Value, json};

static POLICY: Policy = Policy::DEFAULT;

/// What goes on of a body that comes in these chunks.
fn passed(format: Format, function: Function, destinations: &Destinations, chunks: &[&[u8]]) -> (String, Sieve) {
    let mut sieve = Sieve::new(&POLICY, function);
    let mut body = Body::new(format, b"", &Rc::new(destinations.clone()));
    let mut out = Vec::new();
    for chunk in chunks {
        body.feed(chunk, &mut sieve, &mut out);
    }
    body.finish(&mut sieve, &mut out);
    assert!(body.is_settled() || chunks.is_empty(), "something is left of {format:?}");
    (String::from_utf8_lossy(&out).into_owned(), sieve)
}

fn redacted(format: Format, body: &str) -> String {
    passed(format, Function::Redact, &Destinations::default(), &[body.as_bytes()]).0
}

fn routed(format: Format, destinations: &Destinations, body: &str) -> String {
    passed(format, Function::Pipeline, destinations, &[body.as_bytes()]).0
}

#[test]
fn lines_are_records() {
    let body = "{\"to\":\"ada@example.com\"}\n\n{\"n\":1}\r\n  {\"n\":2} \n{\"n\":3}";
    let expected =
        "{\"to\":\"[REDACTED:email]\",\"podsieve\":{\"redacted\":{\"email\":1}}}\n\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}";
    assert_eq!(redacted(Format::Ndjson, body), expected);
}

#[test]
fn what_is_no_record_is_masked_and_marked() {
    let body = "password=hunter22 x\n{\"a\":1}{\"b\":\"ada@example.com\"} tail\n{\"c\":\n";
    let out = redacted(Format::Ndjson, body);
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(
        lines[0],
        r#"{"log":"password=[REDACTED:password] x","podsieve":{"error":"not_a_json_object","redacted":{"password":1}}}"#
    );
    assert_eq!(lines[1], r#"{"a":1}"#);
    assert_eq!(lines[2], r#"{"b":"[REDACTED:email]","podsieve":{"redacted":{"email":1}}}"#);
    assert_eq!(lines[3], r#"{"log":"tail","podsieve":{"error":"not_a_json_object"}}"#);
    assert_eq!(lines[4], r#"{"log":"{\"c\":","podsieve":{"error":"not_a_json_object"}}"#);
}

#[test]
fn actions_stay_and_documents_are_records() {
    let body = concat!(
        "{\"create\":{\"_index\":\"logs\",\"_id\":\"ada@example.com\"}}\n{\"to\":\"ada@example.com\"}\n",
        "{\"delete\":{\"_id\":\"1\"}}\n",
        "{ \"index\" : {} }\n{\"index\":{\"password\":\"hunter22\"}}\n",
        "{\"update\":{\"_id\":\"2\"}}\n{\"doc\":{\"to\":\"ada@example.com\"},\"doc_as_upsert\":true}\n",
    );
    let expected = concat!(
        "{\"create\":{\"_index\":\"logs\",\"_id\":\"ada@example.com\"}}\n",
        "{\"to\":\"[REDACTED:email]\",\"podsieve\":{\"redacted\":{\"email\":1}}}\n",
        "{\"delete\":{\"_id\":\"1\"}}\n",
        "{ \"index\" : {} }\n{\"index\":{\"password\":\"[REDACTED:password]\"},\"podsieve\":{\"redacted\":{\"password\":1}}}\n",
        "{\"update\":{\"_id\":\"2\"}}\n{\"doc\":{\"to\":\"[REDACTED:email]\"},\"doc_as_upsert\":true}\n",
    );
    assert_eq!(redacted(Format::Bulk, body), expected);
}

#[test]
fn what_is_no_action_is_redacted() {
    for body in ["{\"index\":\"ada@example.com\"}\n", "{\"index\":{\"_x\":\"ada@example.com\"}}\n", "ada@example.com\n"]
    {
        let out = redacted(Format::Bulk, body);
        assert!(out.contains("[REDACTED:email]") && !out.contains("ada@"), "{out}");
    }
    // An action alone stays, for the store to refuse.
    assert_eq!(redacted(Format::Bulk, "{\"index\":{}}\n"), "{\"index\":{}}");
}

#[test]
fn a_route_rewrites_the_index() {
    let destinations = Destinations { index: Some(Index::new("x-{route}")), loki: None };
    let body = "{\"create\":{\"_index\":\"logs\",\"_id\":\"1\"}}\n{\"operation\":\"o\",\"service\":\"Web\"}\n{\"create\":{}}\n{\"n\":1}\n";
    let out = routed(Format::Bulk, &destinations, body);
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines[0], r#"{"create":{"_index":"x-archive.audit.web","_id":"1"}}"#);
    assert!(lines[1].ends_with(r#""archive_tag":"archive.audit.Web"}"#), "{}", lines[1]);
    assert_eq!(&lines[2..], [r#"{"create":{}}"#, r#"{"n":1}"#]);
    let body = r#"{"time":1795671521.5,"index":"main","event":{"operation":"o"},"fields":{"to":"ada@example.com"}} {"event":"password=hunter22","time":"4111111111111111"}"#;
    assert_eq!(
        routed(Format::Hec, &destinations, body),
        concat!(
            r#"{"time":1795671521.5,"event":{"operation":"o","service":"unknown","archive_tag":"archive.audit.unknown"},"#,
            r#""fields":{"to":"[REDACTED:email]"},"index":"x-archive.audit.unknown"} "#,
            r#"{"event":"password=[REDACTED:password]","time":"4111111111111111"}"#,
        )
        .replace(r#""service":"unknown","#, "")
    );
}

#[test]
fn arrays_objects_and_what_follows_each_other() {
    let mail = r#"{"to":"[REDACTED:email]","podsieve":{"redacted":{"email":1}}}"#;
    for (body, expected) in [
        (
            r#"[{"to":"ada@example.com"}, {"n":1},"ada@example.com",5]"#,
            format!(r#"[{mail} ,{{"n":1}},"[REDACTED:email]",5]"#),
        ),
        (r#"{"to":"ada@example.com"}"#, mail.to_owned()),
        (r#"{"n":1}{"to":"ada@example.com"}"#, format!(r#"{{"n":1}}{mail}"#)),
        ("[]", "[]".to_owned()),
        (" \"ada@example.com\" ", " \"[REDACTED:email]\" ".to_owned()),
        ("no json ada@example.com", "no json [REDACTED:email]".to_owned()),
    ] {
        assert_eq!(redacted(Format::Json, body), expected, "{body}");
    }
    // Broken: what is left is text.
    let out = redacted(Format::Json, r#"[{"n":1};{"to":"ada@example.com"}"#);
    assert!(out.starts_with(r#"[{"n":1}"#) && !out.contains("ada@"), "{out}");
    let out = redacted(Format::Json, r#"[{"n":1},{"to":"ada@example.com""#);
    assert!(!out.contains("ada@"), "{out}");
}

const PUSH: &str = concat!(
    r#"{"streams":[{"stream":{"app":"web","mail":"ada@example.com","archive_tag":"mine"},"values":["#,
    r#"["1795671521000000000","{\"operation\":\"o\"}"],["1795671521000000001","to ada@example.com"],"#,
    r#"["1795671521000000002","{\"operation\":\"p\"}",{"trace":"1","to":"ada@example.com"}]]}],"x":"ada@example.com"}"#,
);

#[test]
fn entries_of_loki_are_records() {
    let out = routed(Format::Loki, &Destinations::default(), PUSH);
    assert_eq!(
        out,
        concat!(
            r#"{"streams":[{"stream":{"app":"web","mail":"[REDACTED:email]","archive_tag":"mine"},"values":["#,
            r#"["1795671521000000000","{\"operation\":\"o\",\"archive_tag\":\"archive.audit.unknown\"}"],"#,
            r#"["1795671521000000001","to [REDACTED:email]"],"#,
            r#"["1795671521000000002","{\"operation\":\"p\",\"archive_tag\":\"archive.audit.unknown\"}","#,
            r#"{"trace":"1","to":"[REDACTED:email]"}]]}],"x":"[REDACTED:email]"}"#,
        )
    );
}

#[test]
fn a_route_is_a_label_or_metadata() {
    let label = Destinations { index: None, loki: Some(Loki::Label) };
    assert_eq!(
        routed(Format::Loki, &label, PUSH),
        concat!(
            r#"{"streams":[{"stream":{"app":"web","mail":"[REDACTED:email]"},"values":["#,
            r#"]},{"stream":{"app":"web","mail":"[REDACTED:email]","archive_tag":"archive.audit.unknown"},"values":["#,
            r#"["1795671521000000000","{\"operation\":\"o\",\"archive_tag\":\"archive.audit.unknown\"}"]"#,
            r#"]},{"stream":{"app":"web","mail":"[REDACTED:email]"},"values":["#,
            r#"["1795671521000000001","to [REDACTED:email]"]"#,
            r#"]},{"stream":{"app":"web","mail":"[REDACTED:email]","archive_tag":"archive.audit.unknown"},"values":["#,
            r#"["1795671521000000002","{\"operation\":\"p\",\"archive_tag\":\"archive.audit.unknown\"}","#,
            r#"{"trace":"1","to":"[REDACTED:email]"}]]}],"x":"[REDACTED:email]"}"#,
        )
    );
    let metadata = Destinations { index: None, loki: Some(Loki::StructuredMetadata) };
    let out = routed(Format::Loki, &metadata, PUSH);
    assert!(
        out.contains(
            r#"unknown\"}",{"archive_tag":"archive.audit.unknown"}],["1795671521000000001","to [REDACTED:email]"]"#
        ),
        "{out}"
    );
    assert!(out.contains(r#"{"trace":"1","to":"[REDACTED:email]","archive_tag":"archive.audit.unknown"}]"#), "{out}");
}

const OTLP: &str = concat!(
    r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":["#,
    r#"{"timeUnixNano":"4111111111111111","severityNumber":9,"severityText":"INFO","body":{"stringValue":"to ada@example.com"},"#,
    r#""attributes":[{"key":"password","value":{"stringValue":"hunter22"}},{"key":"n","value":{"intValue":"5"}},"#,
    r#"{"key":"o","value":{"kvlistValue":{"values":[{"key":"api_key","value":{"stringValue":"abcd1234efgh5678"}},{"key":"k","value":{"doubleValue":1.5}}]}}}],"traceId":"0af7651916cd43dd8448eb211c80319c"},"#,
    r#"{"body":{"stringValue":"x"},"attributes":[{"key":"operation","value":{"stringValue":"o"}}]}]}]}]}"#,
);

#[test]
fn records_of_otlp_keep_their_types() {
    assert_eq!(
        routed(Format::Otlp, &Destinations::default(), OTLP),
        concat!(
            r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":["#,
            r#"{"timeUnixNano":"4111111111111111","severityNumber":9,"severityText":"INFO","body":{"stringValue":"to [REDACTED:email]"},"#,
            r#""attributes":[{"key":"password","value":{"stringValue":"[REDACTED:password]"}},{"key":"n","value":{"intValue":"5"}},"#,
            r#"{"key":"o","value":{"kvlistValue":{"values":[{"key":"api_key","value":{"stringValue":"[REDACTED:api_key]"}},{"key":"k","value":{"doubleValue":1.5}}]}}}],"traceId":"0af7651916cd43dd8448eb211c80319c"},"#,
            r#"{"body":{"stringValue":"x"},"attributes":[{"key":"operation","value":{"stringValue":"o"}},{"key":"archive_tag","value":{"stringValue":"archive.audit.web"}}]}]}]}]}"#,
        )
    );
}

#[test]
fn text_stays_text() {
    assert_eq!(
        redacted(Format::Text, "to ada@example.com\r\n\n{\"n\":1}\nlast"),
        "to [REDACTED:email]\r\n\n{\"n\":1}\nlast"
    );
}

#[test]
fn what_is_too_long_is_masked() {
    let long = format!("{{\"log\":\"{}\"}}", "ada@example.com ".repeat(300_000));
    for (format, front, back, expected) in [
        (Format::Ndjson, "{\"n\":1}\n", "\n{\"n\":2}\n", "{\"n\":1}\n{MASK}\n{\"n\":2}\n"),
        (Format::Bulk, "{\"index\":{}}\n", "\n{\"index\":{}}\n{}\n", "{\"index\":{}}\n{MASK}\n{\"index\":{}}\n{}\n"),
        (Format::Json, "[{\"n\":1},", ",{\"n\":2}]", "[{\"n\":1},{MASK},{\"n\":2}]"),
        (Format::Hec, "", "{\"event\":1}", "{\"event\":{MASK}}{\"event\":1}"),
    ] {
        let body = [front, &long, back].concat();
        let expected = expected.replace("{MASK}", r#"{"log":"","podsieve":{"error":"too_large"}}"#);
        for size in [body.len(), 65_536, 1 << 20] {
            let chunks: Vec<_> = body.as_bytes().chunks(size).collect();
            let (out, mut sieve) = passed(format, Function::Redact, &Destinations::default(), &chunks);
            assert_eq!(out, expected, "{format:?} in chunks of {size}");
            assert_eq!(sieve.tally().outcomes[Outcome::Masked as usize], 1);
        }
    }
    let body = format!(r#"{{"streams":[{{"stream":{{}},"values":[["17","{}"],["18","x"]]}}]}}"#, "x".repeat(5 << 20));
    let expected = r#"{"streams":[{"stream":{},"values":[["17","{\"log\":\"\",\"podsieve\":{\"error\":\"too_large\"}}"],["18","x"]]}]}"#;
    for size in [body.len(), 65_536] {
        let chunks: Vec<_> = body.as_bytes().chunks(size).collect();
        assert_eq!(passed(Format::Loki, Function::Redact, &Destinations::default(), &chunks).0, expected);
    }
}

#[test]
fn what_became_of_records_is_counted() {
    let body = "{\"operation\":\"o\",\"to\":\"ada@example.com\"}\n{\"n\":1}\nno record\n";
    let (_, mut sieve) = passed(Format::Ndjson, Function::Pipeline, &Destinations::default(), &[body.as_bytes()]);
    let tally = sieve.tally();
    assert_eq!(tally.outcomes, [1, 1, 1, 0]);
    assert_eq!(tally.rules, [("email", 1)]);
    assert_eq!(tally.routes, [(b"archive.audit".to_vec(), 1)]);
}

#[test]
fn the_best_of_an_order_is_known() {
    let order = ["archive.audit", "archive.error", "sensitive"].map(|text| text.as_bytes().to_vec()).to_vec();
    for (body, best) in [
        ("{\"n\":1}\n", None),
        ("{\"to\":\"ada@example.com\"}\n{\"n\":1}\n", Some(2)),
        ("{\"to\":\"ada@example.com\"}\n{\"level\":\"ERROR\"}\n", Some(1)),
        ("{\"level\":\"ERROR\"}\n{\"operation\":\"o\"}\n{\"n\":1}\n", Some(0)),
        ("no record\n", Some(2)),
    ] {
        let mut sieve = Sieve::new(&POLICY, Function::Pipeline).with_order(order.clone());
        let mut out = Vec::new();
        let mut reader = Body::new(Format::Ndjson, b"", &Rc::default());
        reader.feed(body.as_bytes(), &mut sieve, &mut out);
        assert_eq!(sieve.best(), best, "{body}");
    }
}

/// Bodies, right and wrong ones.
fn bodies() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let piece = prop_oneof![
        Just(r#"{"to":"ada@example.com","n":[1,{"a":"}"}]}"#),
        Just(r#"{"operation":"o","password":"hunter22"}"#),
        Just("{\"index\":{\"_id\":\"1\"}}"),
        Just("{\"event\":{\"operation\":\"o\"},\"index\":\"main\"}"),
        Just("{\"event\":\"to ada@example.com\"}"),
        Just("[\"1795671521000000000\",\"{\\\"to\\\":\\\"ada@example.com\\\"}\"]"),
        Just("\n"),
        Just("\r\n"),
        Just(" "),
        Just(","),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just("\""),
        Just("\\"),
        Just(" ada@example.com "),
        Just("12"),
        Just("null"),
        Just("{\"a\":1}"),
        Just(":"),
        Just("\u{e4}"),
        Just(PUSH),
        Just(OTLP),
    ];
    let format = prop::sample::select(Format::ALL.to_vec());
    (format, prop::collection::vec(piece, 0..12)).prop_map(|(format, pieces)| (format, pieces.concat().into_bytes()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn however_it_is_cut_a_body_is_the_same((format, body) in bodies(), cuts in prop::collection::vec(0usize..700, 0..8), route in any::<bool>()) {
        let destinations = if route {
            Destinations { index: Some(Index::new("{route}")), loki: Some(Loki::Label) }
        } else {
            Destinations::default()
        };
        let whole = passed(format, Function::Pipeline, &destinations, &[&body]).0;
        prop_assert!(!whole.contains("ada@example"), "{:?} leaks: {}", format, whole);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut % (body.len() + 1)).collect();
        cuts.sort_unstable();
        let mut chunks = Vec::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([body.len()]) {
            chunks.push(&body[from..cut]);
            from = cut;
        }
        prop_assert_eq!(passed(format, Function::Pipeline, &destinations, &chunks).0, whole);
    }
}

/// JSON without secrets.
fn harmless() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1000i64..1000).prop_map(Value::from),
        "[bcfgh \"\\\\\u{e4}\n\u{1}{}\\[\\],:]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[bcfgh{\"]{1,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn record() -> impl Strategy<Value = Value> {
    prop::collection::hash_map("[bcfgh]{1,4}", harmless(), 0..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// A body of this format with these records.
fn with_records(format: Format, records: &[Value], space: &str) -> String {
    let texts: Vec<_> = records.iter().map(Value::to_string).collect();
    match format {
        Format::Ndjson | Format::Text => texts.iter().map(|text| format!("{text}\n")).collect(),
        Format::Bulk => texts.iter().map(|text| format!("{{\"index\":{{\"_id\":\"7\"}}}}\n{text}\n")).collect(),
        Format::Json => format!("[{}]", texts.join(&format!("{space},{space}"))),
        Format::Hec => records
            .iter()
            .map(|record| json!({"event": record, "time": 1.5, "host": "h"}).to_string() + space)
            .collect(),
        Format::Loki => {
            let entries: Vec<_> =
                texts
                    .iter()
                    .enumerate()
                    .map(|(n, text)| {
                        if n % 2 == 0 { json!([n.to_string(), text]) } else { json!([n.to_string(), text, {"a": "b"}]) }
                    })
                    .collect();
            json!({"streams": [{"stream": {"app": "x"}, "values": entries}, {"stream": {}, "values": []}]}).to_string()
        }
        Format::Otlp => {
            let records: Vec<_> = texts
                .iter()
                .map(|text| json!({"body": {"stringValue": text}, "attributes": [{"key": "k", "value": {"intValue": "5"}}, {"key": "l", "value": {"arrayValue": {"values": [{"stringValue": text}, {"boolValue": true}]}}}]}))
                .collect();
            json!({"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": records}]}]}).to_string()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn what_holds_no_secret_means_the_same(
        format in prop::sample::select(Format::ALL.to_vec()),
        records in prop::collection::vec(record(), 0..5),
        space in "[ \n\t]{0,2}",
        size in 1usize..200,
    ) {
        let body = with_records(format, &records, &space);
        let chunks: Vec<_> = body.as_bytes().chunks(size).collect();
        let (out, mut sieve) = passed(format, Function::Redact, &Destinations::default(), &chunks);
        let values = |text: &str| -> Vec<Value> {
            let read: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
            read.unwrap_or_else(|error| panic!("{format:?}: {error}: {text}"))
        };
        prop_assert_eq!(values(&out), values(&body), "{}", body);
        prop_assert_eq!(sieve.tally().outcomes.iter().sum::<u64>(), records.len() as u64);
        prop_assert_eq!(sieve.tally().outcomes[Outcome::Unchanged as usize], records.len() as u64);
    }

    #[test]
    fn whatever_bytes_come_nothing_panics(
        format in prop::sample::select(Format::ALL.to_vec()),
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\ \n0".to_vec())], 0..400),
        size in 1usize..400,
    ) {
        let chunks: Vec<_> = bytes.chunks(size).collect();
        let whole = passed(format, Function::Pipeline, &Destinations::default(), &[&bytes]).0;
        prop_assert_eq!(passed(format, Function::Pipeline, &Destinations::default(), &chunks).0, whole);
    }
}
