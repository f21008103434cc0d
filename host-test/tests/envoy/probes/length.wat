;; Makes bodies longer or shorter; below /removed/ it takes Content-Length away, below /right/ (the headers wait) it
;; sets it.
(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
  (call $keep_path)
  (if (call $path_is $"/removed/") (then (drop (call $remove_header (i32.const 0) $"content-length"))))
  (call $path_is $"/right/"))
(func (export "proxy_on_request_body") (param $context i32) (param $len i32) (param $end i32) (result i32)
  (if (i32.eqz (local.get $end)) (then (return (i32.const 1))))
  (if (i32.or (call $path_is $"/shrink") (call $path_is $"/removed/shrink"))
    (then (drop (call $set_buffer (i32.const 0) (i32.const 0) (i32.const -1) $"x")))
    (else (drop (call $set_buffer (i32.const 0) (i32.const -1) (i32.const 0) $"++more++"))))
  (if (call $path_is $"/right/")
    (then (drop (call $set_header (i32.const 0) $"content-length" $"13"))))
  (i32.const 0))
