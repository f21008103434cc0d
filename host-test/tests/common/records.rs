//! Generated records: what collectors and applications write, with secrets planted in known places.

use super::luhn::with_check_digit;
use podsieve_host::json::write_string;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A record and what must not be left of it.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) record: Vec<u8>,
    pub(crate) secrets: Vec<String>,
}

/// A value of an application.
#[derive(Clone, Debug)]
enum Value {
    Bare(String),
    Text(Vec<Piece>),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// JSON inside a string.
    Inside(Box<Value>),
    /// A member with a sensitive key.
    Secret {
        key: &'static str,
        secret: String,
        noise: String,
    },
}

#[derive(Clone, Debug)]
enum Piece {
    Plain(String),
    /// A text, and what of it is secret.
    Planted(String, String),
}

/// How JSON is written.
#[derive(Clone, Copy, Debug)]
struct Style {
    spaces: bool,
    ascii: bool,
}

/// How a body is wrapped.
#[derive(Clone, Copy, Debug)]
enum Wrap {
    Text,
    Json,
    Loguru,
    Exception,
    Docker,
    Cri,
    DockerInCri,
    NoBody,
}

/// Records of every kind; with secrets if `planted`.
pub(crate) fn records(planted: bool) -> impl Strategy<Value = Sample> {
    let wraps = [
        Wrap::Text,
        Wrap::Json,
        Wrap::Json,
        Wrap::Loguru,
        Wrap::Exception,
        Wrap::Docker,
        Wrap::Cri,
        Wrap::DockerInCri,
        Wrap::NoBody,
    ];
    let style = (any::<bool>(), any::<bool>()).prop_map(|(spaces, ascii)| Style { spaces, ascii });
    (fields(planted), select(wraps.to_vec()), text(planted), style, any::<bool>(), any::<bool>()).prop_map(
        |(fields, wrap, text, style, newline, collector)| {
            let mut secrets = Vec::new();
            let record = record(fields, wrap, &text, style, newline, collector, &mut secrets);
            Sample { record, secrets }
        },
    )
}

/// Damage to a record.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Put(usize, u8),
    Take(usize),
    Change(usize, u8),
    Double,
}

/// Records with some damage: what is nearly right is read differently from what is nothing.
pub(crate) fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), select(b"\"\\{}[]:,u0n \n\x00\x01\xff@=-".to_vec())];
    let damage = prop_oneof![
        any::<usize>().prop_map(Damage::Cut),
        (any::<usize>(), byte.clone()).prop_map(|(at, byte)| Damage::Put(at, byte)),
        any::<usize>().prop_map(Damage::Take),
        (any::<usize>(), byte).prop_map(|(at, byte)| Damage::Change(at, byte)),
        Just(Damage::Double),
    ];
    (records(true), vec(damage, 1..4)).prop_map(|(sample, damages)| {
        let mut record = sample.record;
        for damage in damages {
            let length = record.len().max(1);
            match damage {
                Damage::Cut(at) => record.truncate(at % length),
                Damage::Put(at, byte) => record.insert(at % length.min(record.len() + 1), byte),
                Damage::Take(at) if !record.is_empty() => drop(record.remove(at % length)),
                Damage::Change(at, byte) if !record.is_empty() => record[at % length] = byte,
                Damage::Double => record.extend(record.clone()),
                _ => {}
            }
        }
        record
    })
}

/// An object of an application without secrets and without a body of its own, as compact JSON.
pub(crate) fn plain_objects() -> impl Strategy<Value = Vec<u8>> {
    (fields(false), any::<bool>()).prop_map(|(mut fields, ascii)| {
        // Equal names would be told apart by other names.
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        fields.dedup_by(|(a, _), (b, _)| a == b);
        fields.retain(|(name, _)| name != "log" && name != "message");
        let mut out = Vec::new();
        write(&Value::Object(fields), Style { spaces: false, ascii }, &mut out, &mut Vec::new());
        out
    })
}

