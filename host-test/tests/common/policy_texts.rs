//! Generated policies: texts over the whole format, and records with what some of their parts must not leave.

use std::collections::BTreeSet;

use super::luhn::with_check_digit;
use podsieve_host::json::write_string;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use regex_lite::Regex;

/// A policy, and records for it.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) text: String,
    pub(crate) plants: Vec<Plant>,
}

/// A record with something that a part of the policy finds.
#[derive(Clone, Debug)]
pub(crate) struct Plant {
    pub(crate) part: Part,
    pub(crate) record: Vec<u8>,
    pub(crate) secret: String,
}

/// What finds it.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// A built-in detector.
    Detector(&'static str),
    /// A rule of the policy, by its name.
    Rule(String),
    /// A key of the policy, by its place among them.
    Key(usize),
}

/// What the format has and this version refuses is not there; `without` are the names of such parts.
pub(crate) fn policies(without: &'static [&'static str]) -> BoxedStrategy<Policy> {
    let tables = (detectors(without), vec(rule(without), 0..4), vec(key(), 0..4), vec(exception(), 0..3));
    let rest = (parse(without), enrich(without), routes(), rest(without), hash());
    (tables, rest, vec(plant(), 0..3))
        .prop_map(|((detectors, rules, keys, exceptions), (parse, enrich, routes, rest, hash), mut plants)| {
            let mut text = detectors;
            let mut written = Vec::new();
            for (n, rule) in rules.into_iter().enumerate() {
                let name = format!("rule_{n}");
                written.push(rule.text.replace("NAME", &name));
                plants.extend(rule.plant.map(|(record, secret)| Plant { part: Part::Rule(name), record, secret }));
            }
            list(&mut text, "rules", &written);
            let mut known = BTreeSet::new();
            let (mut written, mut n) = (Vec::new(), 0);
            for key in keys {
                if known.insert(key.folded) {
                    written.push(key.text);
                    let (record, secret) = key.plant;
                    plants.push(Plant { part: Part::Key(n), record, secret });
                    n += 1;
                }
            }
            list(&mut text, "keys", &written);
            list(&mut text, "allow", &exceptions);
            text += &parse;
            text += &enrich;
            text += &routes;
            text += &rest;
            if text.contains("hash") {
                text += &hash;
            }
            Policy { text, plants }
        })
        .boxed()
}

/// A section that is a list of these entries; without any it is not there.
fn list(text: &mut String, section: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    *text += &format!("{section}:\n");
    for entry in entries {
        *text += &format!("  - {entry}\n");
    }
}

/// A scalar in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn quoted_list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A map of what is there.
fn map(fields: impl IntoIterator<Item = Option<String>>) -> String {
    let fields: Vec<String> = fields.into_iter().flatten().collect();
    format!("{{{}}}", fields.join(", "))
}

/// What is sometimes there, if it may be.
fn sometimes<S: Strategy>(may: bool, strategy: S) -> impl Strategy<Value = Option<S::Value>> {
    option::of(strategy).prop_map(move |value| value.filter(|_| may))
}

fn texts(all: &'static [&'static str]) -> BoxedStrategy<String> {
    select(all).prop_map(str::to_owned).boxed()
}

// What is done.

fn action() -> BoxedStrategy<String> {
    let named = select(&["redact", "redact", "mask", "hash", "remove", "keep"][..]).prop_map(str::to_owned);
    prop_oneof![3 => named, 2 => long_action().prop_map(|action| format!("{{{action}}}"))].boxed()
}

