//! Small filters, written as WAT.

use podsieve_host::proxy::{Compiled, Options, Plugin};

/// What every filter has: the calls of the host, an allocator, and ways to log.
///
/// Addresses and lengths that the host hands over are at 0 and 4. Texts start at 1024, each as `(data ...)` of the test;
/// allocated is from 65536.
const PRELUDE: &str = r#"
  (import "env" "proxy_log" (func $log_at (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_current_time_nanoseconds" (func $time (param i32) (result i32)))
  (import "env" "proxy_get_log_level" (func $log_level (param i32) (result i32)))
  (import "env" "proxy_set_tick_period_milliseconds" (func $set_tick (param i32) (result i32)))
  (import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_buffer_status" (func $buffer_status (param i32 i32 i32) (result i32)))
  (import "env" "proxy_set_buffer_bytes" (func $set_buffer (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_pairs" (func $get_map (param i32 i32 i32) (result i32)))
  (import "env" "proxy_set_header_map_pairs" (func $set_map (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_size" (func $map_size (param i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_value" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_add_header_map_value" (func $add_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value" (func $replace_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_remove_header_map_value" (func $remove_header (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_property" (func $get_property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_property" (func $set_property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
  (import "env" "proxy_close_stream" (func $close (param i32) (result i32)))
  (import "env" "proxy_send_local_response"
    (func $respond (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_effective_context" (func $act_for (param i32) (result i32)))
  (import "env" "proxy_done" (func $done (result i32)))
  (import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_increment_metric" (func $increment (param i32 i64) (result i32)))
  (import "env" "proxy_record_metric" (func $record (param i32 i64) (result i32)))
  (import "env" "proxy_get_metric" (func $get_metric (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (global $top (mut i32) (i32.const 65536))
  (func (export "proxy_abi_version_0_2_1"))
  (func $malloc (param $len i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $top))
    (global.set $top (i32.add (global.get $top) (local.get $len)))
    (block $enough
      (br_if $enough (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
      (drop (memory.grow (i32.add (i32.shr_u (local.get $len) (i32.const 16)) (i32.const 1)))))
    (local.get $at))
  (func $log (param $at i32) (param $len i32)
    (drop (call $log_at (i32.const 2) (local.get $at) (local.get $len))))
  ;; Logs one character.
  (func $char (param $char i32)
    (i32.store8 (i32.const 16) (local.get $char))
    (call $log (i32.const 16) (i32.const 1)))
  ;; Logs a status, or any number below ten.
  (func $digit (param $digit i32)
    (call $char (i32.add (local.get $digit) (i32.const 48))))
  ;; Logs a number.
  (func $number (param $number i32)
    (local $at i32)
    (local.set $at (i32.const 48))
    (loop $more
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.rem_u (local.get $number) (i32.const 10)) (i32.const 48)))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $more (local.get $number)))
    (call $log (local.get $at) (i32.sub (i32.const 48) (local.get $at))))
  ;; Logs what the host handed over.
  (func $given (call $log (i32.load (i32.const 0)) (i32.load (i32.const 4))))
  ;; Asks for the body, as far as it is there.
  (func $body (param $buffer i32)
    (drop (call $get_buffer (local.get $buffer) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4))))
"#;

/// The allocator as the SDK exports it.
const MALLOC: &str = r#"(export "malloc" (func $malloc))"#;

/// A filter with these parts; `headers`, `body` and others of [`callback`] are made with it.
pub(crate) fn wasm(parts: &str) -> Vec<u8> {
    without_malloc(&format!("{MALLOC} {parts}"))
}

/// A filter that has to export its allocator itself.
pub(crate) fn without_malloc(parts: &str) -> Vec<u8> {
    module("", parts)
}

/// A filter with more imports, which come before everything else.
pub(crate) fn module(imports: &str, parts: &str) -> Vec<u8> {
    let text = format!("(module {imports} {PRELUDE} {parts})");
    match wat::parse_str(&text) {
        Ok(wasm) => wasm,
        Err(error) => panic!("the test's filter is no valid WAT: {error}"),
    }
}

/// A callback by the end of its name, as `request_body`; `$n` is the count or length, `$end` whether it is the last.
pub(crate) fn callback(name: &str, code: &str) -> String {
    let parameters = match name {
        "request_trailers" | "response_trailers" | "configure" | "vm_start" => "(param $id i32) (param $n i32)",
        "log" | "done" | "delete" | "tick" => "(param $id i32)",
        "context_create" => "(param $id i32) (param $root i32)",
        _ => "(param $id i32) (param $n i32) (param $end i32)",
    };
    let result = if matches!(name, "log" | "delete" | "tick" | "context_create") { "" } else { "(result i32)" };
    format!(r#"(func (export "proxy_on_{name}") {parameters} {result} {code})"#)
}

/// Texts for a filter: one behind the other from 1024 on, each of 64 bytes.
pub(crate) fn texts(texts: &[&str]) -> String {
    let place = |(at, text): (usize, &&str)| {
        let escaped: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        format!(r#"(data (i32.const {}) "{escaped}")"#, 1024 + 64 * at)
    };
    texts.iter().enumerate().map(place).collect()
}

/// The arguments for a call: where the text of this number is, and its length.
pub(crate) fn text(texts: &[&str], number: usize) -> String {
    format!("(i32.const {}) (i32.const {})", 1024 + 64 * number, texts[number].len())
}

/// Starts a filter.
pub(crate) fn start(wasm: &[u8], options: Options) -> Plugin {
    match Compiled::new(wasm).and_then(|compiled| Plugin::start(&compiled, b"", options)) {
        Ok(plugin) => plugin,
        Err(error) => panic!("the test's filter does not start: {error}"),
    }
}

/// Why a filter with this configuration is not started.
pub(crate) fn refusal(wasm: &[u8], configuration: &str) -> String {
    match Compiled::new(wasm).and_then(|compiled| Plugin::start(&compiled, configuration, Options::default())) {
        Ok(_) => panic!("the filter is not refused"),
        Err(error) => error.to_string(),
    }
}

/// The lines that were logged, one behind the other.
pub(crate) fn logged(plugin: &mut Plugin) -> String {
    let lines: Vec<String> = plugin.take_logs().into_iter().map(|log| log.message).collect();
    lines.join(" ")
}
