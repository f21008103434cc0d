//! How the body of a record becomes fields.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use podsieve_core::policy::Formats;

use crate::read::{Form, Reader};
use crate::yaml::Node;

/// How the body of a record becomes fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    /// Fields that may hold the body, in order of preference: 1 to 16.
    pub body: Vec<String>,
    /// Put in front of the name of a lifted field that meets another one.
    pub conflict_prefix: String,
    /// Which forms a body may have.
    pub formats: Formats,
    /// How deep JSON that stands in the texts of a body is read into fields, 0 to 8.
    pub depth: u8,
}

pub(crate) const PARSE: Form = Form::section("parse", &["body", "conflict", "formats", "depth"]);
pub(crate) const CONFLICT: Form = Form::section("conflict", &["prefix"]);
pub(crate) const FORMATS: Form = Form::section("formats", &["json", "loguru", "logfmt", "klog"]);

impl Default for Parse {
    fn default() -> Parse {
        Parse {
            body: ["log", "message"].map(|name| name.to_string()).into(),
            conflict_prefix: "log.".to_string(),
            formats: Formats::default(),
            depth: 0,
        }
    }
}

impl Parse {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Parse {
        let fields = reader.fields(node, &PARSE);
        let mut parse = Parse::default();
        if let Some(node) = fields.get("body") {
            parse.body = reader.texts(node);
            if node.as_list().is_some() && !(1..=16).contains(&parse.body.len()) {
                reader.wrong(node.place, &alloc::format!("expected 1 to 16 names, found {}", parse.body.len()));
            }
        }
        if let Some(node) = fields.get("conflict") {
            let fields = reader.fields(node, &CONFLICT);
            if let Some(node) = fields.get("prefix") {
                parse.conflict_prefix = reader.name(node, 16, "A-Z, a-z, 0-9, _, - and dots", |byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
                });
            }
        }
        if let Some(node) = fields.get("formats") {
            parse.formats = formats(node, reader);
        }
        if let Some(node) = fields.get("depth") {
            parse.depth = reader.small(node, 0, 8);
        }
        parse
    }
}

fn formats(node: &Node, reader: &mut Reader<'_>) -> Formats {
    let fields = reader.fields(node, &FORMATS);
    let Formats { json, loguru, logfmt, klog } = Formats::default();
    let mut switch = |name, default| fields.get(name).map_or(default, |node| reader.switch(node));
    Formats {
        json: switch("json", json),
        loguru: switch("loguru", loguru),
        logfmt: switch("logfmt", logfmt),
        klog: switch("klog", klog),
    }
}
