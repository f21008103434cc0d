//! What a plugin in Envoy is told: its mode, what it does there, and its policy.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use podsieve_core::Function;
use podsieve_http::{Destinations, Fields, Format, Index, Loki, Uninspected};

use crate::node::{Kind, Node, Wrong};
use crate::read::{Form, Reader, bytes};

/// The configuration of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin<P> {
    /// What it is.
    pub mode: Mode,
    /// Its policy, if it says one.
    pub policy: Option<P>,
}

/// What a plugin is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// An HTTP filter between collectors and stores: it redacts the records in bodies.
    Gateway(Gateway),
    /// An HTTP filter in front of an application: it writes an audit record for each request.
    Edge(Edge),
    /// An access logger: it writes an audit record for each request.
    AccessLog(Audited),
}

/// A gateway between collectors and stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// What is done to each record.
    pub function: Function,
    /// Which tag records have.
    pub tag: Tag,
    /// Paths, each with how the bodies are read whose paths begin so; nothing: they pass as they are.
    pub formats: Vec<(String, Option<Format>)>,
    /// Where records go that have a route.
    pub destinations: Destinations,
    /// A tag for a whole body.
    pub archive_tag: Option<ArchiveTag>,
    /// What becomes of what cannot be looked at, in the order of [`Uninspected::ALL`].
    pub uninspected: [Rule; 4],
}

/// Which tag records have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// This one.
    Text(String),
    /// The one in this header of the request.
    Header(String),
}

/// A header that says what is in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveTag {
    /// The header.
    pub header: String,
    /// Its values, the most important one first: what the `archive_tag` of a record begins with, or `sensitive`.
    pub order: Vec<String>,
    /// Its value if no record has any of them.
    pub default: String,
    /// How long a body may be, in bytes, to be held back until it is known.
    pub buffer: u32,
}

/// What becomes of a body that cannot be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The client is told so, and nothing goes on.
    Reject,
    /// It passes, and a header says so.
    PassAndTag,
    /// It passes.
    Skip,
}

/// An HTTP filter in front of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// What is known of each request.
    pub audited: Audited,
    /// What is taken out of JSON bodies.
    pub fields: Fields,
    /// So long, in bytes, a body may be of which something is taken.
    pub limit: u32,
    /// Whether records go to filter state, for an access log of Envoy's, and not to Envoy's own log.
    pub to_filter_state: bool,
}

/// What audit records say of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Audited {
    /// The service that requests are made to.
    pub service: String,
    /// The header that says for whom; empty if none does.
    pub tenant: String,
}

const PLUGIN: Form = Form::section("plugin", &["mode", "policy", "function", "tag", "gateway", "edge", "access_log"]);
const GATEWAY: Form = Form::section("gateway", &["formats", "destinations", "archive_tag", "uninspected"]);
const FORMAT: Form = Form::new("format", &["path", "format"]);
const DESTINATIONS: Form = Form::section("destinations", &["index", "loki"]);
const ARCHIVE_TAG: Form = Form::section("archive_tag", &["header", "order", "default", "buffer"]);
const UNINSPECTED: Form = Form::section("uninspected", &["compressed", "protobuf", "unknown", "too_large"]);
const EDGE: Form = Form::section("edge", &["service", "tenant", "body", "to"]);
const ACCESS_LOG: Form = Form::section("access_log", &["service", "tenant"]);
const BODY: Form = Form::section("body", &["fields", "limit"]);
const HEADER: Form = Form::new("header", &["header"]);

const MODES: &[(&str, &str)] = &[("gateway", "gateway"), ("edge", "edge"), ("access_log", "access_log")];
const RULES: &[(&str, Rule)] = &[("reject", Rule::Reject), ("pass_and_tag", Rule::PassAndTag), ("skip", Rule::Skip)];
const LOKI: &[(&str, Loki)] = &[("label", Loki::Label), ("structured_metadata", Loki::StructuredMetadata)];

impl Rule {
    /// Its name in configurations and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        RULES.iter().find(|(_, rule)| *rule == self).map_or("", |(name, _)| name)
    }
}

impl Default for Gateway {
    fn default() -> Gateway {
        Gateway {
            function: Function::Pipeline,
            tag: Tag::Text(String::new()),
            formats: Vec::new(),
            destinations: Destinations::default(),
            archive_tag: None,
            // Bodies that are too long for a tag are redacted all the same.
            uninspected: [Rule::Reject, Rule::Reject, Rule::Reject, Rule::PassAndTag],
        }
    }
}

