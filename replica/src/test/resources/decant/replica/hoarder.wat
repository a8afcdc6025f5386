;; A canister that takes 64 MiB more of stable memory with each call.
(module
  (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)
  (func (export "canister_update grow")
    (drop (call $grow (i64.const 1024)))
    (call $reply)))
