//! Records made to be slow: what nearly is something to redact, over and over, for each detector, and JSON that is
//! little else than structure. None of them may cost more than a few times what honest text does, and none may cost
//! more for a byte because there are more bytes.

use fastrand::Rng;
use podsieve_core::policy::{DETECTORS, FAMILIES};
use podsieve_core::{Engine, Function, Policy};

/// A way to make a record that is hard to read.
pub struct Hostile {
    /// What it is made of, behind the part of the core that it is for.
    pub name: &'static str,
    /// A line that holds nothing to redact, as JSON writes it: it has to come out as it went in.
    pub near_miss: bool,
    make: Make,
}

enum Make {
    /// A record of so many bytes that is the same all through.
    Even(fn(usize) -> Vec<u8>),
    /// Lines of many sorts, one behind the other.
    Lines(fn() -> Vec<String>),
}

impl Hostile {
    /// The record of about `length` bytes.
    #[must_use]
    pub fn record(&self, length: usize) -> Vec<u8> {
        self.records(length).swap_remove(0)
    }

    /// Records of about `length` bytes that together hold all that there is of this kind, lest one short record be
    /// cheaper or dearer than the rest of it.
    #[must_use]
    pub fn records(&self, length: usize) -> Vec<Vec<u8>> {
        let lines = match self.make {
            Make::Even(make) => return vec![make(length)],
            Make::Lines(make) => make(),
        };
        let all: usize = lines.iter().map(String::len).sum();
        let mut records = vec![String::new()];
        for line in lines.iter().cycle().take(lines.len() * length.div_ceil(all)) {
            let last = records.last_mut().expect("there is one");
            if last.len() >= length {
                records.push(line.clone());
            } else {
                last.push_str(line);
            }
        }
        records.iter().map(|text| line(text.trim_end())).collect()
    }
}