/// Makes a configuration of the tree of the file `source`; nothing is a gateway. What `policy` says is read by the last one.
///
/// # Errors
/// All that is wrong, in the order of the places and up to [`MAX_WRONGS`](crate::MAX_WRONGS).
pub fn read<P>(
    mut node: Node,
    source: &str,
    policy: impl FnOnce(&Node, &mut Reader<'_>) -> Option<P>,
) -> Result<Plugin<P>, Vec<Wrong>> {
    if node.is_null() {
        node.kind = Kind::Map(Vec::new());
    }
    let mut reader = Reader::new(source);
    let (mode, said) = mode(&node, &mut reader);
    let policy = said.and_then(|node| policy(node, &mut reader));
    reader.end(Plugin { mode, policy })
}

/// The mode, and the node of the policy.
fn mode<'n>(node: &'n Node, reader: &mut Reader<'_>) -> (Mode, Option<&'n Node>) {
    let fields = reader.fields(node, &PLUGIN);
    let mode = fields.get("mode").and_then(|node| reader.choice(node, MODES, "mode")).unwrap_or("gateway");
    for key in ["gateway", "edge", "access_log", "function", "tag"] {
        let belongs = key == mode || (mode == "gateway" && matches!(key, "function" | "tag"));
        if let Some((name, _)) = fields.entry(key).filter(|_| !belongs) {
            reader.wrong(name.place, &format!("`{key}` says nothing in mode {mode}"));
        }
    }
    let section = fields.get(mode);
    let mode = match mode {
        "edge" => Mode::Edge(edge(section, reader)),
        "access_log" => Mode::AccessLog(section.map(|node| access_log(node, reader)).unwrap_or_default()),
        _ => {
            let mut gateway = section.map(|node| gateway(node, reader)).unwrap_or_default();
            if let Some(node) = fields.get("function") {
                let functions = Function::ALL.map(|function| (function.name(), function));
                gateway.function = reader.choice(node, &functions, "function").unwrap_or(gateway.function);
            }
            if let Some(node) = fields.get("tag") {
                gateway.tag = match node.kind {
                    Kind::Map(_) => Tag::Header(header(node, reader)),
                    _ => Tag::Text(reader.any_text(node)),
                };
            }
            Mode::Gateway(gateway)
        }
    };
    (mode, fields.get("policy"))
}

fn gateway(node: &Node, reader: &mut Reader<'_>) -> Gateway {
    let fields = reader.fields(node, &GATEWAY);
    let mut gateway = Gateway::default();
    if let Some(node) = fields.get("formats") {
        let nodes = reader.list(node, "a list of formats");
        gateway.formats = nodes.iter().filter_map(|node| format_of(node, reader)).collect();
    }
    if let Some(node) = fields.get("destinations") {
        let fields = reader.fields(node, &DESTINATIONS);
        gateway.destinations.index = fields.get("index").map(|node| index(node, reader));
        gateway.destinations.loki = fields.get("loki").and_then(|node| reader.choice(node, LOKI, "choice"));
    }
    gateway.archive_tag = fields.get("archive_tag").map(|node| archive_tag(node, reader));
    if let Some(node) = fields.get("uninspected") {
        let fields = reader.fields(node, &UNINSPECTED);
        for (reason, rule) in Uninspected::ALL.iter().zip(&mut gateway.uninspected) {
            if let Some(node) = fields.get(reason.name()) {
                *rule = reader.choice(node, RULES, "rule").unwrap_or(*rule);
            }
        }
    }
    gateway
}

fn format_of(node: &Node, reader: &mut Reader<'_>) -> Option<(String, Option<Format>)> {
    let fields = reader.fields(node, &FORMAT);
    let path = fields.need("path", reader).map(|node| {
        let path = reader.text(node);
        if !path.starts_with('/') {
            reader.wrong(node.place, "a path begins with /");
        }
        path
    });
    let mut formats: Vec<_> = Format::ALL.iter().map(|format| (format.name(), Some(*format))).collect();
    formats.push(("skip", None));
    let format = fields.need("format", reader).and_then(|node| reader.choice(node, &formats, "format"));
    Some((path?, format?))
}

