;; Counts in a memory with 64-bit addresses, beyond 4 GiB.
(module
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reply_data_append" (func $append (param i64 i64)))
  (import "ic0" "canister_self_copy" (func $self (param i64 i64 i64)))
  (import "ic0" "call_new" (func $call_new (param i64 i64 i64 i64 i64 i64 i64 i64)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (memory i64 65540)
  (table i64 2 funcref)
  (elem (table 0) (i64.const 1) func $answered)
  (data (i64.const 8) "get")

  (func $count (i64.store (i64.const 0x100000008) (i64.add (i64.load (i64.const 0x100000008)) (i64.const 1))))
  (func (export "canister_update inc") (call $count) (call $reply))
  (func (export "canister_query get") (call $append (i64.const 0x100000008) (i64.const 8)) (call $reply))

  ;; Calls its own query, and counts when that is answered.
  (func (export "canister_update inc_later")
    (call $self (i64.const 64) (i64.const 0) (i64.const 10))
    (call $call_new (i64.const 64) (i64.const 10) (i64.const 8) (i64.const 3)
      (i64.const 1) (i64.const 0) (i64.const 1) (i64.const 0))
    (drop (call $call_perform)))
  (func $answered (param i64) (call $count) (call $reply)))
