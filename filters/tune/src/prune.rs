//! Takes out of a module what nobody can call.

use crate::Error;
use std::collections::HashSet;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, ExportSection, Function, Instruction, Module};
use wasmparser::{ElementItems, ExternalKind, FunctionBody, Operator, Parser, Payload};

/// The module `wasm` without the exports of these names. A function that no other export reaches keeps its place, so that
/// all the others keep their numbers, and does nothing but trap.
///
/// # Errors
///
/// It is no WebAssembly module, or one with what this program does not know.
pub fn prune(wasm: &[u8], exports: &[&str]) -> Result<Vec<u8>, String> {
    let refused = |error: &dyn core::fmt::Display| format!("not a WebAssembly module that can be rewritten: {error}");
    let reached = reached(wasm, exports).map_err(|error| refused(&error))?;
    let mut prune = Prune { exports, reached: reached.functions, next: reached.imported };
    let mut module = Module::new();
    prune.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|error| refused(&error))?;
    Ok(module.finish())
}

/// Functions that can be called.
struct Reached {
    functions: HashSet<u32>,
    /// How many are imported: they come first.
    imported: u32,
}

/// What the exports but for these, the table and the start function reach.
fn reached(wasm: &[u8], exports: &[&str]) -> Result<Reached, wasmparser::BinaryReaderError> {
    let (mut imported, mut calls, mut open) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func && !exports.contains(&export.name) {
                        open.push(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => open.push(func),
            Payload::ElementSection(section) => {
                for element in section {
                    if let ElementItems::Functions(functions) = element?.items {
                        for function in functions {
                            open.push(function?);
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut called = Vec::new();
                for operator in body.get_operators_reader()? {
                    if let Operator::Call { function_index } | Operator::RefFunc { function_index } = operator? {
                        called.push(function_index);
                    }
                }
                calls.push(called);
            }
            _ => {}
        }
    }
    let mut functions = HashSet::new();
    while let Some(function) = open.pop() {
        if functions.insert(function) {
            let own = function.checked_sub(imported).and_then(|own| calls.get(own as usize));
            open.extend(own.into_iter().flatten());
        }
    }
    Ok(Reached { functions, imported })
}

struct Prune<'a> {
    exports: &'a [&'a str],
    reached: HashSet<u32>,
    /// The function whose body comes next.
    next: u32,
}

impl Reencode for Prune<'_> {
    type Error = core::convert::Infallible;

    fn parse_export(&mut self, exports: &mut ExportSection, export: wasmparser::Export<'_>) -> Result<(), Error> {
        if self.exports.contains(&export.name) { Ok(()) } else { RoundtripReencoder.parse_export(exports, export) }
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        let function = self.next;
        self.next += 1;
        if self.reached.contains(&function) {
            return RoundtripReencoder.parse_function_body(code, body);
        }
        let mut nothing = Function::new([]);
        nothing.instruction(&Instruction::Unreachable);
        nothing.instruction(&Instruction::End);
        code.function(&nothing);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_call_goes() {
        let module = |extra: &str, body: &str| {
            let text = format!(
                r#"(module (table 1 funcref) (elem (i32.const 0) $t)
                (func $a (export "a") (result i32) call $b)
                (func $b (result i32) i32.const 1)
                (func $c {extra} (result i32) {body})
                (func $t (result i32) i32.const 2))"#
            );
            wat::parse_str(text).expect("the module is well-formed")
        };
        let whole = module(r#"(export "c")"#, "i32.const 3 drop call $b");
        assert_eq!(prune(&whole, &["c"]), Ok(module("", "unreachable")));
        assert_eq!(prune(&whole, &[]).as_deref(), Ok(whole.as_slice()));
        assert!(prune(b"no module", &[]).is_err_and(|error| error.starts_with("not a WebAssembly module")));
    }
}
