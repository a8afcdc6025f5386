;; A canister for the tests of order and time. It counts, calls others, sets a timer, certifies, refuses and fails.
;;
;; Memory: 0x0000 256 counters of 8 bytes, 0x0800 ticks of the timer, 0x0808 end of lingering, 0x0810 reply,
;; 0x0900 own id, 0x2000 argument.
(module
  (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reject" (func $reject (param i32 i32)))
  (import "ic0" "msg_reject_msg_size" (func $reject_size (result i32)))
  (import "ic0" "msg_reject_msg_copy" (func $reject_copy (param i32 i32 i32)))
  (import "ic0" "msg_method_name_size" (func $method_size (result i32)))
  (import "ic0" "msg_method_name_copy" (func $method_copy (param i32 i32 i32)))
  (import "ic0" "accept_message" (func $accept))
  (import "ic0" "canister_self_size" (func $self_size (result i32)))
  (import "ic0" "canister_self_copy" (func $self_copy (param i32 i32 i32)))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $call_append (param i32 i32)))
  (import "ic0" "call_with_best_effort_response" (func $best_effort (param i32)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (import "ic0" "certified_data_set" (func $certify (param i32 i32)))
  (import "ic0" "data_certificate_size" (func $certificate_size (result i32)))
  (import "ic0" "data_certificate_copy" (func $certificate_copy (param i32 i32 i32)))
  (import "ic0" "time" (func $time (result i64)))
  (import "ic0" "global_timer_set" (func $timer_set (param i64) (result i64)))
  (memory 4)
  (table funcref (elem $on_reply $on_reject $on_linger))
  (data (i32.const 0x0a00) "bounce")
  (data (i32.const 0x0a10) "stamp")

  (func $read_argument
    (call $arg_copy (i32.const 0x2000) (i32.const 0) (call $arg_size)))
  (func $reply_number (param i64)
    (i64.store (i32.const 0x0810) (local.get 0))
    (call $append (i32.const 0x0810) (i32.const 8))
    (call $reply))
  (func $slot (result i32)
    (call $read_argument)
    (i32.shl (i32.and (i32.load (i32.const 0x2000)) (i32.const 255)) (i32.const 3)))

  ;; The initial value of counter 0 is the argument, if there is one.
  (func (export "canister_init")
    (if (i32.ge_u (call $arg_size) (i32.const 8))
      (then (call $read_argument) (i64.store (i32.const 0) (i64.load (i32.const 0x2000))))))

  ;; add(slot: u32) adds one to the counter and answers its new value.
  (func (export "canister_update add") (local $at i32)
    (local.set $at (call $slot))
    (i64.store (local.get $at) (i64.add (i64.load (local.get $at)) (i64.const 1)))
    (call $reply_number (i64.load (local.get $at))))
  (func (export "canister_query get") (call $reply_number (i64.load (call $slot))))

  ;; arm(time: u64) sets the global timer; ticks() says how often it rang.
  (func (export "canister_update arm")
    (call $read_argument)
    (call $reply_number (call $timer_set (i64.load (i32.const 0x2000)))))
  (func (export "canister_global_timer")
    (i64.store (i32.const 0x0800) (i64.add (i64.load (i32.const 0x0800)) (i64.const 1))))
  (func (export "canister_query ticks") (call $reply_number (i64.load (i32.const 0x0800))))

  (func (export "canister_update stamp") (call $reply_number (call $time)))
  (func (export "canister_query now") (call $reply_number (call $time)))

  ;; forward(callee, method, payload), the first two behind a length byte, passes the callee's answer on.
  (func $forward (param $timeout i32) (local $callee i32) (local $method i32) (local $payload i32)
    (call $read_argument)
    (local.set $callee (i32.const 0x2001))
    (local.set $method (i32.add (i32.add (local.get $callee) (i32.load8_u (i32.const 0x2000))) (i32.const 1)))
    (local.set $payload
      (i32.add (local.get $method) (i32.load8_u (i32.sub (local.get $method) (i32.const 1)))))
    (call $call_new
      (local.get $callee) (i32.load8_u (i32.const 0x2000))
      (local.get $method) (i32.sub (local.get $payload) (local.get $method))
      (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
    (call $call_append
      (local.get $payload)
      (i32.sub (i32.add (i32.const 0x2000) (call $arg_size)) (local.get $payload)))
    (if (local.get $timeout) (then (call $best_effort (local.get $timeout))))
    (if (call $call_perform) (then unreachable)))
  (func (export "canister_update forward") (call $forward (i32.const 0)))
  (func (export "canister_update forward_for_ten_seconds") (call $forward (i32.const 10)))
  (func $on_reply (param i32)
    (call $read_argument)
    (call $append (i32.const 0x2000) (call $arg_size))
    (call $reply))
  (func $on_reject (param i32)
    (call $reject_copy (i32.const 0x2000) (i32.const 0) (call $reject_size))
    (call $reject (i32.const 0x2000) (call $reject_size)))

  ;; bounce(n: u32, peer) plays a ball to the peer until n is 0. Counter 255 counts the strokes.
  (func (export "canister_update bounce")
    (call $read_argument)
    (i64.store (i32.const 0x7f8) (i64.add (i64.load (i32.const 0x7f8)) (i64.const 1)))
    (if (i32.eqz (i32.load (i32.const 0x2000)))
      (then (call $reply_number (i64.load (i32.const 0x7f8))) (return)))
    (i32.store (i32.const 0x08fc) (i32.sub (i32.load (i32.const 0x2000)) (i32.const 1)))
    (call $self_copy (i32.const 0x0900) (i32.const 0) (call $self_size))
    (call $call_new
      (i32.const 0x2004) (i32.sub (call $arg_size) (i32.const 4))
      (i32.const 0x0a00) (i32.const 6)
      (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
    (call $call_append (i32.const 0x08fc) (i32.add (i32.const 4) (call $self_size)))
    (if (call $call_perform) (then unreachable)))

  ;; linger(until: u64) calls itself until that time has come, and only then answers.
  (func (export "canister_update linger")
    (call $read_argument)
    (i64.store (i32.const 0x0808) (i64.load (i32.const 0x2000)))
    (call $on_linger (i32.const 0)))
  (func $on_linger (param i32)
    (if (i64.ge_u (call $time) (i64.load (i32.const 0x0808)))
      (then (call $reply_number (call $time)) (return)))
    (call $self_copy (i32.const 0x0900) (i32.const 0) (call $self_size))
    (call $call_new
      (i32.const 0x0900) (call $self_size)
      (i32.const 0x0a10) (i32.const 5)
      (i32.const 2) (i32.const 0) (i32.const 2) (i32.const 0))
    (if (call $call_perform) (then unreachable)))

  ;; certify(data) sets the certified data; certificate() answers the certificate a query is given for it.
  (func (export "canister_update certify")
    (call $read_argument)
    (call $certify (i32.const 0x2000) (call $arg_size))
    (call $reply))
  (func (export "canister_query certificate")
    (call $certificate_copy (i32.const 0x2000) (i32.const 0) (call $certificate_size))
    (call $append (i32.const 0x2000) (call $certificate_size))
    (call $reply))

  ;; fail() counts and traps, silent() never answers, spin() never ends, secret() is refused by inspect_message.
  (func (export "canister_update fail")
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 100)))
    unreachable)
  (func (export "canister_update silent"))
  (func (export "canister_update spin") (loop $again (br $again)))
  (func (export "canister_update secret") (call $reply))
  (func (export "canister_inspect_message")
    (call $method_copy (i32.const 0x2000) (i32.const 0) (call $method_size))
    (if (i32.eqz (i32.and
          (i32.eq (call $method_size) (i32.const 6))
          (i32.eq (i32.load (i32.const 0x2000)) (i32.const 0x72636573))))
      (then (call $accept)))))