fn record(
    mut fields: Vec<(String, Value)>,
    wrap: Wrap,
    text: &[Piece],
    style: Style,
    newline: bool,
    collector: bool,
    secrets: &mut Vec<String>,
) -> Vec<u8> {
    const TIME: &str = "2026-11-23T09:09:02.586798252+00:00";
    let bare = |text: &str| Value::Bare(text.to_owned());
    let plain = |text: &str| Value::Text(vec![Piece::Plain(text.to_owned())]);
    let member = |name: &str, value: Value| (name.to_owned(), value);
    let mut out = Vec::new();
    if matches!(wrap, Wrap::NoBody) {
        write(&Value::Object(fields), style, &mut out, secrets);
        return out;
    }
    let mut body = Vec::new();
    match wrap {
        Wrap::Text => body.extend(said(text, secrets).into_bytes()),
        Wrap::Loguru | Wrap::Exception => {
            let failed = matches!(wrap, Wrap::Exception);
            let level = if failed { "ERROR" } else { "INFO" };
            let exception = Value::Object(vec![
                member("type", plain("ValueError")),
                member("value", Value::Text(text.to_vec())),
                member("traceback", bare("true")),
            ]);
            let record = Value::Object(vec![
                member(
                    "elapsed",
                    Value::Object(vec![member("repr", plain("0:00:01")), member("seconds", bare("1.0"))]),
                ),
                member("exception", if failed { exception } else { bare("null") }),
                member("extra", Value::Object(fields)),
                member("function", plain("run")),
                member("level", Value::Object(vec![member("name", plain(level)), member("no", bare("20"))])),
                member("line", bare("55")),
                member("message", Value::Text(text.to_vec())),
                member("name", plain("app.api")),
                member("time", Value::Object(vec![member("repr", plain(TIME)), member("timestamp", bare("1.5"))])),
            ]);
            let outer = Value::Object(vec![member("text", Value::Text(text.to_vec())), member("record", record)]);
            write(&outer, style, &mut body, secrets);
        }
        _ => {
            fields.push(member("message", Value::Text(text.to_vec())));
            write(&Value::Object(fields), style, &mut body, secrets);
        }
    }
    if newline {
        body.push(b'\n');
    }
    if matches!(wrap, Wrap::Docker | Wrap::DockerInCri) {
        let mut line = b"{\"log\":".to_vec();
        write_string(&mut line, &body);
        line.extend(b",\"stream\":\"stderr\",\"time\":\"2026-11-23T09:09:02.5Z\"}");
        body = line;
    }
    if matches!(wrap, Wrap::Cri | Wrap::DockerInCri) {
        let mut line = format!("{TIME} stderr F ").into_bytes();
        line.extend(&body);
        body = line;
    }
    out.push(b'{');
    if collector {
        out.extend(format!("\"time\":\"{TIME}\",\"stream\":\"stderr\",\"_p\":\"F\",").bytes());
    }
    out.extend(b"\"log\":");
    write_string(&mut out, &body);
    out.push(b'}');
    out
}

fn said(text: &[Piece], secrets: &mut Vec<String>) -> String {
    let mut said = String::new();
    for piece in text {
        if !said.is_empty() {
            said.push(' ');
        }
        match piece {
            Piece::Plain(text) => said.push_str(text),
            Piece::Planted(text, secret) => {
                said.push_str(text);
                secrets.push(secret.clone());
            }
        }
    }
    said
}

fn write(value: &Value, style: Style, out: &mut Vec<u8>, secrets: &mut Vec<String>) {
    let (comma, colon): (&[u8], &[u8]) = if style.spaces { (b", ", b": ") } else { (b",", b":") };
    match value {
        Value::Bare(text) => out.extend(text.bytes()),
        Value::Text(text) => string(&said(text, secrets), style, out),
        Value::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.extend(comma);
                }
                write(item, style, out, secrets);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (n, (name, value)) in members.iter().enumerate() {
                if n > 0 {
                    out.extend(comma);
                }
                let name = if let Value::Secret { key, .. } = value { key } else { name.as_str() };
                string(name, style, out);
                out.extend(colon);
                write(value, style, out, secrets);
            }
            out.push(b'}');
        }
        Value::Inside(value) => {
            let mut inner = Vec::new();
            write(value, style, &mut inner, secrets);
            string(&String::from_utf8_lossy(&inner), style, out);
        }
        Value::Secret { secret, noise, .. } => {
            secrets.push(secret.clone());
            string(&format!("{secret}{noise}"), style, out);
        }
    }
}

fn string(text: &str, style: Style, out: &mut Vec<u8>) {
    let mut quoted = Vec::new();
    write_string(&mut quoted, text.as_bytes());
    for character in String::from_utf8_lossy(&quoted).chars() {
        if style.ascii && !character.is_ascii() {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.extend(format!("\\u{unit:04x}").bytes());
            }
        } else {
            out.extend(character.encode_utf8(&mut [0; 4]).bytes());
        }
    }
}

fn fields(planted: bool) -> BoxedStrategy<Vec<(String, Value)>> {
    vec((name(), value(planted)), 0..6).boxed()
}

/// Names that say nothing of their values: neither that they are secret, nor that their digits are those of an
/// identifier.
fn name() -> BoxedStrategy<String> {
    let known = [
        "level",
        "severity",
        "service",
        "stream",
        "log.stream",
        "url",
        "headers",
        "raw_event",
        "total_tokens",
        "public_key",
        "kubernetes",
        "archive_tag",
        "podsieve",
        "log.level",
        "text",
        "record",
        "extra",
        "message",
        "log",
    ];
    prop_oneof![
        3 => select(known.to_vec()).prop_map(str::to_owned),
        3 => "k[a-z]{0,7}",
        1 => "[a-cA-C0-9_.é日\" \\\\/-]{0,30}",
    ]
    .boxed()
}