/// An action that says more than its name, without braces.
fn long_action() -> BoxedStrategy<String> {
    let marks = &["<{rule} removed>", "(gone)", "{rule}", "***", "\u{2588}\u{2588}", "a {rule} b {rule}"][..];
    let mask = (option::of(0..=16), option::of(0..=16), option::of(select(&["#", "*", "x", "\u{2022}", "-"][..])));
    let mask = mask.prop_map(|(first, last, with)| {
        let fields = [
            first.map(|first| format!("first: {first}")),
            last.map(|last| format!("last: {last}")),
            with.map(|with| format!("with: '{with}'")),
        ];
        format!("mask: {}", map(fields))
    });
    let hash = option::of(8..=64).prop_map(|length| format!("hash: {}", map([length.map(|n| format!("length: {n}"))])));
    prop_oneof![
        1 => select(marks).prop_map(|mark| format!("redact: {}", quoted(mark))),
        2 => mask,
        2 => hash,
    ]
    .boxed()
}

/// What stays: the fields of `allow`.
fn allowed() -> BoxedStrategy<String> {
    (option::of(vec(value(), 1..3)), option::of(vec(pattern(), 1..3)), option::of(vec(word(), 1..3)))
        .prop_filter("something stays", |(values, patterns, words)| {
            values.is_some() || patterns.is_some() || words.is_some()
        })
        .prop_map(|(values, patterns, words)| {
            let field =
                |name: &str, texts: Option<Vec<String>>| texts.map(|all| format!("{name}: {}", quoted_list(&all)));
            let fields = [field("values", values), field("patterns", patterns), field("words", words)];
            fields.into_iter().flatten().collect::<Vec<_>>().join(", ")
        })
        .boxed()
}

fn value() -> BoxedStrategy<String> {
    texts(&["noreply@example.com", "4111111111111111", "00000000", "hunter2", "it's", "\u{e9}"])
}

fn pattern() -> BoxedStrategy<String> {
    texts(&["test_[a-z]+", ".*@example\\.(com|org)", "[0-9]{4,}", "(?i)dummy.*", "[^z]*", "4[0-9]+1"])
}

fn word() -> BoxedStrategy<String> {
    texts(&["dummy", "Example", "zq1", "0000"])
}

// Detectors.

fn detectors(without: &'static [&'static str]) -> BoxedStrategy<String> {
    let known = [
        "all",
        "pii",
        "secrets",
        "email",
        "email",
        "card",
        "card",
        "ssn",
        "ipv4",
        "ipv4",
        "ipv6",
        "phone",
        "iban",
        "mac",
        "password",
        "password",
        "api_key",
        "bearer",
        "jwt",
        "github_token",
        "aws_key",
        "url_password",
        "token",
        "cookie",
        "private_key",
        "openai_key",
        "slack_token",
        "webhook_url",
        "credentials",
        "session",
    ];
    let known: Vec<&str> = known.into_iter().filter(|name| is_detector(name)).collect();
    let private = !without.contains(&"private");
    let setting = (
        select(known),
        prop_oneof![
            2 => texts(&["on", "off", "true", "false"]),
            3 => action(),
            2 => (long_action(), option::of(allowed())).prop_map(|(action, allowed)| {
                map([Some(action), allowed.map(|allowed| format!("allow: {{{allowed}}}"))])
            }),
            2 => (action(), allowed()).prop_map(|(action, allowed)| format!("{{action: {action}, allow: {{{allowed}}}}}")),
        ],
        select(&["keep", "redact"][..]),
    );
    let setting = setting.prop_map(move |(name, setting, addresses)| {
        let private = private && name.starts_with("ipv") && setting.starts_with('{');
        let setting = if private { setting.replacen('{', &format!("{{private: {addresses}, "), 1) } else { setting };
        (name, setting)
    });
    vec(setting, 0..5)
        .prop_map(|mut settings| {
            settings.sort_by_key(|(name, _)| *name);
            settings.dedup_by_key(|(name, _)| *name);
            if settings.is_empty() {
                return String::new();
            }
            let settings = settings.into_iter().map(|(name, setting)| format!("  {name}: {setting}\n"));
            format!("detectors:\n{}", settings.collect::<String>())
        })
        .boxed()
}

fn is_detector(name: &str) -> bool {
    ["all", "pii", "secrets"].contains(&name)
        || podsieve_policy::compile::detectors().iter().any(|detector| detector.name == name)
}

