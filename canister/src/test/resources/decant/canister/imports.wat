;; Imports its memory and its table, as some toolchains have it.
(module
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "env" "memory" (memory 1 4))
  (import "env" "table" (table 2 funcref))
  (elem (i32.const 0) $count $count)
  (type $nothing (func))
  (data (i32.const 8) "\00")
  (func $count (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1))))
  (func (export "canister_update inc") (call_indirect (type $nothing) (i32.const 1)) (call $reply))
  (func (export "canister_query get") (call $append (i32.const 0) (i32.const 8)) (call $reply)))
