//! Rewrites a module so that the interpreter inside Fluent Bit has less to do for it, and does the same.
//!
//! WAMR's [fast interpreter](https://bytecodealliance.github.io/wamr.dev/blog/the-wamr-memory-model/) turns a function
//! into instructions of its own, whose operands are slots of a frame. Reading a local and a constant are none: they are
//! operands of what uses them. Setting a local is none either when the instruction in front of it computes the value, since
//! that one then writes to the local's slot. A tee is one, and LLVM writes a tee wherever it can. So:
//!
//! ```text
//! i32.add                i32.add
//! local.tee 3    =>      local.set 3
//!                        local.get 3
//! ```
//!
//! It is what one instruction in eight of podsieve's were. A compiler (wamrc, Cranelift) makes the same of both, so that a
//! module for Envoy is left as it is, but for what [`envoy`] takes out of it.

mod envoy;
mod prune;
mod section;

pub use envoy::envoy;
pub use prune::{prune, prune_but};
pub use section::{POLICY, VERSION, with_sections};

use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, Function, Instruction, Module};
use wasmparser::{FunctionBody, Operator, Parser};

/// The module `wasm`, rewritten.
///
/// # Errors
///
/// It is no WebAssembly module, or one with what this program does not know.
pub fn tune(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let mut module = Module::new();
    let read = Tune.parse_core_module(&mut module, Parser::new(0), wasm);
    read.map_err(|error| format!("not a WebAssembly module that can be rewritten: {error}"))?;
    Ok(module.finish())
}

struct Tune;

type Error = reencode::Error<core::convert::Infallible>;

impl Reencode for Tune {
    type Error = core::convert::Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        let mut function: Function = RoundtripReencoder.new_function_with_parsed_locals(&body)?;
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::LocalTee { local_index } => {
                    function.instruction(&Instruction::LocalSet(local_index));
                    function.instruction(&Instruction::LocalGet(local_index));
                }
                operator => {
                    function.instruction(&RoundtripReencoder.instruction(operator)?);
                }
            }
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tee_becomes_a_set_and_a_get_and_the_rest_stays() {
        let module = |tee: &str| {
            let text = format!(
                r#"(module (memory (export "memory") 1) (data (i32.const 8) "abc")
                (func (export "f") (param i32) (result i32) (local i64 i32)
                local.get 0 i32.const 1 i32.add {tee} local.get 2 i32.mul))"#
            );
            wat::parse_str(text).expect("the module is well-formed")
        };
        assert_eq!(tune(&module("local.tee 2")), Ok(module("local.set 2 local.get 2")));
        assert_eq!(tune(&module("")).as_deref(), Ok(module("").as_slice()));
        assert!(tune(b"no module").is_err_and(|error| error.starts_with("not a WebAssembly module")));
    }
}