/// A record with what a detector finds.
fn plant() -> BoxedStrategy<Plant> {
    let word = "Zq[A-Za-z0-9]{12}[0-9]";
    let behind = |part: &'static str, before: &'static str| {
        word.prop_map(move |secret| (part, format!("{before}{secret}"), secret)).boxed()
    };
    let alone = |part: &'static str, before: &'static str, secret: BoxedStrategy<String>| {
        secret.prop_map(move |secret| (part, format!("{before}{secret}"), secret)).boxed()
    };
    let found = prop_oneof![
        alone("email", "mail ", "zq[a-z0-9]{6}@[a-z]{3,8}\\.(com|example|org)".boxed()),
        alone("card", "card ", "4[0-9]{14}".prop_map(|digits| with_check_digit(&digits)).boxed()),
        alone("ssn", "ssn ", "[1-5][0-9]{2}-[1-9][0-9]-[1-9][0-9]{3}".boxed()),
        alone("ipv4", "from ", "93\\.[1-9][0-9]\\.2[0-4][0-9]\\.3[0-9]".boxed()),
        alone("github_token", "with ", "ghp_[A-Za-z0-9]{36}".boxed()),
        alone("aws_key", "", "AKIA[A-Z2-7]{16}".boxed()),
        alone("jwt", "", "eyJhbGciOiJIUzI1NiJ9\\.eyJ[A-Za-z0-9]{30}\\.[A-Za-z0-9_-]{30}".boxed()),
        behind("password", "password="),
        behind("api_key", "api_key: "),
        behind("bearer", "Bearer "),
    ];
    (found, wrap())
        .prop_map(|((part, text, secret), wrap)| Plant {
            part: Part::Detector(part),
            record: wrapped(&format!("see {text} there"), wrap),
            secret,
        })
        .boxed()
}

/// In what a text stands: in one of four kinds of records.
fn wrap() -> BoxedStrategy<u8> {
    (0..4u8).boxed()
}

fn wrapped(text: &str, wrap: u8) -> Vec<u8> {
    let string = |text: &[u8]| {
        let mut out = Vec::new();
        write_string(&mut out, text);
        String::from_utf8_lossy(&out).into_owned()
    };
    let text = string(text.as_bytes());
    let record = match wrap {
        0 => format!("{{\"log\":{text}}}"),
        1 => format!("{{\"stream\":\"stdout\",\"n\":1,\"a\":{{\"b\":[{text},2]}}}}"),
        2 => format!("{{\"log\":{}}}", string(format!("{{\"level\":\"info\",\"note\":{text}}}\n").as_bytes())),
        _ => {
            format!("{{\"log\":{}}}", string(format!("2026-11-23T09:09:02.5Z stderr F {{\"note\":{text}}}").as_bytes()))
        }
    };
    record.into_bytes()
}

// Rules.

/// A rule whose name is to be put in, and a record with what it finds if that can be said simply.
#[derive(Clone, Debug)]
struct Rule {
    text: String,
    plant: Option<(Vec<u8>, String)>,
}

/// A part of a regex and a text that it matches.
fn piece() -> BoxedStrategy<(String, String)> {
    let counted = |class: &'static str, sample: &'static str| {
        (sample, 0..4u8)
            .prop_map(move |(text, how)| {
                let n = text.chars().count();
                let count = match how {
                    0 => format!("{{{n}}}"),
                    1 => format!("{{1,{n}}}"),
                    2 => format!("{{{},}}", n.min(3)),
                    _ => "+".to_owned(),
                };
                (format!("{class}{count}"), text)
            })
            .boxed()
    };
    prop_oneof![
        counted("[0-9]", "[0-9]{4,12}"),
        counted("\\d", "[0-9]{4,12}"),
        counted("[a-f0-9]", "[a-f0-9]{6,16}"),
        counted("[A-Z]", "[A-Z]{4,10}"),
        counted("\\w", "[a-z0-9_]{6,12}"),
        counted("[^ ,;\"]", "[a-z0-9/+]{6,20}"),
        counted("[[:alnum:]]", "[a-zA-Z0-9]{6,20}"),
        select(&["red", "blue", "deep\u{e9}"][..])
            .prop_map(|text| ("(?:red|blue|deep\u{e9})".to_owned(), text.to_owned())),
    ]
    .boxed()
}

