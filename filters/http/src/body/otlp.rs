//! Logs of OpenTelemetry in the [JSON encoding of OTLP](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding):
//! what is redacted is written back as it came, as values with types. A route is told by the attribute `archive_tag`.

use alloc::vec::Vec;

use super::Context;
use crate::json::{Member, elements, members, string, trim};
use crate::sieve::Sieve;

/// How deep values with types may lie in each other; what is deeper is masked.
const MAX_DEPTH: usize = 20;

const ROUTE: &[u8] = b"\"archive_tag\"";
const MASK: &[u8] = br#"{"stringValue":"[REDACTED:secret]"}"#;

/// What is known of the resource whose records are being read: its attributes as members of a record.
#[derive(Default)]
pub(super) struct Resource {
    plain: Vec<u8>,
}

impl Resource {
    /// Writes a resource.
    pub(super) fn resource(&mut self, resource: &[u8], sieve: &mut Sieve, out: &mut Vec<u8>) {
        self.plain.clear();
        let found = members(resource).unwrap_or_default();
        if let Some(attributes) = found.iter().find(|member| member.key == b"attributes") {
            plain_attributes(attributes.value, &mut self.plain);
        }
        scope(resource, sieve, out);
    }

    /// Writes a record.
    pub(super) fn record(&mut self, record: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) {
        let Some(found) = members(record) else { return sieve.kept(record, out) };
        let value = |key: &[u8]| found.iter().find(|member| member.key == key).map(|member| member.value);
        let mut plain = self.plain.clone();
        if let Some(attributes) = value(b"attributes") {
            plain_attributes(attributes, &mut plain);
        }
        if let Some(severity) = value(b"severityText").filter(|severity| string(severity).is_some()) {
            name(b"severity", &mut plain);
            plain.extend_from_slice(severity);
        }
        if let Some(body) = value(b"body") {
            name(b"log", &mut plain);
            if !put_plain(body, MAX_DEPTH, &mut plain) {
                plain.extend_from_slice(b"null");
            }
        }
        plain.insert(0, b'{');
        plain.push(b'}');
        sieve.routed(&context.tag, &plain);
        let route = sieve.route().to_vec();
        let mut object = Object::new(out);
        let mut told = route.is_empty();
        for member in &found {
            let out = object.member(member.key);
            match member.key {
                b"attributes" => {
                    told = true;
                    attributes(member.value, &route, sieve, out);
                }
                b"body" => body(member.value, context, sieve, out),
                b"timeUnixNano"
                | b"observedTimeUnixNano"
                | b"severityNumber"
                | b"traceId"
                | b"spanId"
                | b"flags"
                | b"droppedAttributesCount"
                    if is_word(member.value) =>
                {
                    out.extend_from_slice(member.value);
                }
                _ => sieve.value(member.value, out),
            }
        }
        if !told {
            attributes(b"[]", &route, sieve, object.member(b"attributes"));
        }
        object.end();
    }
}

/// Writes a resource or a scope: an object with attributes.
pub(super) fn scope(scope: &[u8], sieve: &mut Sieve, out: &mut Vec<u8>) {
    let Some(found) = members(scope) else { return sieve.value(scope, out) };
    let mut object = Object::new(out);
    for member in &found {
        let out = object.member(member.key);
        match member.key {
            b"attributes" => attributes(member.value, &[], sieve, out),
            _ => sieve.value(member.value, out),
        }
    }
    object.end();
}

/// Writes what stands for a record that is too long.
pub(super) fn too_long(context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) -> bool {
    let some = sieve.too_large(&context.tag, &mut Vec::new());
    if some {
        out.extend_from_slice(br#"{"body":{"stringValue":"[REDACTED:secret]"},"attributes":[{"key":"podsieve.error","value":{"stringValue":"too_large"}}]}"#);
    }
    some
}

/// Numbers, and what is hexadecimal: ids and times, which have no secrets.
fn is_word(value: &[u8]) -> bool {
    string(value).unwrap_or(value).iter().all(u8::is_ascii_hexdigit)
}

/// An object that is being written.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    separator: u8,
}

