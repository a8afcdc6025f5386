;; A canister with a heartbeat, which it counts.
(module
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)
  (func (export "canister_heartbeat")
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1))))
  (func (export "canister_query beats")
    (call $append (i32.const 0) (i32.const 8))
    (call $reply)))