fn literal() -> BoxedStrategy<(String, String)> {
    select(
        &[("tk_", "tk_"), ("B-", "B-"), ("x\\.", "x."), ("acme[:=]", "acme:"), ("k?", ""), ("\\b", ""), ("", "")][..],
    )
    .prop_map(|(regex, text)| (regex.to_owned(), text.to_owned()))
    .boxed()
}

fn rule(without: &'static [&'static str]) -> BoxedStrategy<Rule> {
    let regex = (select(&["", "", "(?i)"][..]), literal(), vec(piece(), 1..3), 0..4u8, literal());
    let keywords = vec(
        select(&["badge", "Employee", "acme", "ticket-id", "x-ref", "session", "redacted", "see", "hash", "k1-"][..]),
        1..3,
    );
    let near = (keywords, option::of(select(&[1u16, 8, 64, 256, 1024][..])), any::<bool>());
    let asks = (
        option::weighted(0.1, select(&["luhn", "mod97"][..])),
        option::weighted(0.2, select(&["0", "1.5", "2.25", "3", "8"][..])),
        option::weighted(0.2, allowed()),
        option::of(action()),
        option::weighted(0.1, Just("description: 'of ours: numbers'")),
    );
    let full = !without.contains(&"scan");
    (regex, near, asks, wrap(), option::weighted(0.3, 0..3u8))
        .prop_map(move |((flags, before, secret, group, behind), (keywords, within, scan), asks, wrap, chosen)| {
            let (checksum, entropy, allowed, action, description) = asks;
            let part: String = secret.iter().map(|(regex, _)| regex.as_str()).collect();
            let sample: String = secret.iter().map(|(_, text)| text.as_str()).collect();
            let part = match group {
                0 => part,
                1 => format!("(?P<part>{part})"),
                _ => format!("({part})"),
            };
            let regex = format!("{flags}{}{part}{}", before.0, behind.0);
            let sample = format!("{}{sample}{}", before.1, behind.1);
            // A group that is not there is refused.
            let chosen = match chosen {
                Some(0) => Some("0"),
                Some(1) if group > 0 => Some("1"),
                Some(2) if group == 1 => Some("part"),
                _ => None,
            };
            let scan = full && scan;
            let text = map([
                Some("name: NAME".to_owned()),
                Some(format!("regex: {}", quoted(&regex))),
                Some(if scan {
                    "scan: full".to_owned()
                } else {
                    format!(
                        "keywords: {}",
                        quoted_list(&keywords.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
                    )
                }),
                within.filter(|_| !scan).map(|within| format!("within: {within}")),
                chosen.map(|chosen| format!("secret: {chosen}")),
                checksum.map(|checksum| format!("checksum: {checksum}")),
                entropy.map(|entropy| format!("entropy: {entropy}")),
                allowed.as_ref().map(|allowed| format!("allow: {{{allowed}}}")),
                action.map(|action| format!("action: {action}")),
                description.map(str::to_owned),
            ]);
            let simple = checksum.is_none() && entropy.is_none() && allowed.is_none();
            let reaches = usize::from(within.unwrap_or(64)) > sample.len();
            let plant = Regex::new(&regex).ok().filter(|_| simple && reaches).and_then(|regex| {
                let place = format!("{} {sample} end", keywords[0]);
                let from = place.len() - sample.len() - " end".len();
                let found = regex.captures(&place)?;
                let group = if chosen == Some("0") || regex.captures_len() == 1 { 0 } else { 1 };
                // What begins in the keyword may be found or not.
                let secret = found.get(group).filter(|secret| secret.start() >= from && secret.len() >= 6)?;
                Some((wrapped(&place, wrap), secret.as_str().to_owned()))
            });
            Rule { text, plant }
        })
        .boxed()
}

// Keys and exceptions.

#[derive(Clone, Debug)]
struct Key {
    text: String,
    /// What no other key may have.
    folded: String,
    plant: (Vec<u8>, String),
}

fn key() -> BoxedStrategy<Key> {
    let name = prop_oneof![
        texts(&["x-internal-auth", "Badge_No", "customer ref", "pin.code", "password", "apiKey", "email", "note"]),
        "[a-z]{4,10}".boxed(),
    ];
    let name = name.prop_map(|name| {
        let folded: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let record = format!("{{\"a\":[{{\"{name}\":\"SECRET\"}}]}}");
        (format!("name: {}", quoted(&name)), folded.to_ascii_lowercase(), record)
    });
    let path = path().prop_map(|(path, record)| (format!("path: {}", quoted(&path)), format!("path {path}"), record));
    (
        prop_oneof![name, path],
        option::of(action()),
        option::of(texts(&["key", "email", "password", "ours"])),
        option::of(texts(&["on", "off"])),
        "Zq[a-z0-9]{10}",
    )
        .prop_map(|((which, folded, record), action, rule, text_only, secret)| {
            let text = map([
                Some(which),
                action.map(|action| format!("action: {action}")),
                rule.map(|rule| format!("rule: {rule}")),
                text_only.map(|text_only| format!("text_only: {text_only}")),
            ]);
            Key { text, folded, plant: (record.replace("SECRET", &secret).into_bytes(), secret) }
        })
        .boxed()
}

/// A path, and a record with `SECRET` at it.
fn path() -> BoxedStrategy<(String, String)> {
    let step = select(&["a", "b", "user", "[\"a.b/c\"]", "*", "[*]", "[0]", "[1]", "**"][..]);
    let first = select(&["a", "user", "*", "**", "kubernetes", "[\"x y\"]"][..]);
    (first, vec(step, 0..4))
        .prop_map(|(first, mut steps)| {
            steps.insert(0, first);
            steps.dedup_by(|b, a| *a == "**" && *b == "**");
            let mut path = String::new();
            for step in &steps {
                if !path.is_empty() && !step.starts_with('[') {
                    path.push('.');
                }
                path += step;
            }
            let record = steps.iter().rev().fold("\"SECRET\"".to_owned(), |inner, step| match *step {
                "*" => format!("{{\"any\":{inner}}}"),
                "**" => format!("{{\"x\":{{\"y\":{inner}}}}}"),
                "[*]" => format!("[true,{inner}]"),
                "[0]" => format!("[{inner},\"z\"]"),
                "[1]" => format!("[null,{inner}]"),
                name => format!("{{\"{}\":{inner}}}", name.trim_matches(['[', ']', '"'])),
            });
            (path, record)
        })
        .boxed()
}

fn exception() -> BoxedStrategy<String> {
    let rules =
        option::of(prop_oneof![texts(&["email", "secrets", "pii", "card"]), Just("[card, password]".to_owned()),]);
    (rules, option::of(path()), option::weighted(0.7, allowed()))
        .prop_filter("something stays", |(_, path, allowed)| path.is_some() || allowed.is_some())
        .prop_map(|(rules, path, allowed)| {
            map([
                rules.map(|rules| format!("rule: {rules}")),
                path.map(|(path, _)| format!("path: {}", quoted(&path))),
                allowed,
            ])
        })
        .boxed()
}

fn hash() -> BoxedStrategy<String> {
    (1..4usize, option::of(8..=64))
        .prop_map(|(count, length)| {
            let keys: Vec<String> = (1..=count).rev().map(|n| format!("{{id: k{n}, from: 'env:K{n}'}}")).collect();
            let length = length.map(|length| format!(", length: {length}")).unwrap_or_default();
            format!("hash: {{keys: [{}]{length}}}\n", keys.join(", "))
        })
        .boxed()
}

// What is read and added.

fn parse(without: &'static [&'static str]) -> BoxedStrategy<String> {
    let body = option::of(vec(texts(&["log", "message", "event", "a", "note"]), 1..4));
    let prefix = option::of(select(&["log.", "app_", "x-", "."][..]));
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let formats = sometimes(!without.contains(&"formats"), switches);
    let depth = sometimes(!without.contains(&"depth"), 0..=8);
    let all = (body, prefix, formats, depth);
    option::weighted(0.5, all)
        .prop_map(|all| {
            let Some((body, prefix, formats, depth)) = all else { return String::new() };
            let on = |on| if on { "on" } else { "off" };
            let fields = [
                body.map(|body| format!("body: {}", quoted_list(&body))),
                prefix.map(|prefix| format!("conflict: {{prefix: '{prefix}'}}")),
                formats.map(|(json, loguru, logfmt, klog)| {
                    let (json, loguru, logfmt, klog) = (on(json), on(loguru), on(logfmt), on(klog));
                    format!("formats: {{json: {json}, loguru: {loguru}, logfmt: {logfmt}, klog: {klog}}}")
                }),
                depth.map(|depth| format!("depth: {depth}")),
            ];
            format!("parse: {}\n", map(fields))
        })
        .boxed()
}