impl<'a> Object<'a> {
    fn new(out: &'a mut Vec<u8>) -> Object<'a> {
        Object { out, separator: b'{' }
    }

    /// Where the value of a member is to be written. The key is one of the format, or has been redacted.
    fn member(&mut self, key: &[u8]) -> &mut Vec<u8> {
        self.out.push(core::mem::replace(&mut self.separator, b','));
        self.out.push(b'"');
        self.out.extend_from_slice(key);
        self.out.extend_from_slice(b"\":");
        self.out
    }

    fn end(self) {
        if self.separator == b'{' {
            self.out.push(b'{');
        }
        self.out.push(b'}');
    }
}

/// Writes the body of a record.
fn body(value: &[u8], context: &Context, sieve: &mut Sieve, out: &mut Vec<u8>) {
    let found = members(value).unwrap_or_default();
    if let [Member { key: b"stringValue", value }] = found[..]
        && let Some(content) = string(value)
    {
        out.extend_from_slice(b"{\"stringValue\":\"");
        sieve.quietly(|sieve| sieve.within(&context.tag, content, out));
        out.extend_from_slice(b"\"}");
        return;
    }
    any(b"body", value, sieve, out);
}

/// Writes a list of attributes, and the route as one more.
fn attributes(list: &[u8], route: &[u8], sieve: &mut Sieve, out: &mut Vec<u8>) {
    let Some(found) = elements(list) else { return sieve.value(list, out) };
    let mut separator = b'[';
    for attribute in found {
        let members = members(attribute).unwrap_or_default();
        let value = |key: &[u8]| members.iter().find(|member| member.key == key).map(|member| member.value);
        if !route.is_empty() && value(b"key") == Some(ROUTE) {
            continue;
        }
        out.push(core::mem::replace(&mut separator, b','));
        match (value(b"key").and_then(string), value(b"value"), members.len()) {
            (Some(key), Some(value), 2) => {
                out.extend_from_slice(b"{\"key\":\"");
                sieve.quietly(|sieve| sieve.content(key, out));
                out.extend_from_slice(b"\",\"value\":");
                any(key, value, sieve, out);
                out.push(b'}');
            }
            _ => sieve.value(attribute, out),
        }
    }
    if !route.is_empty() {
        out.push(core::mem::replace(&mut separator, b','));
        out.extend_from_slice(b"{\"key\":\"archive_tag\",\"value\":{\"stringValue\":\"");
        out.extend_from_slice(route);
        out.extend_from_slice(b"\"}}");
    }
    if separator == b'[' {
        out.push(b'[');
    }
    out.push(b']');
}

/// Writes a value with its type, which stands under `key`: as it came, if nothing in it is secret.
fn any(key: &[u8], value: &[u8], sieve: &mut Sieve, out: &mut Vec<u8>) {
    let mut plain = Vec::new();
    if !put_plain(value, MAX_DEPTH, &mut plain) {
        return out.extend_from_slice(MASK);
    }
    let mut made = Vec::new();
    sieve.quietly(|sieve| sieve.member(&Member { key, value: &plain }, &mut made));
    made.insert(0, b'{');
    made.push(b'}');
    let found = members(&made).unwrap_or_default();
    match found.first() {
        Some(member) if member.value == plain => out.extend_from_slice(value),
        Some(member) => put_any(member.value, MAX_DEPTH, out),
        None => out.extend_from_slice(b"{\"stringValue\":\"\"}"),
    }
}

/// Appends attributes as members of an object.
fn plain_attributes(list: &[u8], out: &mut Vec<u8>) {
    for attribute in elements(list).unwrap_or_default() {
        let members = members(attribute).unwrap_or_default();
        let value = |key: &[u8]| members.iter().find(|member| member.key == key).map(|member| member.value);
        let (Some(key), Some(value)) = (value(b"key").and_then(string), value(b"value")) else { continue };
        let from = out.len();
        name(if key == b"service.name" { b"service" } else { key }, out);
        if !put_plain(value, MAX_DEPTH, out) {
            out.truncate(from);
        }
    }
}

fn name(key: &[u8], out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
}

/// Appends a value with its type as plain JSON. False if it is none, or too deep.
fn put_plain(value: &[u8], depth: usize, out: &mut Vec<u8>) -> bool {
    let Some(found) = members(value).filter(|_| depth > 0) else { return false };
    let [Member { key, value }] = found[..] else {
        out.extend_from_slice(b"null");
        return found.is_empty();
    };
    match key {
        b"intValue" => {
            let digits = string(value).unwrap_or(value);
            let number = digits.strip_prefix(b"-").unwrap_or(digits);
            let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
            out.extend_from_slice(if is_number { digits } else { value });
            true
        }
        b"stringValue" | b"doubleValue" | b"boolValue" | b"bytesValue" => {
            let scalar = !matches!(value.first(), Some(b'{' | b'['));
            out.extend_from_slice(if scalar { value } else { b"null" });
            scalar
        }
        b"arrayValue" => {
            let Some(values) = list(value) else { return false };
            out.push(b'[');
            for (n, value) in values.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                if !put_plain(value, depth - 1, out) {
                    return false;
                }
            }
            out.push(b']');
            true
        }
        b"kvlistValue" => {
            let Some(values) = list(value) else { return false };
            out.push(b'{');
            for (n, pair) in values.iter().enumerate() {
                let Some(found) = members(pair) else { return false };
                let value = |key: &[u8]| found.iter().find(|member| member.key == key).map(|member| member.value);
                let Some(key) = value(b"key").filter(|key| string(key).is_some()) else { return false };
                if n > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(key);
                out.push(b':');
                if !put_plain(value(b"value").unwrap_or(b"{}"), depth - 1, out) {
                    return false;
                }
            }
            out.push(b'}');
            true
        }
        _ => false,
    }
}

