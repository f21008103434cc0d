;; Says how its configuration arrives, and refuses one that begins with `!`.
(func (export "proxy_on_configure") (param $context i32) (param $len i32) (result i32)
  (drop (call $get_buffer (i32.const 7) (i32.const 0) (local.get $len) (global.get $out) (global.get $out_len)))
  (if (i32.eqz (local.get $len)) (then (call $say $"no configuration") (return (i32.const 1))))
  (call $say_number $"first byte" (i32.load8_u (i32.load (global.get $out))))
  (call $say_number $"length" (i32.load (global.get $out_len)))
  (if (i32.ne (i32.load8_u (i32.load (global.get $out))) (i32.const 10)) (then (call $say_out)))
  (i32.ne (i32.load8_u (i32.load (global.get $out))) (i32.const 33)))
