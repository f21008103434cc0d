//! Sections of a module that say something of it, and that no host reads.

use crate::Error;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CustomSection, Module};
use wasmparser::{CustomSectionReader, Parser};

/// The custom section with the version of podsieve.
pub const VERSION: &str = "podsieve.version";

/// The custom section with the policy of a baked module.
pub const POLICY: &str = "podsieve.policy";

/// The module `wasm` with custom sections of these names and contents behind all others, in place of those of the same
/// name.
///
/// # Errors
///
/// It is no WebAssembly module, or one with what this program does not know.
pub fn with_sections(wasm: &[u8], sections: &[(&str, &[u8])]) -> Result<Vec<u8>, String> {
    let mut module = Module::new();
    let read = Without(sections).parse_core_module(&mut module, Parser::new(0), wasm);
    read.map_err(|error| format!("not a WebAssembly module that can be rewritten: {error}"))?;
    for (name, data) in sections {
        module.section(&CustomSection { name: (*name).into(), data: (*data).into() });
    }
    Ok(module.finish())
}

struct Without<'a>(&'a [(&'a str, &'a [u8])]);

impl Reencode for Without<'_> {
    type Error = core::convert::Infallible;

    fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Result<(), Error> {
        if self.0.iter().any(|(name, _)| *name == section.name()) {
            return Ok(());
        }
        RoundtripReencoder.parse_custom_section(module, section)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_there_once() {
        let module = wat::parse_str(r#"(module (@custom "b" "old") (memory 1) (@custom "a" "kept"))"#);
        let module = module.expect("the module is well-formed");
        let with = |data: &str| {
            let text = format!(r#"(module (memory 1) (@custom "a" "kept") (@custom "b" "{data}"))"#);
            wat::parse_str(text).expect("the module is well-formed")
        };
        assert_eq!(with_sections(&module, &[("b", b"1")]), Ok(with("1")));
        assert_eq!(with_sections(&with("1"), &[("b", b"2")]), Ok(with("2")));
        assert!(with_sections(b"no module", &[]).is_err_and(|error| error.starts_with("not a WebAssembly module")));
    }
}