/// The `values` of a list.
fn list(value: &[u8]) -> Option<Vec<&[u8]>> {
    match members(value)?[..] {
        [] => Some(Vec::new()),
        [Member { key: b"values", value }] => elements(value),
        _ => None,
    }
}

/// Appends plain JSON as a value with its type.
fn put_any(value: &[u8], depth: usize, out: &mut Vec<u8>) {
    let value = trim(value);
    let scalar = |name: &[u8], value: &[u8], out: &mut Vec<u8>| {
        out.extend_from_slice(b"{\"");
        out.extend_from_slice(name);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value);
        out.push(b'}');
    };
    match value.first() {
        _ if depth == 0 => out.extend_from_slice(MASK),
        Some(b'"') => scalar(b"stringValue", value, out),
        Some(b't' | b'f') => scalar(b"boolValue", value, out),
        Some(b'{') => {
            out.extend_from_slice(b"{\"kvlistValue\":{\"values\":[");
            for (n, member) in members(value).unwrap_or_default().iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(b"{\"key\":\"");
                out.extend_from_slice(member.key);
                out.extend_from_slice(b"\",\"value\":");
                put_any(member.value, depth - 1, out);
                out.push(b'}');
            }
            out.extend_from_slice(b"]}}");
        }
        Some(b'[') => {
            out.extend_from_slice(b"{\"arrayValue\":{\"values\":[");
            for (n, element) in elements(value).unwrap_or_default().iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                put_any(element, depth - 1, out);
            }
            out.extend_from_slice(b"]}}");
        }
        Some(b'0'..=b'9' | b'-') => {
            let whole = value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
            if whole {
                out.extend_from_slice(b"{\"intValue\":\"");
                out.extend_from_slice(value);
                out.extend_from_slice(b"\"}");
            } else {
                scalar(b"doubleValue", value, out);
            }
        }
        _ => out.extend_from_slice(b"{}"),
    }
}
