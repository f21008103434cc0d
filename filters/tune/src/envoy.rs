//! What of a module for Envoy is left.

use crate::prune_but;

/// What Envoy calls of podsieve, by [proxy-wasm's ABI](https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1).
const CALLED: [&str; 12] = [
    "malloc",
    "memory",
    "proxy_abi_version_0_2_1",
    "proxy_on_configure",
    "proxy_on_context_create",
    "proxy_on_delete",
    "proxy_on_log",
    "proxy_on_request_body",
    "proxy_on_request_headers",
    "proxy_on_request_trailers",
    "proxy_on_tick",
    "proxy_on_vm_start",
];

/// The module `wasm` for Envoy without what is never called there: what the linker exports, and what only that reaches.
/// What bakes a policy into it stays.
///
/// # Errors
///
/// It is no WebAssembly module, or one with what this program does not know.
pub fn envoy(wasm: &[u8]) -> Result<Vec<u8>, String> {
    prune_but(wasm, &|name| CALLED.contains(&name) || name.starts_with("podsieve_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_is_left() {
        let module = |exported: [&str; 2]| {
            let [closed, heap] = exported;
            let text = format!(
                r#"(module (memory (export "memory") 1) (global {heap} i32 i32.const 1)
                (func (export "proxy_on_log") (param i32) nop) (func (export "podsieve_policy") (param i32)) {closed})"#
            );
            wat::parse_str(text).expect("the module is well-formed")
        };
        let whole = module([r#"(func (export "proxy_on_grpc_close") (param i32))"#, r#"(export "__heap_base")"#]);
        assert_eq!(envoy(&whole), Ok(module(["", ""])));
    }
}
