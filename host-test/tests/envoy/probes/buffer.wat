;; Below /all it buffers the whole body. Else it writes for each piece that comes: 1.25 MiB at /one, 256 KiB at /piece,
;; five times 256 KiB at /pieces; below /held once, when the whole body is there.
(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
  (call $keep_path)
  (drop (call $remove_header (i32.const 0) $"content-length"))
  (i32.const 0))
(func $write (param $start i32) (param $size i32) (param $len i32) (result i32)
  (call $set_buffer (i32.const 0) (local.get $start) (local.get $size) (i32.const 0x200000) (local.get $len)))
(func (export "proxy_on_request_body") (param $context i32) (param $len i32) (param $end i32) (result i32)
  (if (call $path_is $"/all") (then (return (i32.eqz (local.get $end)))))
  (if (i32.and (call $path_is $"/held/") (i32.eqz (local.get $end))) (then (return (i32.const 1))))
  (if (i32.eqz (local.get $len)) (then (return (i32.const 0))))
  (memory.fill (i32.const 0x200000) (i32.const 120) (i32.const 0x140000))
  (if (i32.or (call $path_is $"/one") (call $path_is $"/held/one")) (then
    (call $say_number $"one" (call $write (i32.const 0) (i32.const -1) (i32.const 0x140000)))
    (return (i32.const 0))))
  (call $say_number $"piece" (call $write (i32.const 0) (i32.const -1) (i32.const 0x40000)))
  (if (i32.or (call $path_is $"/pieces") (call $path_is $"/held/pieces")) (then
    (drop (call $write (i32.const -1) (i32.const 0) (i32.const 0x40000)))
    (drop (call $write (i32.const -1) (i32.const 0) (i32.const 0x40000)))
    (drop (call $write (i32.const -1) (i32.const 0) (i32.const 0x40000)))
    (drop (call $write (i32.const -1) (i32.const 0) (i32.const 0x40000)))))
  (i32.const 0))
