//! What a record says of its redactions, what becomes of one that failed, and how much is looked at.

use podsieve_config::bytes;

use crate::read::{Form, Reader};
use crate::yaml::Node;

/// What a record says of its redactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Which records have `podsieve.redacted`.
    pub write: Write,
    /// Whether the id of the policy stands in it.
    pub policy: bool,
}

/// Which records say what was redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Those in which something was.
    WhenRedacted,
    /// All.
    Always,
    /// None.
    Never,
}

/// What becomes of a record that could not be handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// Nothing of its text is left, and it says why.
    #[default]
    Mask,
    /// It goes.
    Drop,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// A record of more bytes could not be handled; `None`: any number of bytes.
    pub record: Option<u32>,
}

pub(crate) const AUDIT: Form = Form::section("audit", &["write", "policy"]);
pub(crate) const LIMITS: Form = Form::section("limits", &["record"]);
pub(crate) const WRITE: &[(&str, Write)] =
    &[("when_redacted", Write::WhenRedacted), ("always", Write::Always), ("never", Write::Never)];
pub(crate) const ON_ERROR: &[(&str, OnError)] = &[("mask", OnError::Mask), ("drop", OnError::Drop)];

const MIN_RECORD: u32 = 1 << 10;
const MAX_RECORD: u32 = 1 << 30;

impl Default for Audit {
    fn default() -> Audit {
        Audit { write: Write::WhenRedacted, policy: false }
    }
}

impl Audit {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Audit {
        let fields = reader.fields(node, &AUDIT);
        let mut audit = Audit::default();
        if let Some(node) = fields.get("write") {
            audit.write = reader.choice(node, WRITE, "choice").unwrap_or(audit.write);
        }
        if let Some(node) = fields.get("policy") {
            audit.policy = reader.switch(node);
        }
        audit
    }
}

impl OnError {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> OnError {
        reader.choice(node, ON_ERROR, "choice").unwrap_or_default()
    }
}

impl Limits {
    pub(crate) fn read(node: &Node, reader: &mut Reader<'_>) -> Limits {
        let fields = reader.fields(node, &LIMITS);
        let record = fields.get("record").and_then(|node| {
            let size = node.as_str().and_then(bytes).filter(|size| (MIN_RECORD..=MAX_RECORD).contains(size));
            if size.is_none() {
                reader.expected(node, "1KiB to 1024MiB, or so many bytes");
            }
            size
        });
        Limits { record }
    }
}
