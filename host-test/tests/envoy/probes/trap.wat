;; Traps at /trap; elsewhere marks what went through it, and copies a header byte by byte.
(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
  (call $keep_path)
  (if (call $path_is $"/trap") (then (unreachable)))
  (drop (call $set_header (i32.const 0) $"x-filtered" $"yes"))
  (if (i32.eqz (call $get_header (i32.const 0) $"x-bytes" (global.get $out) (global.get $out_len)))
    (then (drop (call $set_header (i32.const 0) $"x-copy" (i32.load (global.get $out)) (i32.load (global.get $out_len))))))
  (i32.const 0))