/// All of them.
pub const HOSTILE: &[Hostile] = &[
    // The scan over a text, which stops at the first characters of words and at special bytes.
    near_miss("scan/quotes", |length| text("\"", length)),
    near_miss("scan/backslashes", |length| text("\\", length)),
    near_miss("scan/escaped_line_ends", |length| text("\\n", length)),
    near_miss("scan/digits", |length| text("0", length)),
    near_miss("scan/at_signs", |length| text("@", length)),
    near_miss("scan/colons", |length| text(":", length)),
    near_miss("scan/equals_signs", |length| text("=", length)),
    Hostile { name: "scan/near_misses", near_miss: true, make: Make::Lines(near_misses) },
    hostile("scan/mixed", mixed),
    // `@` and `://`.
    near_miss("address/no_domain", |length| text("a@", length)),
    near_miss("address/dot_in_front", |length| text("aa.bb.@", length)),
    near_miss("address/long_domain", |length| text("@aa.aa.aa.aa.aa.aa.aa.aa.aa.aa ", length)),
    near_miss("address/encoded_at", |length| text("aa.bb.%40", length)),
    near_miss("address/encoded_at_unicode", |length| text("\u{e9}.\u{e9}.%40", length)),
    hostile("address/unicode", |length| text("\u{a05}@\u{a05}.", length)),
    hostile("address/url_user", |length| text(&format!("a://{} ", "a%40b.cd".repeat(22)), length)),
    near_miss("address/urls", |length| text("a://b:c", length)),
    near_miss("address/urls_without_port", |length| text("a:m://", length)),
    // Names and what is given to them.
    near_miss("assignment/prose", |length| text("token: ", length)),
    near_miss("assignment/prose_goes_on", |length| text("pwd: ab ", length)),
    near_miss("assignment/count", |length| text("pw=1 ", length)),
    near_miss("assignment/placeholder", |length| text("pw=null ", length)),
    near_miss("assignment/identifier", |length| text("id=", length)),
    near_miss("assignment/name_of_many_words", |length| text(&format!("{}a=", "a_".repeat(31)), length)),
    near_miss("assignment/new_names", new_names),
    near_miss("assignment/escaped_name", |length| text("\\u0061:", length)),
    near_miss("assignment/colour", |length| text("m=", length)),
    near_miss("assignment/bare_value", |length| text("1:secret=", length)),
    near_miss("assignment/open_bracket", |length| text("nexpected token\":[", length)),
    near_miss("assignment/deeper_quotes", deeper_quotes),
    near_miss("assignment/scheme_in_prose", |length| text("auth:basic ab=cd ", length)),
    hostile("assignment/wrapped", |length| framed(r#"{"log":"pw: "#, "Some(", "", r#" off"}"#, length)),
    near_miss("assignment/masked_cookie", |length| text("cookie:[REDACTED:", length)),
    near_miss("assignment/placeholders", |length| text(&format!("{} ", "pwd=***".repeat(18)), length)),
    near_miss("assignment/lower_case", |length| text("1:secret:", length)),
    near_miss("assignment/cookie_of_words", |length| text("cookie=none ", length)),
    hostile("assignment/shortest_secret", |length| text("pw=ab ", length)),
    // Numbers.
    near_miss("digits/cards", |length| text("4111 1111 1111 1112 ", length)),
    hostile("digits/cards_in_list", |length| text("4111111111111111,", length)),
    near_miss("digits/pairs", |length| text("11 ", length)),
    near_miss("digits/ssn", |length| text("123-45-0000 ", length)),
    near_miss("digits/telegram", |length| text("12345678:AA", length)),
    // What is known by its first characters.
    near_miss("token/mixed", |length| text("sk-", length)),
    near_miss("token/mixed_with_digit", |length| text("sk-1", length)),
    near_miss("token/uuid", |length| text("sk-lf-", length)),
    near_miss("token/too_long", |length| text("pat-", length)),
    near_miss("token/dotted", |length| text("pat.", length)),
    near_miss("token/prefixes", |length| text("sk_ ", length)),
    near_miss("token/jwt", |length| text("eyJhbGciOiJ-", length)),
    near_miss("token/jwt_header", |length| text("eyJhIjo-", length)),
    // A text in base64 with nothing in it: long, short, in each segment of a path, behind each hyphen of a run.
    near_miss("base64/long", |length| framed(r#"{"log":"eyJhIjoi"#, "YWI6", "", r#" off"}"#, length)),
    near_miss("base64/short", |length| text("eyJhIjoiYjpjOmQifX0= ", length)),
    near_miss("base64/names", |length| text("eyJhIjoicHc9MSBwdz0xIHB3PTEgcHc9MSJ9 ", length)),
    near_miss("base64/segments", |length| text("/eyJhIjoiYjpjOmQifX0g", length)),
    near_miss("base64/segments_in_run", |length| text("/eyJhIjoiYjpjOmQifX0g-eyJhIjoi", length)),
    near_miss("base64/hyphens", |length| text("eyJhIjoiYjpjOmQifX-g", length)),
    near_miss("base64/line_ends", |length| text("eyJhIjoi\\nYjpjOmQifX0g", length)),
    near_miss("base64/data_urls", |length| text("data:text/a;base64,", length)),
    near_miss("base64/text_data_urls", |length| text("data:text/a;base64,YWJjZGVmZ2hpamtsYTpi ", length)),
    near_miss("base64/encoded", |length| text("eyJhIjoiYjpjOmQifX0g%2B", length)),
    hostile("base64/found", |length| text("eyJwdyI6ImEiLCJwdyI6ImIxMjMifQ ", length)),
    near_miss("token/basic", |length| text("basic+", length)),
    near_miss("token/basic_and_stops", |length| framed(r#"{"log":""#, "basic+", ".", r#" off"}"#, length)),
    near_miss("token/basic_and_padding", |length| framed(r#"{"log":""#, "basic+", "=", r#" off"}"#, length)),
    hostile("token/dots", |length| text(&format!("{}{}", "SG.".repeat(85), ".".repeat(256)), length)),
    near_miss("token/bearer", |length| text("bearer abc ", length)),
    near_miss("token/pem", |length| text("-----BEGIN PRIVATE KEY-----", length)),
    near_miss("token/pem_in_strings", |length| text("-----BEGIN PRIVATE KEY-----\",\"", length)),
    near_miss("token/pem_of_strings", |length| {
        framed(r#"{"log":"-----BEGIN PRIVATE KEY-----"#, r#"\",\"a"#, "", r#" off"}"#, length)
    }),
    near_miss("token/symmetric_key", |length| text("\"k\":\"aaaaaaaaaaaaaaaaaaaaaa\",", length)),
    near_miss("token/rsa_element", |length| text("<D>aaaa", length)),
    // What is no plain text.
    near_miss("text/unicode", |length| text("\u{e9}", length)),
    near_miss("text/percent_twice", |length| text("%2525", length)),
    near_miss("text/percent_and_spaces", |length| text("a%20 ", length)),
    hostile("text/escapes", |length| framed(r#"{"log":""#, "\\u0041", "", r#""}"#, length)),
    hostile("text/surrogates", |length| framed(r#"{"log":""#, "\\ud83d\\ude00", "", r#""}"#, length)),
    hostile("text/control_bytes", |length| framed(r#"{"log":""#, "\u{1}", "", r#""}"#, length)),
    hostile("text/not_utf8", not_utf8),
    near_miss("text/json", |length| text("{\"a\":", length)),
    hostile("text/no_object", |length| framed("", "\"", "", "", length)),
    hostile("text/nearly_object", |length| framed(r#"{"a":"#, r#"{"a":"#, "}", "1}", length)),
    // Structure.
    hostile("json/deep_objects", deep_objects),
    hostile("json/deep_arrays", |length| framed(r#"{"a":"#, "[", "]", "}", length)),
    hostile("json/numbers", |length| framed(r#"{"a":["#, "1,", "", "1]}", length)),
    hostile("json/empty_arrays", |length| framed(r#"{"a":["#, "[],", "", "1]}", length)),
    hostile("json/short_strings", |length| framed(r#"{"a":["#, r#""a:b:c:","#, "", "1]}", length)),
    hostile("json/same_keys", |length| framed("{", r#""a":1,"#, "", r#""a":1}"#, length)),
    hostile("json/escaped_keys", |length| framed("{", r#""\u0061":1,"#, "", r#""a":1}"#, length)),
    hostile("json/new_keys", new_keys),
    hostile("json/long_keys", |length| framed("{", &format!("\"{}a\":1,", "a_".repeat(24)), "", r#""a":1}"#, length)),
    hostile("json/empty_secrets", |length| framed(r#"{"a":{"#, r#""pwd":[],"#, "", r#""a":1}}"#, length)),
    // Fields.
    hostile("fields/same_in_body", same_in_body),
    hostile("fields/many_bodies", |length| framed("{", r#""log":"{\"a\":1}","#, "", r#""a":1}"#, length)),
    hostile("fields/body_in_body", body_in_body),
    hostile("fields/reserved_in_body", |length| in_body(length, |_| "podsieve".to_owned())),
    hostile("fields/like_names_in_body", |length| in_body(length, |n| format!("{}{:04}", "a".repeat(30), n % 900))),
    hostile("fields/fifteen_names_in_body", |length| in_body(length, |n| format!("a{}", n / 15))),
    hostile("fields/audit", |length| framed(r#"{"podsieve":{"redacted":{"#, r#""a":1,"#, "", r#""a":1}}}"#, length)),
];

const fn hostile(name: &'static str, make: fn(usize) -> Vec<u8>) -> Hostile {
    Hostile { name, near_miss: false, make: Make::Even(make) }
}

const fn near_miss(name: &'static str, make: fn(usize) -> Vec<u8>) -> Hostile {
    Hostile { name, near_miss: true, make: Make::Even(make) }
}

/// A record with this log line.
fn line(text: &str) -> Vec<u8> {
    format!(r#"{{"log":"{}"}}"#, escaped(text)).into_bytes()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The log line is `unit` over and over, and a word behind it that is nobody's secret.
fn text(unit: &str, length: usize) -> Vec<u8> {
    framed(r#"{"log":""#, &escaped(unit), "", r#"off"}"#, length)
}

/// `open` and `close` as often as they fit between `front` and `back`.
fn framed(front: &str, open: &str, close: &str, back: &str, length: usize) -> Vec<u8> {
    let count = length.saturating_sub(front.len() + back.len()) / (open.len() + close.len());
    [front, &open.repeat(count), &close.repeat(count), back].concat().into_bytes()
}

/// A near-miss of each detector that its documentation shows, and each vendor's token without its last character, in an
/// order that the seed gives. What makes a secret of another one stands on another line than that.
fn near_misses() -> Vec<String> {
    let mut rng = Rng::with_seed(1);
    let documented = DETECTORS.iter().flat_map(|detector| detector.near).map(|near| (*near).to_owned());
    let tokens = FAMILIES.iter().flat_map(|family| family.tokens).filter(|token| token.min > 1);
    let short = tokens.map(|token| {
        let characters: Vec<char> = (b'!'..=b'~').filter(|byte| token.charset.has(*byte)).map(char::from).collect();
        let rest = std::iter::repeat_with(|| *rng.choice(&characters).expect("there are some")).take(token.min.into());
        format!("{}{}", token.prefix, rest.skip(1).collect::<String>())
    });
    let mut engine = Engine::new(&Policy::DEFAULT);
    let mut is_left = |text: &str| {
        let record = line(text);
        engine.run(Function::Redact, b"", &record) == record
    };
    // Without its last character a token may be one of another vendor.
    let mut near: Vec<String> = documented.chain(short).filter(|miss| is_left(miss)).collect();
    rng.shuffle(&mut near);
    let mut lines: Vec<String> = Vec::new();
    for miss in near {
        let longer = lines.last().map(|last| format!("{}{miss} \n", last.trim_end_matches('\n')));
        match longer.filter(|longer| longer.len() < MAX_LINE && is_left(longer)) {
            Some(longer) => *lines.last_mut().expect("it is longer") = longer,
            None => lines.push(format!("{miss} \n")),
        }
    }
    lines
}

/// How long the lines of near-misses are, in bytes.
const MAX_LINE: usize = 200;

/// Near-misses of all kinds, as short as they can be, and what they are made of, in an order that the seed gives.
fn mixed(length: usize) -> Vec<u8> {
    const UNITS: [&str; 18] = [
        "\"",
        "\\",
        "@",
        "a@",
        "aa.bb.%40",
        "a:m://",
        "token: ",
        "pw=1 ",
        "id=",
        "m=",
        "4111 1111 1111 1112 ",
        "123-45-0000 ",
        "sk-",
        "eyJhIjo-",
        "basic+",
        "bearer abc ",
        "-----BEGIN ",
        "\\n",
    ];
    let mut rng = Rng::with_seed(1);
    let mut mixed = String::new();
    while mixed.len() < length {
        mixed += UNITS[rng.usize(..UNITS.len())];
    }
    line(&mixed)
}

/// Names of four letters that mean nothing, too many for a memory of names.
fn names(length: usize, front: &str, back: &str) -> String {
    let mut rng = Rng::with_seed(1);
    let mut names = String::new();
    while names.len() < length {
        let name: String = std::iter::repeat_with(|| rng.lowercase()).take(3).collect();
        names += &format!("{front}q{name}{back}");
    }
    names
}

fn new_names(length: usize) -> Vec<u8> {
    line(&names(length, "", "= "))
}

fn new_keys(length: usize) -> Vec<u8> {
    format!(r#"{{"a":{{{}"a":1}}}}"#, names(length, "\"", "\":1,")).into_bytes()
}

/// Each quote has one backslash more in front of it, so none closes the one before.
fn deeper_quotes(length: usize) -> Vec<u8> {
    let mut quotes = String::new();
    // The backslashes double in JSON.
    for depth in (0..).take_while(|depth| depth * depth < length) {
        quotes += &format!("nexpected token:{}\"", "\\".repeat(depth));
    }
    line(&quotes)
}

/// Characters of four bytes without the last.
fn not_utf8(length: usize) -> Vec<u8> {
    let mut record = framed(r#"{"log":""#, "\u{1}\u{1}\u{1}a", "", r#""}"#, length);
    let places = record.iter_mut().filter(|byte| **byte == 1);
    for (byte, part) in places.zip([0xf0, 0x9f, 0x98].into_iter().cycle()) {
        *byte = part;
    }
    record
}

/// Objects in each other, and a number in the innermost.
fn deep_objects(length: usize) -> Vec<u8> {
    let mut record = framed("", r#"{"a":"#, "}", "", length - 1);
    let middle = record.len() / 6 * 5;
    record.insert(middle, b'1');
    record
}

/// Fields of one name, no more than are lifted, and a long one.
fn same_in_body(length: usize) -> Vec<u8> {
    let fields = r#"\"a\":1,"#.repeat(length.min(4000) / 8);
    framed(&format!(r#"{{"log":"{{{fields}\"b\":\""#), "b", "", r#"\"}"}"#, length)
}

/// Bodies with as many fields as are lifted, or fewer, that are called so.
fn in_body(length: usize, name: fn(usize) -> String) -> Vec<u8> {
    let fields: Vec<String> = (0..length.min(12_000) / 24).map(|n| format!(r#"\"{}\":1"#, name(n))).collect();
    framed("{", &format!(r#""log":"{{{}}}","#, fields.join(",")), "", r#""a":1}"#, length)
}

/// An object with fields of one name and a body, which is such an object, and so on: as deep as it fits, for every
/// level doubles the backslashes.
fn body_in_body(length: usize) -> Vec<u8> {
    let fields = r#""a":1,"#.repeat(64);
    let mut record = r#"{"a":1}"#.to_owned();
    loop {
        let around = format!(r#"{{{fields}"log":"{}"}}"#, escaped(&record));
        if around.len() > length {
            return record.into_bytes();
        }
        record = around;
    }
}
