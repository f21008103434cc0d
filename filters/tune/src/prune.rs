//! Takes out of a module what nobody can call.

use crate::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, ExportSection, FunctionSection, ImportSection, Module};
use wasmparser::{
    CustomSectionReader, ElementItems, ExternalKind, FuncType, FunctionBody, FunctionSectionReader, Operator, Parser,
    Payload, TypeRef,
};

/// The module `wasm` without the exports of these names, without the functions that no other export reaches, imported ones
/// too, and without names of functions. Of functions that are alike, one is left.
///
/// # Errors
///
/// It is no WebAssembly module, or one with what this program does not know.
pub fn prune(wasm: &[u8], exports: &[&str]) -> Result<Vec<u8>, String> {
    prune_but(wasm, &|name| !exports.contains(&name))
}

/// As [`prune`], without all exports but those that `keeps` keeps.
///
/// # Errors
///
/// As there.
pub fn prune_but(wasm: &[u8], keeps: &dyn Fn(&str) -> bool) -> Result<Vec<u8>, String> {
    let refused = |error: &dyn core::fmt::Display| format!("not a WebAssembly module that can be rewritten: {error}");
    let reached = reached(wasm, keeps).map_err(|error| refused(&error))?;
    let mut prune = Prune { keeps, reached, next_import: 0, next: 0 };
    prune.next = prune.reached.imported;
    let mut module = Module::new();
    prune.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|error| refused(&error))?;
    Ok(module.finish())
}

/// Functions that can be called.
struct Reached {
    /// Each with its number among those that are kept.
    numbers: BTreeMap<u32, u32>,
    /// Those that are kept: the first one of several that are alike.
    kept: BTreeSet<u32>,
    /// How many are imported: they come first.
    imported: u32,
}

/// What of the module matters here.
#[derive(Default)]
struct Found {
    types: Vec<FuncType>,
    /// How many functions are imported.
    imported: u32,
    /// The type of each function.
    functions: Vec<u32>,
    /// What each function that is not imported uses.
    bodies: Vec<Uses>,
    /// What is in tables.
    elements: Vec<u32>,
    /// What is called from outside, or may be.
    open: Vec<u32>,
    /// Who is outside can call what is in tables.
    is_table_open: bool,
}

/// What a function uses.
#[derive(Default)]
struct Uses {
    /// Where it stands in the module.
    range: Range<usize>,
    functions: Vec<u32>,
    /// Types of what it calls in tables.
    types: BTreeSet<u32>,
}

/// What the exports that are kept and the start function reach. What is in tables is reached by a call of its type.
fn reached(wasm: &[u8], keeps: &dyn Fn(&str) -> bool) -> Result<Reached, wasmparser::BinaryReaderError> {
    let mut found = found(wasm, keeps)?;
    let of_type = |function: &u32| found.functions.get(*function as usize).and_then(|ty| found.types.get(*ty as usize));
    if found.is_table_open {
        found.open.extend_from_slice(&found.elements);
    }
    let (mut functions, mut types) = (BTreeSet::new(), BTreeSet::new());
    while let Some(function) = found.open.pop() {
        if !functions.insert(function) {
            continue;
        }
        let own = function.checked_sub(found.imported).and_then(|own| found.bodies.get(own as usize));
        let Some(uses) = own else { continue };
        found.open.extend_from_slice(&uses.functions);
        for ty in &uses.types {
            if types.insert(*ty) {
                let ty = found.types.get(*ty as usize);
                found.open.extend(found.elements.iter().filter(|element| of_type(element) == ty));
            }
        }
    }
    let (mut numbers, mut alike, mut kept) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for function in functions {
        let body = function.checked_sub(found.imported).and_then(|own| found.bodies.get(own as usize));
        let body = body.and_then(|uses| wasm.get(uses.range.clone()));
        let next = kept.len() as u32;
        let number = match body {
            Some(body) => *alike.entry((found.functions.get(function as usize).copied(), body)).or_insert(next),
            None => next,
        };
        if number == next {
            kept.insert(function);
        }
        numbers.insert(function, number);
    }
    Ok(Reached { numbers, kept, imported: found.imported })
}

