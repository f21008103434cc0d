;; Holds the headers until the body has ended, and tags them then.
(func (export "proxy_on_request_headers") (param $context i32) (param $count i32) (param $end i32) (result i32)
  (call $say_number $"headers, end" (local.get $end))
  (i32.eqz (local.get $end)))
(func (export "proxy_on_request_body") (param $context i32) (param $len i32) (param $end i32) (result i32)
  (call $say_number $"body" (local.get $len))
  (if (i32.eqz (local.get $end)) (then (return (i32.const 1))))
  (call $say_number $"tagged" (call $set_header (i32.const 0) $"x-tag" $"audit"))
  (i32.const 0))