fn index(node: &Node, reader: &mut Reader<'_>) -> Index {
    let text = reader.text(node);
    let is_safe = |first: char| matches!(first, 'a'..='z' | '0'..='9' | '-' | '_' | '.');
    let mut rest = text.as_str();
    while let Some(behind) = rest.strip_prefix("{route}").or_else(|| rest.strip_prefix(is_safe)) {
        rest = behind;
    }
    if !rest.is_empty() {
        reader.wrong(node.place, "the name of an index has only a-z, 0-9, -, _, . and {route}");
    }
    Index::new(&text)
}

fn archive_tag(node: &Node, reader: &mut Reader<'_>) -> ArchiveTag {
    let fields = reader.fields(node, &ARCHIVE_TAG);
    let order = match fields.get("order") {
        Some(node) => {
            let order = reader.texts(node);
            if order.is_empty() {
                reader.wrong(node.place, "expected at least one value");
            }
            order
        }
        None => ["archive.audit", "archive.error", "sensitive"].map(ToOwned::to_owned).to_vec(),
    };
    ArchiveTag {
        header: fields.get("header").map_or_else(|| "x-archive-tag".to_owned(), |node| header_name(node, reader)),
        order,
        default: fields.get("default").map_or_else(|| "standard".to_owned(), |node| reader.text(node)),
        // More is held back in bursts, and Envoy refuses what is longer than its own limit, 1 MiB if nothing else is said.
        buffer: fields.get("buffer").map_or(256 << 10, |node| size(node, 1 << 10, 512 << 20, reader)),
    }
}

fn edge(node: Option<&Node>, reader: &mut Reader<'_>) -> Edge {
    let mut edge =
        Edge { audited: Audited::default(), fields: Fields::default(), limit: 64 << 10, to_filter_state: false };
    let Some(node) = node else { return edge };
    let fields = reader.fields(node, &EDGE);
    edge.audited = audited(fields.get("service"), fields.get("tenant"), reader);
    if let Some(node) = fields.get("body") {
        let fields = reader.fields(node, &BODY);
        if let Some(node) = fields.get("fields") {
            edge.fields = body_fields(node, reader);
        }
        edge.limit = fields.get("limit").map_or(edge.limit, |node| size(node, 1 << 10, 1 << 20, reader));
    }
    if let Some(node) = fields.get("to") {
        edge.to_filter_state = reader.choice(node, &[("log", false), ("filter_state", true)], "choice") == Some(true);
    }
    edge
}

fn access_log(node: &Node, reader: &mut Reader<'_>) -> Audited {
    let fields = reader.fields(node, &ACCESS_LOG);
    audited(fields.get("service"), fields.get("tenant"), reader)
}

fn audited(service: Option<&Node>, tenant: Option<&Node>, reader: &mut Reader<'_>) -> Audited {
    Audited {
        service: service.map(|node| reader.any_text(node)).unwrap_or_default(),
        tenant: tenant.map(|node| header(node, reader)).unwrap_or_default(),
    }
}

/// Paths of members, each under its own last name, or names and paths.
fn body_fields(node: &Node, reader: &mut Reader<'_>) -> Fields {
    let path = |text: &str| text.split('.').map(|part| part.as_bytes().to_vec()).collect::<Vec<_>>();
    let fields = match &node.kind {
        Kind::Map(pairs) => {
            let named = |(name, node): &(Node, Node)| {
                (name.as_str().unwrap_or_default().as_bytes().to_vec(), path(&reader.text(node)))
            };
            pairs.iter().map(named).collect()
        }
        _ => {
            let texts = reader.texts(node);
            texts.iter().map(|text| (text.rsplit('.').next().unwrap_or(text).as_bytes().to_vec(), path(text))).collect()
        }
    };
    Fields::new(fields)
}

/// `{header: name}`.
fn header(node: &Node, reader: &mut Reader<'_>) -> String {
    let fields = reader.fields(node, &HEADER);
    fields.need("header", reader).map(|node| header_name(node, reader)).unwrap_or_default()
}

/// The name of a header, in the lower case that Envoy has.
fn header_name(node: &Node, reader: &mut Reader<'_>) -> String {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    reader.name(node, 128, "what a header's name has", is_token).to_ascii_lowercase()
}

fn size(node: &Node, least: u32, most: u32, reader: &mut Reader<'_>) -> u32 {
    let size = node.as_str().and_then(bytes).filter(|size| (least..=most).contains(size));
    size.unwrap_or_else(|| {
        reader.expected(node, &format!("{}KiB to {}KiB, or so many bytes", least >> 10, most >> 10));
        least
    })
}
