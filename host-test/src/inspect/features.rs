//! What a module needs of WebAssembly beyond its first version.

use wasmparser::{Validator, WasmFeatures};

/// A part of WebAssembly that came after its first version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// As the [proposals](https://webassembly.org/features/) are called.
    pub name: &'static str,
    /// Whether Fluent Bit 2.0 to 5.1 can load a module that uses it.
    pub loads: bool,
}

/// All that are told apart, smaller ones in front of those that hold them.
const FEATURES: [(WasmFeatures, Feature); 18] = [
    known(WasmFeatures::MUTABLE_GLOBAL, "mutable globals"),
    known(WasmFeatures::SIGN_EXTENSION, "sign extension"),
    known(WasmFeatures::SATURATING_FLOAT_TO_INT, "non-trapping conversions"),
    known(WasmFeatures::MULTI_VALUE, "multi-value"),
    known(WasmFeatures::BULK_MEMORY, "bulk memory"),
    refused(WasmFeatures::REFERENCE_TYPES, "reference types"),
    refused(WasmFeatures::SIMD, "SIMD"),
    refused(WasmFeatures::RELAXED_SIMD, "relaxed SIMD"),
    refused(WasmFeatures::EXTENDED_CONST, "extended constants"),
    refused(WasmFeatures::TAIL_CALL, "tail calls"),
    refused(WasmFeatures::THREADS, "threads"),
    refused(WasmFeatures::MULTI_MEMORY, "several memories"),
    refused(WasmFeatures::MEMORY64, "64-bit memory"),
    refused(WasmFeatures::EXCEPTIONS, "exceptions"),
    refused(WasmFeatures::LEGACY_EXCEPTIONS, "legacy exceptions"),
    refused(WasmFeatures::FUNCTION_REFERENCES, "function references"),
    refused(WasmFeatures::GC, "garbage collection"),
    refused(WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic"),
];

const fn known(bit: WasmFeatures, name: &'static str) -> (WasmFeatures, Feature) {
    (bit, Feature { name, loads: true })
}

const fn refused(bit: WasmFeatures, name: &'static str) -> (WasmFeatures, Feature) {
    (bit, Feature { name, loads: false })
}

/// Those without which the module would not be valid.
pub(super) fn used(wasm: &[u8]) -> Vec<Feature> {
    let without = |bit| {
        // What the longer form of an indirect call has is a part of reference types, and Fluent Bit reads it.
        let rest = WasmFeatures::all().difference(bit) | WasmFeatures::CALL_INDIRECT_OVERLONG;
        Validator::new_with_features(rest).validate_all(wasm).is_err()
    };
    FEATURES.into_iter().filter(|(bit, _)| without(*bit)).map(|(_, feature)| feature).collect()
}
