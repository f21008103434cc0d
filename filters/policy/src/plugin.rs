//! The configuration of a plugin in Envoy that may have a policy.

use alloc::format;
use alloc::vec::Vec;

use podsieve_config::Reader;
use podsieve_config::plugin::{self, Plugin};

use crate::model::{File, Known};
use crate::yaml::{self, Kind, Node, Wrong};

/// Reads the configuration of a plugin in YAML; a text without anything is a gateway.
///
/// # Errors
/// As for [`crate::read`]. What is wrong with a policy that is a text begins with its place there.
pub fn read(text: &str, known: &Known<'_>) -> Result<Plugin<File>, Vec<Wrong>> {
    let node = yaml::read(text).map_err(|wrong| alloc::vec![wrong])?;
    plugin::read(node, text, |node, reader| policy(node, reader, known))
}

/// A policy, as a map or as text.
fn policy(node: &Node, reader: &mut Reader<'_>, known: &Known<'_>) -> Option<File> {
    let file = if let Kind::Scalar { text, .. } = &node.kind {
        match crate::read(text, known) {
            Ok(file) => file,
            Err(wrongs) => {
                for wrong in wrongs {
                    reader.wrong(node.place, &format!("in the policy, {wrong}"));
                }
                return None;
            }
        }
    } else {
        let mut own = crate::read::Reader::new(reader.source(), known);
        let file = File::read(node, &mut own);
        match own.end(file) {
            Ok(file) => file,
            Err(wrongs) => {
                for wrong in wrongs {
                    reader.wrong(wrong.place, &wrong.what);
                }
                return None;
            }
        }
    };
    if !file.hash.keys.is_empty() {
        reader.wrong(
            node.place,
            "the keys of hashes do not reach a plugin, and do not belong into its configuration: bake the policy into the module, `podsieve bake --envoy`",
        );
    }
    Some(file)
}
