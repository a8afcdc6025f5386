;; A canister that has much to tell.
(module
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (memory 16)

  ;; tell() answers 1 MiB.
  (func (export "canister_update tell")
    (call $append (i32.const 0) (i32.const 1048576))
    (call $reply)))
