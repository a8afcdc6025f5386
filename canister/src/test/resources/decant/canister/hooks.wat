;; Has a start function that writes to stable memory, and hooks that say which of them ran.
(module
  (import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))
  (import "ic0" "stable64_size" (func $stable_size (result i64)))
  (import "ic0" "debug_print" (func $print (param i32 i32)))
  (memory 1)
  (data (i32.const 0) "start")
  (data (i32.const 8) "init")
  (data (i32.const 16) "pre_upgrade")
  (data (i32.const 32) "post_upgrade")
  (func $start
    (drop (call $stable_grow (i64.const 1)))
    (call $print (i32.const 0) (i32.const 5)))
  (start $start)
  (func (export "canister_init") (call $print (i32.const 8) (i32.const 4)))
  (func (export "canister_pre_upgrade") (call $print (i32.const 16) (i32.const 11)))
  (func (export "canister_post_upgrade") (call $print (i32.const 32) (i32.const 12))))
