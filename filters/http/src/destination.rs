//! Where a record goes that has a route: its own destination is rewritten, in the words of the store.

use alloc::vec::Vec;

/// What the route of a record changes about where it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destinations {
    /// The `_index` of Elasticsearch and the `index` of Splunk.
    pub index: Option<Index>,
    /// What Loki is told.
    pub loki: Option<Loki>,
}

/// A name of an index, from the route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The text, in which `{route}` stands for the route.
    text: Vec<u8>,
}

/// How Loki is told of the route, under the name `archive_tag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loki {
    /// By a label: records with another route are another stream.
    Label,
    /// By [structured metadata](https://grafana.com/docs/loki/latest/get-started/labels/structured-metadata/).
    StructuredMetadata,
}

const ROUTE: &[u8] = b"{route}";

impl Index {
    /// The index of this text, in which `{route}` stands for the route.
    #[must_use]
    pub fn new(text: &str) -> Index {
        Index { text: text.as_bytes().to_vec() }
    }

    /// Writes the name for a route, in lower case as Elasticsearch
    /// [wants it](https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create).
    pub(crate) fn write(&self, route: &[u8], out: &mut Vec<u8>) {
        let mut rest = &self.text[..];
        while let Some((first, more)) = rest.split_first() {
            rest = match rest.strip_prefix(ROUTE) {
                Some(behind) => {
                    out.extend(route.iter().map(u8::to_ascii_lowercase));
                    behind
                }
                None => {
                    out.push(*first);
                    more
                }
            };
        }
    }
}