/// A path of one field.
fn field() -> BoxedStrategy<String> {
    texts(&[
        "service",
        "severity",
        "level",
        "kubernetes.namespace_name",
        "a.b",
        "a[0]",
        "a.b[1]",
        "stream",
        "note",
        "[\"x y\"]",
        "log",
        "none.at.all",
        "operation",
        "cluster",
    ])
}

fn enrich(without: &'static [&'static str]) -> BoxedStrategy<String> {
    let pairs = |least| {
        let pair =
            (texts(&["shop", "web", "info", "stdout", "1", "it's"]), texts(&["checkout", "7", "", "\u{e9}\"x\""]));
        vec(pair, least..3)
    };
    // Fields and lookups of one name are another matter.
    let fields = vec((texts(&["cluster", "env.name", "region", "level"]), texts(&["eu-1", "true", "5", "eu 2"])), 0..3);
    let lookup = (texts(&["team", "tier", "a", "labels.x"]), field(), pairs(0), option::of(texts(&["none", "0"])));
    let names = sometimes(!without.contains(&"names"), select(&["kubernetes", "opentelemetry", "ecs"][..]));
    (names, fields, vec(lookup, 0..3))
        .prop_map(|(names, mut fields, mut lookups)| {
            let pairs = |pairs: &mut Vec<(String, String)>| {
                pairs.sort();
                pairs.dedup_by(|(b, _), (a, _)| a == b);
                let pairs: Vec<String> =
                    pairs.iter().map(|(name, value)| format!("{}: {}", quoted(name), quoted(value))).collect();
                format!("{{{}}}", pairs.join(", "))
            };
            lookups.sort_by(|(a, ..), (b, ..)| a.cmp(b));
            lookups.dedup_by(|(b, ..), (a, ..)| a == b);
            let lookups: Vec<String> = lookups
                .into_iter()
                .map(|(field, from, mut values, default)| {
                    map([
                        Some(format!("field: {}", quoted(&field))),
                        Some(format!("from: {}", quoted(&from))),
                        Some(format!("values: {}", pairs(&mut values))),
                        default.map(|default| format!("default: {default}")),
                    ])
                })
                .collect();
            let fields = [
                names.map(|names| format!("names: {names}")),
                (!fields.is_empty()).then(|| format!("fields: {}", pairs(&mut fields))),
                (!lookups.is_empty()).then(|| format!("lookups: [{}]", lookups.join(", "))),
            ];
            if fields.iter().all(Option::is_none) { String::new() } else { format!("enrich: {}\n", map(fields)) }
        })
        .boxed()
}

