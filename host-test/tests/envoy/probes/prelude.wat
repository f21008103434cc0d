;; What every probe has.
(import "env" "proxy_log" (func $proxy_log (param i32 i32 i32) (result i32)))
(import "env" "proxy_set_property" (func $set_property (param i32 i32 i32 i32) (result i32)))
(import "env" "proxy_get_header_map_value" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_replace_header_map_value" (func $set_header (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_remove_header_map_value" (func $remove_header (param i32 i32 i32) (result i32)))
(import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_set_buffer_bytes" (func $set_buffer (param i32 i32 i32 i32 i32) (result i32)))
(import "env" "proxy_define_metric" (func $define_metric (param i32 i32 i32 i32) (result i32)))
(import "env" "proxy_increment_metric" (func $increment (param i32 i64) (result i32)))
(memory (export "memory") 64)
;; What the host hands over begins at 1 MiB, and is forgotten with every request.
(global $top (mut i32) (i32.const 0x100000))
(func (export "malloc") (param i32) (result i32)
  (global.get $top)
  (global.set $top (i32.add (global.get $top) (local.get 0))))
(func (export "proxy_abi_version_0_2_1"))
(func (export "proxy_on_context_create") (param i32 i32) (global.set $top (i32.const 0x100000)))

;; Where the host writes: what it returns, and its length.
(global $out i32 (i32.const 16))
(global $out_len i32 (i32.const 20))

(func $say (param $text i32) (param $len i32)
  (drop (call $proxy_log (i32.const 2) (local.get $text) (local.get $len))))
;; Says what the host wrote.
(func $say_out (call $say (i32.load (global.get $out)) (i32.load (global.get $out_len))))
;; Says a text and a number, up to 8 digits.
(func $say_number (param $text i32) (param $len i32) (param $number i32)
  (local $at i32)
  (memory.copy (i32.const 128) (local.get $text) (local.get $len))
  (local.set $at (i32.const 512))
  (loop $digit
    (local.set $at (i32.sub (local.get $at) (i32.const 1)))
    (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
    (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
    (br_if $digit (local.get $number)))
  (i32.store8 (i32.add (i32.const 128) (local.get $len)) (i32.const 32))
  (memory.copy (i32.add (i32.const 129) (local.get $len)) (local.get $at) (i32.sub (i32.const 512) (local.get $at)))
  (call $say (i32.const 128)
    (i32.add (i32.add (local.get $len) (i32.const 1)) (i32.sub (i32.const 512) (local.get $at)))))
;; Keeps the path, which can be read only while the headers are there.
(func $keep_path
  (i32.store (i32.const 24) (i32.const 0))
  (if (call $get_header (i32.const 0) $":path" (global.get $out) (global.get $out_len)) (then (return)))
  (i32.store (i32.const 24) (i32.load (global.get $out_len)))
  (memory.copy (i32.const 600) (i32.load (global.get $out)) (i32.load (global.get $out_len))))
;; Whether the path that was kept begins with this.
(func $path_is (param $text i32) (param $len i32) (result i32)
  (local $at i32)
  (if (i32.lt_u (i32.load (i32.const 24)) (local.get $len)) (then (return (i32.const 0))))
  (loop $byte
    (if (i32.ge_u (local.get $at) (local.get $len)) (then (return (i32.const 1))))
    (if (i32.ne (i32.load8_u (i32.add (i32.const 600) (local.get $at)))
                (i32.load8_u (i32.add (local.get $text) (local.get $at)))) (then (return (i32.const 0))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br $byte))
  (i32.const 0))