fn value(planted: bool) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        2 => bare().prop_map(Value::Bare),
        4 => text(planted).prop_map(Value::Text),
        u32::from(planted) => secret_member(),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            1 => vec(inner.clone().prop_map(no_member), 0..4).prop_map(Value::Array),
            3 => vec((name(), inner.clone()), 0..4).prop_map(Value::Object),
            // JSON inside a string is an object or array: that of a scalar is a text.
            3 => vec((name(), inner), 1..4).prop_map(|members| Value::Inside(Box::new(Value::Object(members)))),
        ]
    })
    .boxed()
}

/// A sensitive key stands in an object.
fn no_member(value: Value) -> Value {
    if matches!(value, Value::Secret { .. }) { Value::Object(vec![(String::new(), value)]) } else { value }
}

fn bare() -> BoxedStrategy<String> {
    prop_oneof![
        select(vec!["true", "false", "null", "0", "-0", "1.50", "0.30000000000000004", "1e5", "-2.5E-7", "512"])
            .prop_map(str::to_owned),
        any::<i32>().prop_map(|number| number.to_string()),
        // Too long for a card number.
        "[1-9][0-9]{20,30}",
        // Not one of the issuers' first digits.
        "1[0-9]{12,18}",
        "0\\.[0-9]{1,20}",
    ]
    .boxed()
}

fn secret_member() -> BoxedStrategy<Value> {
    let keys = ["password", "api_key", "apiKey", "X-Api-Key", "client_secret", "db.password", "access_token", "Cookie"];
    (select(keys.to_vec()), "Zq[A-Za-z0-9]{10}", "[ a-z\"\\\\/,{}é日\n;&]{0,8}")
        .prop_map(|(key, secret, noise)| Value::Secret { key, secret, noise })
        .boxed()
}

fn text(planted: bool) -> BoxedStrategy<Vec<Piece>> {
    let piece = prop_oneof![
        4 => plain().prop_map(Piece::Plain),
        2 * u32::from(planted) => secret().prop_map(|(text, secret)| Piece::Planted(text, secret)),
    ];
    vec(piece, 0..4).boxed()
}

/// Text that no rule has anything to say of: no `:`, `=` or `@`, and few digits.
fn plain() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z]{1,9}( [a-z]{1,9}){0,4}",
        "[a-zA-Z ,.;/_()<>éß日😀\n\t\"'\\\\{}\\[\\]|-]{0,20}",
        "[0-9]{5}",
        Just("\u{1b}[32mINFO\u{1b}[0m".to_owned()),
        Just("a\u{0}b\u{7f}\u{8}\u{c}".to_owned()),
    ]
    .boxed()
}

/// A text and what of it is secret.
fn secret() -> BoxedStrategy<(String, String)> {
    let word = "Zq[A-Za-z0-9]{12}[0-9]";
    let in_text = |before: &'static str, behind: &'static str| {
        word.prop_map(move |secret| (format!("{before}{secret}{behind}"), secret))
    };
    let separated = |groups: [usize; 4], separator: &'static str| {
        "4[0-9]{14}".prop_map(move |digits| {
            let digits = with_check_digit(&digits);
            let mut at = 0;
            let parts = groups.map(|length| {
                at += length;
                &digits[at - length..at]
            });
            let card = parts.join(separator);
            (card.clone(), card)
        })
    };
    prop_oneof![
        "zq[a-z0-9]{6}\\.[a-z]{3}@[a-z]{3,8}\\.(com|example|co\\.uk)".prop_map(|mail| (mail.clone(), mail)),
        "4[0-9]{14}".prop_map(|digits| with_check_digit(&digits)).prop_map(|card| (card.clone(), card)),
        separated([4, 4, 4, 4], " "),
        separated([4, 4, 4, 4], "-"),
        "[1-5][0-9]{2}-[1-9][0-9]-[1-9][0-9]{3}".prop_map(|ssn| (ssn.clone(), ssn)),
        "Zq[A-Za-z0-9]{30}[0-9]".prop_map(|token| (format!("Bearer {token}"), token)),
        "Zq[A-Za-z0-9]{30}[0-9]".prop_map(|token| (format!("Authorization: Bearer {token}"), token)),
        "eyJhbGciOiJIUzI1NiJ9\\.eyJ[A-Za-z0-9]{30}\\.[A-Za-z0-9_-]{30}".prop_map(|jwt| (jwt.clone(), jwt)),
        "ghp_[A-Za-z0-9]{36}".prop_map(|key| (key.clone(), key)),
        "AKIA[A-Z2-7]{16}".prop_map(|key| (key.clone(), key)),
        "sk_live_[A-Za-z0-9]{24}".prop_map(|key| (key.clone(), key)),
        "Zq[A-Za-z0-9+/]{40}"
            .prop_map(|key| { (format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----"), key) }),
        in_text("password=", ""),
        in_text("password: ", ""),
        in_text("password=\"", "\""),
        in_text("'password': '", "'"),
        in_text("{\"password\": \"", "\"}"),
        in_text("api_key=", "&x=1"),
        in_text("postgres://user:", "@db.internal:5432/x"),
        in_text("X-Api-Key: ", ""),
    ]
    .boxed()
}