// Routes, and the rest.

fn condition() -> BoxedStrategy<String> {
    let text = || texts(&["shop", "web", "info", "x", "1", "true", "it's"]).prop_map(|text| quoted(&text));
    let test = prop_oneof![
        text().prop_map(|text| format!("equals: {text}")),
        vec(text(), 1..3).prop_map(|texts| format!("in: [{}]", texts.join(", "))),
        text().prop_map(|text| format!("prefix: {text}")),
        select(&["*", "sh?p", "*-*", "a*b*c", "?"][..]).prop_map(|glob| format!("glob: '{glob}'")),
        any::<bool>().prop_map(|exists| format!("exists: {exists}")),
    ];
    let leaf = prop_oneof![
        4 => (field(), test).prop_map(|(field, test)| format!("{{field: {}, {test}}}", quoted(&field))),
        1 => select(&["trace", "debug", "info", "warn", "error", "fatal"][..])
            .prop_map(|severity| format!("{{severity: {severity}}}")),
        2 => select(&["true", "email", "[card, secrets]", "pii"][..])
            .prop_map(|rules| format!("{{redacted: {rules}}}")),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("{{not: {inner}}}")),
            vec(inner, 1..4).prop_map(|all| format!("{{any: [{}]}}", all.join(", "))),
        ]
    })
    .boxed()
}

