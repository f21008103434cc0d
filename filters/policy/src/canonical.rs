//! One text for all policies that mean the same: JSON with sorted keys and without what is the default.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::model::{
    Action, Allowed, Audit, Checksum, Condition, DEFAULT_MISSING, DEFAULT_RULE, DEFAULT_WITHIN, Enrich, Exception,
    File, Formats, Hash, Key, Known, Lookup, Mark, Mask, Missing, Names, OnError, Parse, Redacted, Route, Rule, Secret,
    Setting, Source, Test, Text, Which, Write, folded, written_entropy,
};
use crate::read::sorted;

/// Canonical JSON of a policy that was read with `known`. It does not depend on comments, spaces, quotes, the order of
/// keys, ways to write the same, what is written though it is the default, and texts for people. As YAML it is a policy
/// that means the same.
#[must_use]
pub fn canonical(file: &File, known: &Known<'_>) -> String {
    let mut text = String::new();
    policy(file, known).write(&mut text);
    text
}

/// The first 12 hexadecimal digits of the SHA-256 of [`canonical`]: the name of what a policy means.
#[must_use]
pub fn id(file: &File, known: &Known<'_>) -> String {
    let hash = Sha256::digest(canonical(file, known));
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// JSON without null, which the format does not need.
enum Json {
    Text(String),
    Number(u32),
    Decimal(String),
    Bool(bool),
    List(Vec<Json>),
    Map(Map),
}

#[derive(Default)]
struct Map(BTreeMap<String, Json>);

impl Map {
    /// With a key if there is a value.
    fn with(mut self, key: &str, value: impl Into<Option<Json>>) -> Map {
        self.put(key, value.into());
        self
    }

    /// Not inlined: there are many calls.
    #[inline(never)]
    fn put(&mut self, key: &str, value: Option<Json>) {
        if let Some(value) = value {
            self.0.insert(key.to_string(), value);
        }
    }

    /// Nothing if it has no keys.
    fn if_any(self) -> Option<Json> {
        (!self.0.is_empty()).then_some(Json::Map(self))
    }
}

impl Json {
    fn text(text: &str) -> Json {
        Json::Text(text.to_string())
    }

    fn write(&self, out: &mut String) {
        match self {
            Json::Text(text) => write_text(text, out),
            Json::Number(number) => out.push_str(&number.to_string()),
            Json::Decimal(number) => out.push_str(number),
            Json::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Json::List(list) => {
                out.push('[');
                for (n, value) in list.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    value.write(out);
                }
                out.push(']');
            }
            Json::Map(Map(map)) => {
                out.push('{');
                for (n, (key, value)) in map.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    write_text(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            // YAML has them in no other form, or takes them for the end of a line.
            '\0'..=' ' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' if character != ' ' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Nothing for what is the default.
fn unless<T: PartialEq>(value: T, default: T, json: impl FnOnce(T) -> Json) -> Option<Json> {
    (value != default).then(|| json(value))
}

fn list<T>(entries: &[T], json: impl Fn(&T) -> Json) -> Option<Json> {
    (!entries.is_empty()).then(|| Json::List(entries.iter().map(json).collect()))
}

/// A list whose order means nothing.
fn set<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Json> {
    list(&sorted(texts.map(ToString::to_string)), |text| Json::text(text))
}

fn pairs(pairs: &[(String, String)]) -> Map {
    pairs.iter().fold(Map::default(), |map, (key, value)| map.with(key, Json::text(value)))
}

fn policy(file: &File, known: &Known<'_>) -> Json {
    let File { detectors, rules, keys, allow, hash, parse, enrich, route, audit, on_error, limits } = file;
    let detectors = detectors.iter().zip(known.detectors).fold(Map::default(), |map, (setting, detector)| {
        map.with(&setting.name, setting_json(setting, &Setting::default_of(detector)))
    });
    let routes = Json::List(route.iter().map(route_json).collect());
    let is_default = {
        let defaults = Json::List(Route::defaults().iter().map(route_json).collect());
        let (mut left, mut right) = (String::new(), String::new());
        routes.write(&mut left);
        defaults.write(&mut right);
        left == right
    };
    Json::Map(
        Map::default()
            .with("version", Json::Number(1))
            .with("detectors", detectors.if_any())
            .with("rules", list(rules, rule))
            .with("keys", list(keys, key))
            .with("allow", list(allow, exception))
            .with("hash", hash_json(hash))
            .with("parse", parse_json(parse))
            .with("enrich", enrich_json(enrich))
            .with("route", (!is_default).then_some(routes))
            .with("audit", audit_json(*audit))
            .with("on_error", unless(*on_error, OnError::default(), |_| Json::text("drop")))
            .with("limits", Map::default().with("record", limits.record.map(Json::Number)).if_any()),
    )
}

fn setting_json(setting: &Setting, default: &Setting) -> Option<Json> {
    let action = (setting.action != default.action).then(|| setting.action.as_ref().map_or(Json::text("off"), action));
    Map::default()
        .with("action", action)
        // Of a detector that is off it says nothing.
        .with("allow", setting.action.as_ref().and_then(|_| allowed(&setting.allow).if_any()))
        .with("private", (setting.keep_private && setting.action.is_some()).then(|| Json::text("keep")))
        .if_any()
}

fn action(action: &Action) -> Json {
    let one = |name, value| Json::Map(Map::default().with(name, value));
    match action {
        Action::Redact(mark) if *mark == Mark::default() => Json::text("redact"),
        Action::Redact(mark) => one("redact", Json::text(&mark.written())),
        Action::Mask(Mask { first, last, with }) => {
            let kept = |number: u8| (number > 0).then(|| Json::Number(number.into()));
            let with = unless(*with, Mask::default().with, |with| Json::Text(with.into()));
            one(
                "mask",
                Json::Map(Map::default().with("first", kept(*first)).with("last", kept(*last)).with("with", with)),
            )
        }
        Action::Hash { length } => {
            one("hash", Json::Map(Map::default().with("length", Json::Number((*length).into()))))
        }
        Action::Remove => Json::text("remove"),
        Action::Keep => Json::text("keep"),
    }
}

/// The action where redacting is the default.
fn action_if_other(given: &Action) -> Option<Json> {
    (*given != Action::default()).then(|| action(given))
}

fn allowed(allowed: &Allowed) -> Map {
    Map::default()
        .with("values", set(allowed.values.iter().map(String::as_str)))
        .with("patterns", set(allowed.patterns.iter().map(|pattern| pattern.text.as_str())))
        .with("words", set(allowed.words.iter().map(String::as_str)))
}

fn exception(exception: &Exception) -> Json {
    let Exception { rules, path, allowed: values, place: _ } = exception;
    Json::Map(
        allowed(values)
            .with("rule", set(rules.iter().map(String::as_str)))
            .with("path", path.as_ref().map(|path| Json::Text(path.written()))),
    )
}

fn rule(rule: &Rule) -> Json {
    let Rule { name, regex, keywords, within, secret, checksum, entropy, allow, full_scan, .. } = rule;
    let secret = match secret {
        Secret::Default => None,
        Secret::Number(number) => Some(Json::Number(*number)),
        Secret::Name(Text { text, .. }) => Some(Json::text(text)),
    };
    let checksum = checksum.map(|checksum| match checksum {
        Checksum::Luhn => "luhn",
        Checksum::Mod97 => "mod97",
    });
    Json::Map(
        Map::default()
            .with("name", Json::text(name))
            .with("regex", Json::text(&regex.text))
            .with("keywords", set(keywords.iter().map(String::as_str)))
            .with("within", unless(*within, DEFAULT_WITHIN, |within| Json::Number(within.into())))
            .with("secret", secret)
            .with("checksum", checksum.map(Json::text))
            .with("entropy", entropy.map(|entropy| Json::Decimal(written_entropy(entropy))))
            .with("allow", allowed(allow).if_any())
            .with("scan", full_scan.then(|| Json::text("full")))
            .with("action", action_if_other(&rule.action)),
    )
}

fn key(key: &Key) -> Json {
    let Key { which, action, rule, text_only, place: _ } = key;
    let (kind, which) = match which {
        Which::Name(name) => ("name", folded(&name.text)),
        Which::Path(path) => ("path", path.written()),
    };
    Json::Map(
        Map::default()
            .with(kind, Json::Text(which))
            .with("action", action_if_other(action))
            .with("rule", unless(rule.as_str(), DEFAULT_RULE, Json::text))
            .with("text_only", text_only.then_some(Json::Bool(true))),
    )
}

/// Its length is part of the actions that hash.
fn hash_json(hash: &Hash) -> Option<Json> {
    let key = |key: &crate::model::HashKey| {
        let from = match &key.from {
            Source::Env(name) => format!("env:{name}"),
            Source::File(path) => format!("file:{path}"),
        };
        Json::Map(Map::default().with("id", Json::text(&key.id)).with("from", Json::Text(from)))
    };
    Map::default().with("keys", list(&hash.keys, key)).if_any()
}

fn parse_json(parse: &Parse) -> Option<Json> {
    let default = Parse::default();
    let body = (parse.body != default.body).then(|| list(&parse.body, |name| Json::text(name))).flatten();
    let prefix = unless(parse.conflict_prefix.as_str(), &default.conflict_prefix, Json::text);
    let Formats { json, loguru, logfmt, klog } = parse.formats;
    let other = default.formats;
    let formats = Map::default()
        .with("json", unless(json, other.json, Json::Bool))
        .with("loguru", unless(loguru, other.loguru, Json::Bool))
        .with("logfmt", unless(logfmt, other.logfmt, Json::Bool))
        .with("klog", unless(klog, other.klog, Json::Bool));
    Map::default()
        .with("body", body)
        .with("conflict", Map::default().with("prefix", prefix).if_any())
        .with("formats", formats.if_any())
        .with("depth", unless(parse.depth, default.depth, |depth| Json::Number(depth.into())))
        .if_any()
}

fn enrich_json(enrich: &Enrich) -> Option<Json> {
    let Enrich { names, fields, lookups } = enrich;
    let names = match names {
        Names::Kubernetes => None,
        Names::OpenTelemetry => Some("opentelemetry"),
        Names::Ecs => Some("ecs"),
    };
    let lookup = |lookup: &Lookup| {
        Json::Map(
            Map::default()
                .with("field", Json::text(&lookup.field))
                .with("from", Json::Text(lookup.from.written()))
                .with("values", Json::Map(pairs(&lookup.values)))
                .with("default", lookup.default.as_deref().map(Json::text)),
        )
    };
    Map::default()
        .with("names", names.map(Json::text))
        .with("fields", pairs(fields).if_any())
        .with("lookups", list(lookups, lookup))
        .if_any()
}

fn route_json(route: &Route) -> Json {
    let missing = match &route.missing {
        Missing::Skip => Some("skip"),
        Missing::Text(text) => (text != DEFAULT_MISSING).then_some(text.as_str()),
    };
    Json::Map(
        Map::default()
            .with("when", list(&route.when, condition))
            .with("tag", Json::Text(route.tag.written()))
            .with("missing", missing.map(Json::text)),
    )
}

fn condition(given: &Condition) -> Json {
    let map = Map::default();
    Json::Map(match given {
        Condition::Field { field, test } => {
            let map = map.with("field", Json::Text(field.written()));
            match test {
                Test::Equals(text) => map.with("equals", Json::text(text)),
                Test::In(texts) => map.with("in", list(texts, |text| Json::text(text))),
                Test::Prefix(text) => map.with("prefix", Json::text(text)),
                Test::Glob(text) => map.with("glob", Json::text(text)),
                Test::Exists(exists) => map.with("exists", Json::Bool(*exists)),
            }
        }
        Condition::Severity(severity) => map.with("severity", Json::text(severity.name())),
        Condition::Redacted(Redacted::Anything) => map.with("redacted", Json::Bool(true)),
        Condition::Redacted(Redacted::Rules(rules)) => map.with("redacted", list(rules, |rule| Json::text(rule))),
        Condition::Not(inner) => map.with("not", condition(inner)),
        Condition::Any(any) => map.with("any", list(any, condition)),
    })
}

fn audit_json(audit: Audit) -> Option<Json> {
    let write = match audit.write {
        Write::WhenRedacted => None,
        Write::Always => Some("always"),
        Write::Never => Some("never"),
    };
    Map::default()
        .with("write", write.map(Json::text))
        .with("policy", audit.policy.then_some(Json::Bool(true)))
        .if_any()
}
