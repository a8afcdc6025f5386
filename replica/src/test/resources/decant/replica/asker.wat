;; A canister for the tests of requests to servers outside.
;;
;; Memory: 0x0000 how many answers came, 0x0008 length of what is kept, 0x0a00 names, 0x2000 argument, 0x300000 what is
;; kept.
(module
  (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reject" (func $reject (param i32 i32)))
  (import "ic0" "msg_reject_code" (func $reject_code (result i32)))
  (import "ic0" "msg_reject_msg_size" (func $reject_size (result i32)))
  (import "ic0" "msg_reject_msg_copy" (func $reject_copy (param i32 i32 i32)))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $call_append (param i32 i32)))
  (import "ic0" "call_with_best_effort_response" (func $best_effort (param i32)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (import "ic0" "trap" (func $trap (param i32 i32)))
  (memory 64)
  (table funcref (elem $on_reply $on_reject))
  (data (i32.const 0x0a00) "http_request")

  (func $read_argument
    (call $arg_copy (i32.const 0x2000) (i32.const 0) (call $arg_size)))
  (func $count
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1))))

  ;; ask(argument) makes the request and answers with its response, or "CODE: message".
  (func $ask (param $timeout i32)
    (call $read_argument)
    (call $call_new
      (i32.const 0) (i32.const 0) (i32.const 0x0a00) (i32.const 12)
      (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
    (call $call_append (i32.const 0x2000) (call $arg_size))
    (if (local.get $timeout) (then (call $best_effort (local.get $timeout))))
    (if (call $call_perform) (then unreachable)))
  (func (export "canister_update ask") (call $ask (i32.const 0)))
  (func (export "canister_update ask_for_ten_seconds") (call $ask (i32.const 10)))
  (func $on_reply (param i32)
    (call $count)
    (call $read_argument)
    (call $append (i32.const 0x2000) (call $arg_size))
    (call $reply))
  (func $on_reject (param i32)
    (call $count)
    (i32.store8 (i32.const 0x2000) (i32.add (i32.const 48) (call $reject_code)))
    (i32.store8 (i32.const 0x2001) (i32.const 58))
    (i32.store8 (i32.const 0x2002) (i32.const 32))
    (call $reject_copy (i32.const 0x2003) (i32.const 0) (call $reject_size))
    (call $reject (i32.const 0x2000) (i32.add (i32.const 3) (call $reject_size))))
  (func (export "canister_query answers")
    (call $append (i32.const 0) (i32.const 8))
    (call $reply))

  ;; keep(bytes) keeps them, and the transform `kept` makes them of every response.
  (func (export "canister_update keep")
    (i32.store (i32.const 8) (call $arg_size))
    (call $arg_copy (i32.const 0x300000) (i32.const 0) (call $arg_size))
    (call $reply))
  (func (export "canister_query kept")
    (call $append (i32.const 0x300000) (i32.load (i32.const 8)))
    (call $reply))

  ;; Transforms: one that traps, telling what it was given, one that never answers, and one that is none.
  (func (export "canister_query telling")
    (call $read_argument)
    (call $trap (i32.const 0x2000) (call $arg_size)))
  (func (export "canister_query silent"))
  (func (export "canister_query endless") (loop $again (br $again)))
  (func (export "canister_update updating") (call $reply)))