fn routes() -> BoxedStrategy<String> {
    let tag = vec(
        prop_oneof![texts(&["archive", "x-", ".", "A_1."]), field().prop_map(|field| format!("{{{field}}}"))],
        1..5,
    );
    let when = prop_oneof![condition(), vec(condition(), 1..3).prop_map(|all| format!("[{}]", all.join(", "))),];
    let route = (option::weighted(0.8, when), tag, option::of(texts(&["skip", "unknown", "no_1"])));
    let route = route.prop_map(|(when, tag, missing)| {
        let always = when.is_none();
        let text = map([
            when.map(|when| format!("when: {when}")),
            Some(format!("tag: {}", quoted(&tag.concat()))),
            missing.map(|missing| format!("missing: {missing}")),
        ]);
        (always, text)
    });
    option::weighted(0.6, vec(route, 0..4))
        .prop_map(|routes| {
            let Some(mut routes) = routes else { return String::new() };
            // Behind one that always applies no other may stand.
            let end = routes.iter().position(|(always, _)| *always).map_or(routes.len(), |last| last + 1);
            routes.truncate(end);
            let mut text = String::new();
            list(&mut text, "route", &routes.into_iter().map(|(_, route)| route).collect::<Vec<_>>());
            if text.is_empty() { "route: []\n".to_owned() } else { text }
        })
        .boxed()
}

fn rest(without: &'static [&'static str]) -> BoxedStrategy<String> {
    let write = option::of(select(&["when_redacted", "always", "never"][..]));
    let audit = option::of((write, option::of(texts(&["on", "off"]))));
    let record = option::weighted(0.4, select(&["1KiB", "1024", "64 KiB", "4MiB"][..]));
    let error = select(if without.contains(&"on_error") { &["mask"][..] } else { &["mask", "drop"][..] });
    (audit, record, option::weighted(0.3, error), any::<bool>())
        .prop_map(|(audit, record, error, version)| {
            let mut text = String::new();
            if let Some((write, policy)) = audit {
                let fields = [write.map(|write| format!("write: {write}")), policy.map(|on| format!("policy: {on}"))];
                text += &format!("audit: {}\n", map(fields));
            }
            text += &record.map(|record| format!("limits: {{record: {record}}}\n")).unwrap_or_default();
            text += &error.map(|error| format!("on_error: {error}\n")).unwrap_or_default();
            if version {
                text += "version: 1\n";
            }
            text
        })
        .boxed()
}