fn found(wasm: &[u8], keeps: &dyn Fn(&str) -> bool) -> Result<Found, wasmparser::BinaryReaderError> {
    let mut found = Found::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    found.types.push(ty?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Func(ty) => {
                            found.imported += 1;
                            found.functions.push(ty);
                        }
                        TypeRef::Table(_) => found.is_table_open = true,
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    found.functions.push(ty?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if keeps(export.name) {
                        match export.kind {
                            ExternalKind::Func => found.open.push(export.index),
                            ExternalKind::Table => found.is_table_open = true,
                            _ => {}
                        }
                    }
                }
            }
            Payload::StartSection { func, .. } => found.open.push(func),
            Payload::ElementSection(section) => {
                for element in section {
                    if let ElementItems::Functions(functions) = element?.items {
                        for function in functions {
                            found.elements.push(function?);
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                let range = range.start as usize..range.end as usize;
                let mut uses = Uses { range, ..Uses::default() };
                for operator in body.get_operators_reader()? {
                    match operator? {
                        Operator::Call { function_index } | Operator::RefFunc { function_index } => {
                            uses.functions.push(function_index);
                        }
                        Operator::CallIndirect { type_index, .. } => {
                            uses.types.insert(type_index);
                        }
                        _ => {}
                    }
                }
                found.bodies.push(uses);
            }
            _ => {}
        }
    }
    Ok(found)
}

struct Prune<'a> {
    keeps: &'a dyn Fn(&str) -> bool,
    reached: Reached,
    /// The imported function that comes next.
    next_import: u32,
    /// The function whose body comes next.
    next: u32,
}

impl Prune<'_> {
    fn is_kept(&self, function: u32) -> bool {
        self.reached.kept.contains(&function)
    }
}

impl Reencode for Prune<'_> {
    type Error = core::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        // Who is not reached stands only in tables, where nobody calls it: any function may take its place that is of
        // another type, and one that is of the same type is not called either.
        Ok(self.reached.numbers.get(&function).copied().unwrap_or(0))
    }

    fn parse_imports(&mut self, section: &mut ImportSection, imports: wasmparser::Imports<'_>) -> Result<(), Error> {
        // One by one, however they are written.
        for import in imports {
            let (_, import) = import?;
            if matches!(import.ty, TypeRef::Func(_)) {
                self.next_import += 1;
                if !self.is_kept(self.next_import - 1) {
                    continue;
                }
            }
            RoundtripReencoder.parse_import(section, import)?;
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for (function, ty) in (self.reached.imported..).zip(section) {
            let ty = ty?;
            if self.is_kept(function) {
                functions.function(ty);
            }
        }
        Ok(())
    }

    fn parse_export(&mut self, exports: &mut ExportSection, export: wasmparser::Export<'_>) -> Result<(), Error> {
        if (self.keeps)(export.name) { reencode::utils::parse_export(self, exports, export) } else { Ok(()) }
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        let function = self.next;
        self.next += 1;
        if self.is_kept(function) { reencode::utils::parse_function_body(self, code, body) } else { Ok(()) }
    }

    fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Result<(), Error> {
        // Names of functions, and where things were in files that they were made of, are not right any more.
        if section.name() == "name" || section.name().starts_with(".debug") {
            return Ok(());
        }
        RoundtripReencoder.parse_custom_section(module, section)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_call_goes() {
        // By numbers: names would be in the module.
        let module = |imports: &str, c: &str, [b, j, t]: [u32; 3]| {
            let text = format!(
                r#"(module {imports} (import "env" "j" (func)) (table 1 funcref) (elem (i32.const 0) {t})
                (func (export "a") (result i32) call {b} i32.const 0 call_indirect (result i32) i32.add) {c}
                (func (result i32) call {j} i32.const 1) (func (result i32) i32.const 2))"#
            );
            wat::parse_str(text).expect("the module is well-formed")
        };
        let c = r#"(func (export "c") (result i32) call 0 i32.const 3 drop call 4)"#;
        let whole = module(r#"(import "env" "i" (func))"#, c, [4, 1, 5]);
        assert_eq!(prune(&whole, &["c"]), Ok(module("", "", [2, 0, 3])));
        assert_eq!(prune(&whole, &[]).as_deref(), Ok(whole.as_slice()));
        assert_eq!(prune_but(&whole, &|name| name == "a"), prune(&whole, &["c"]));
        // What is in a table and has a type that none is called by is as good as any other there.
        let uncalled = |others: &str, t: u32| {
            let text = format!(
                r#"(module (table 1 funcref) (elem (i32.const 0) {t}) (func (export "a") (result i32) i32.const 1) {others})"#
            );
            wat::parse_str(text).expect("the module is well-formed")
        };
        let others = r#"(func (export "c") (result i32) i32.const 3) (func (result i32) i32.const 2)"#;
        assert_eq!(prune(&uncalled(others, 2), &["c"]), Ok(uncalled("", 0)));
        assert!(prune(b"no module", &[]).is_err_and(|error| error.starts_with("not a WebAssembly module")));
    }
}
