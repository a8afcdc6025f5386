;; A canister that does what it is told: every method, hook and callback runs a script.
;;
;; A script is a sequence of operations: a byte for the operation, then its operands. A number is 8 bytes, the lowest
;; first; a blob is 4 bytes of length and its bytes. `Script` writes scripts.
;;
;; Memory: 16.. addresses of the hooks' scripts, 512.. the value (length, bytes), 4096.. scratch, 65536.. scripts.
(module
  (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
  (import "ic0" "msg_caller_size" (func $caller_size (result i32)))
  (import "ic0" "msg_caller_copy" (func $caller_copy (param i32 i32 i32)))
  (import "ic0" "msg_reject_code" (func $reject_code (result i32)))
  (import "ic0" "msg_reject_msg_size" (func $reject_msg_size (result i32)))
  (import "ic0" "msg_reject_msg_copy" (func $reject_msg_copy (param i32 i32 i32)))
  (import "ic0" "msg_deadline" (func $deadline (result i64)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reject" (func $reject (param i32 i32)))
  (import "ic0" "msg_cycles_available" (func $available (result i64)))
  (import "ic0" "msg_cycles_refunded" (func $refunded (result i64)))
  (import "ic0" "msg_cycles_accept128" (func $accept (param i64 i64 i32)))
  (import "ic0" "cycles_burn128" (func $burn (param i64 i64 i32)))
  (import "ic0" "canister_cycle_balance128" (func $balance (param i32)))
  (import "ic0" "canister_status" (func $status (result i32)))
  (import "ic0" "canister_version" (func $version (result i64)))
  (import "ic0" "accept_message" (func $accept_message))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_on_cleanup" (func $call_on_cleanup (param i32 i32)))
  (import "ic0" "call_data_append" (func $call_data_append (param i32 i32)))
  (import "ic0" "call_with_best_effort_response" (func $best_effort (param i32)))
  (import "ic0" "call_cycles_add128" (func $call_cycles_add (param i64 i64)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (import "ic0" "stable64_size" (func $stable_size (result i64)))
  (import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))
  (import "ic0" "stable64_write" (func $stable_write (param i64 i64 i64)))
  (import "ic0" "stable64_read" (func $stable_read (param i64 i64 i64)))
  (import "ic0" "stable_size" (func $stable_size32 (result i32)))
  (import "ic0" "stable_grow" (func $stable_grow32 (param i32) (result i32)))
  (import "ic0" "stable_write" (func $stable_write32 (param i32 i32 i32)))
  (import "ic0" "stable_read" (func $stable_read32 (param i32 i32 i32)))
  (import "ic0" "certified_data_set" (func $certify (param i32 i32)))
  (import "ic0" "data_certificate_present" (func $certificate_present (result i32)))
  (import "ic0" "data_certificate_size" (func $certificate_size (result i32)))
  (import "ic0" "data_certificate_copy" (func $certificate_copy (param i32 i32 i32)))
  (import "ic0" "time" (func $time (result i64)))
  (import "ic0" "global_timer_set" (func $timer_set (param i64) (result i64)))
  (import "ic0" "performance_counter" (func $counter (param i32) (result i64)))
  (import "ic0" "is_controller" (func $is_controller (param i32 i32) (result i32)))
  (import "ic0" "in_replicated_execution" (func $replicated (result i32)))
  (import "ic0" "env_var_count" (func $env_count (result i32)))
  (import "ic0" "env_var_value_size" (func $env_value_size (param i32 i32) (result i32)))
  (import "ic0" "env_var_value_copy" (func $env_value_copy (param i32 i32 i32 i32 i32)))
  (import "ic0" "debug_print" (func $print (param i32 i32)))
  (import "ic0" "trap" (func $trap (param i32 i32)))

  (memory 2)
  (table 4 funcref)
  (elem (i32.const 1) $run_at)
  (global $top (mut i32) (i32.const 65536))
  (global $pc (mut i32) (i32.const 0))
  (global $at (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 0))
  (global $performed (mut i32) (i32.const 0))

  (func $allocate (param $bytes i32) (result i32) (local $start i32)
    (local.set $start (global.get $top))
    (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get $bytes) (i32.const 15)) (i32.const -16))))
    (block $fits
      (br_if $fits (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
      (drop (memory.grow
        (i32.add (i32.const 1)
          (i32.shr_u (i32.sub (global.get $top) (i32.mul (memory.size) (i32.const 65536))) (i32.const 16))))))
    (local.get $start))

  ;; Operands.
  (func $number (result i64)
    (global.set $pc (i32.add (global.get $pc) (i32.const 8)))
    (i64.load (i32.sub (global.get $pc) (i32.const 8))))
  (func $blob
    (global.set $length (i32.load (global.get $pc)))
    (global.set $at (i32.add (global.get $pc) (i32.const 4)))
    (global.set $pc (i32.add (global.get $at) (global.get $length))))

  ;; {return the address of a copy of the blob with a zero byte behind it, 0 for an empty blob}
  (func $script (result i32) (local $copy i32)
    (call $blob)
    (if (i32.eqz (global.get $length)) (then (return (i32.const 0))))
    (local.set $copy (call $allocate (i32.add (global.get $length) (i32.const 1))))
    (memory.copy (local.get $copy) (global.get $at) (global.get $length))
    (i32.store8 (i32.add (local.get $copy) (global.get $length)) (i32.const 0))
    (local.get $copy))

  (func $append_number (param $value i64)
    (i64.store (i32.const 4096) (local.get $value))
    (call $append (i32.const 4096) (i32.const 8)))

  (func $call_another (local $callee i32) (local $callee_length i32) (local $method i32) (local $method_length i32)
      (local $payload i32) (local $payload_length i32) (local $on_reply i32) (local $on_reject i32) (local $on_cleanup i32)
      (local $cycles i64) (local $timeout i64)
    (call $blob)
    (local.set $callee (global.get $at))
    (local.set $callee_length (global.get $length))
    (call $blob)
    (local.set $method (global.get $at))
    (local.set $method_length (global.get $length))
    (call $blob)
    (local.set $payload (global.get $at))
    (local.set $payload_length (global.get $length))
    (local.set $on_reply (call $script))
    (local.set $on_reject (call $script))
    (local.set $on_cleanup (call $script))
    (local.set $cycles (call $number))
    (local.set $timeout (call $number))
    (call $call_new
      (local.get $callee) (local.get $callee_length) (local.get $method) (local.get $method_length)
      (i32.const 1) (local.get $on_reply) (i32.const 1) (local.get $on_reject))
    (call $call_data_append (local.get $payload) (local.get $payload_length))
    (if (local.get $on_cleanup) (then (call $call_on_cleanup (i32.const 1) (local.get $on_cleanup))))
    (if (i64.ne (local.get $cycles) (i64.const 0)) (then (call $call_cycles_add (i64.const 0) (local.get $cycles))))
    (if (i64.ne (local.get $timeout) (i64.const 0)) (then (call $best_effort (i32.wrap_i64 (local.get $timeout)))))
    (global.set $performed (call $call_perform)))

  (func $recurse (param $depth i64) (result i64)
    (i64.add (i64.const 1) (call $recurse (i64.add (local.get $depth) (i64.const 1)))))

  ;; {return one of the numbers the system API knows}
  (func $ask (param $what i32) (result i64)
    (block $12 (block $11 (block $10 (block $9 (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2
    (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11 $12 (local.get $what)))
      (return (call $time)))
      (return (call $version)))
      (return (i64.extend_i32_u (call $status))))
      (return (call $counter (i32.const 0))))
      (return (call $counter (i32.const 1))))
      (return (call $stable_size)))
      (return (i64.extend_i32_u (memory.size))))
      (return (i64.extend_i32_u (call $replicated))))
      (return (call $deadline)))
      (return (call $available)))
      (return (call $refunded)))
      (return (i64.extend_i32_u (call $certificate_present))))
    (return (i64.extend_i32_u (global.get $performed))))

  (func $run_at (param $script i32)
    (if (i32.eqz (local.get $script)) (then (return)))
    (global.set $pc (local.get $script))
    (loop $next
      (global.set $pc (i32.add (global.get $pc) (i32.const 1)))
      (block $end
      (block $remember (block $env_value (block $is_controller
      (block $stable_size32 (block $stable_grow32 (block $stable_write32 (block $stable_read32
      (block $bad_call (block $grow (block $recurse (block $loop (block $divide (block $unreachable
      (block $append_certificate (block $accept_message (block $burn (block $append_balance (block $accept
      (block $certify (block $timer (block $stable_read (block $stable_write (block $stable_grow
      (block $append_value (block $set_value (block $set_hook (block $call (block $append_reject
      (block $append_caller (block $append_argument (block $ask (block $print (block $trap (block $reject
      (block $reply (block $append
        (br_table $end $append $reply $reject $trap $print $ask $append_argument $append_caller $append_reject
          $call $set_hook $set_value $append_value $stable_grow $stable_write $stable_read $timer $certify
          $accept $append_balance $burn $accept_message $append_certificate $unreachable $divide $loop $recurse
          $grow $bad_call $stable_read32 $stable_write32 $stable_grow32 $stable_size32 $is_controller $env_value
          $remember $end
          (i32.load8_u (i32.sub (global.get $pc) (i32.const 1)))))
      ;; append
      (call $blob) (call $append (global.get $at) (global.get $length)) (br $next))
      ;; reply
      (call $reply) (br $next))
      ;; reject
      (call $blob) (call $reject (global.get $at) (global.get $length)) (br $next))
      ;; trap
      (call $blob) (call $trap (global.get $at) (global.get $length)) (br $next))
      ;; print
      (call $blob) (call $print (global.get $at) (global.get $length)) (br $next))
      ;; ask
      (call $append_number (call $ask (i32.wrap_i64 (call $number)))) (br $next))
      ;; append_argument
      (call $arg_copy (i32.const 4096) (i32.const 0) (call $arg_size))
      (call $append (i32.const 4096) (call $arg_size)) (br $next))
      ;; append_caller
      (call $caller_copy (i32.const 4096) (i32.const 0) (call $caller_size))
      (call $append (i32.const 4096) (call $caller_size)) (br $next))
      ;; append_reject
      (call $append_number (i64.extend_i32_u (call $reject_code)))
      (call $reject_msg_copy (i32.const 4096) (i32.const 0) (call $reject_msg_size))
      (call $append (i32.const 4096) (call $reject_msg_size)) (br $next))
      ;; call
      (call $call_another) (br $next))
      ;; set_hook
      (i32.store (i32.add (i32.const 16) (i32.mul (i32.const 4) (i32.wrap_i64 (call $number)))) (call $script))
      (br $next))
      ;; set_value
      (call $blob)
      (i32.store (i32.const 512) (global.get $length))
      (memory.copy (i32.const 516) (global.get $at) (global.get $length)) (br $next))
      ;; append_value
      (call $append (i32.const 516) (i32.load (i32.const 512))) (br $next))
      ;; stable_grow
      (drop (call $stable_grow (call $number))) (br $next))
      ;; stable_write
      (i64.store (i32.const 4096) (call $number))
      (call $blob)
      (call $stable_write (i64.load (i32.const 4096)) (i64.extend_i32_u (global.get $at))
        (i64.extend_i32_u (global.get $length)))
      (br $next))
      ;; stable_read
      (i64.store (i32.const 4096) (call $number))
      (i64.store (i32.const 4104) (call $number))
      (call $stable_read (i64.const 4112) (i64.load (i32.const 4096)) (i64.load (i32.const 4104)))
      (call $append (i32.const 4112) (i32.load (i32.const 4104))) (br $next))
      ;; timer
      (drop (call $timer_set (call $number))) (br $next))
      ;; certify
      (call $blob) (call $certify (global.get $at) (global.get $length)) (br $next))
      ;; accept
      (call $accept (i64.const 0) (call $number) (i32.const 4096)) (br $next))
      ;; append_balance
      (call $balance (i32.const 4096)) (call $append (i32.const 4096) (i32.const 16)) (br $next))
      ;; burn
      (call $burn (i64.const 0) (call $number) (i32.const 4096)) (br $next))
      ;; accept_message
      (call $accept_message) (br $next))
      ;; append_certificate
      (call $certificate_copy (i32.const 4096) (i32.const 0) (call $certificate_size))
      (call $append (i32.const 4096) (call $certificate_size)) (br $next))
      ;; unreachable
      (unreachable))
      ;; divide
      (drop (i32.div_u (i32.const 1) (i32.const 0))) (br $next))
      ;; loop
      (loop $ever (br $ever)))
      ;; recurse
      (drop (call $recurse (i64.const 0))) (br $next))
      ;; grow
      (drop (memory.grow (i32.wrap_i64 (call $number)))) (br $next))
      ;; bad_call: callbacks that are in no table
      (call $blob)
      (call $call_new (global.get $at) (global.get $length) (i32.const 0) (i32.const 0)
        (i32.const -1) (i32.const 0) (i32.const -1) (i32.const 0))
      (drop (call $call_perform)) (br $next))
      ;; stable_read32
      (call $stable_read32 (i32.const 4112) (i32.wrap_i64 (call $number)) (i32.const 8))
      (call $append (i32.const 4112) (i32.const 8)) (br $next))
      ;; stable_write32
      (i64.store (i32.const 4096) (call $number))
      (call $blob)
      (call $stable_write32 (i32.load (i32.const 4096)) (global.get $at) (global.get $length))
      (br $next))
      ;; stable_grow32
      (call $append_number (i64.extend_i32_s (call $stable_grow32 (i32.wrap_i64 (call $number))))) (br $next))
      ;; stable_size32
      (call $append_number (i64.extend_i32_u (call $stable_size32))) (br $next))
      ;; is_controller
      (call $blob)
      (call $append_number (i64.extend_i32_u (call $is_controller (global.get $at) (global.get $length)))) (br $next))
      ;; env_value
      (call $blob)
      (call $env_value_copy (global.get $at) (global.get $length) (i32.const 4096) (i32.const 0)
        (call $env_value_size (global.get $at) (global.get $length)))
      (call $append (i32.const 4096) (call $env_value_size (global.get $at) (global.get $length))) (br $next))
      ;; remember: a number, at the end of the value
      (i64.store (i32.add (i32.const 516) (i32.load (i32.const 512))) (call $ask (i32.wrap_i64 (call $number))))
      (i32.store (i32.const 512) (i32.add (i32.load (i32.const 512)) (i32.const 8))) (br $next))
    ))

  (func $run_argument (local $copy i32)
    (local.set $copy (call $allocate (i32.add (call $arg_size) (i32.const 1))))
    (call $arg_copy (local.get $copy) (i32.const 0) (call $arg_size))
    (i32.store8 (i32.add (local.get $copy) (call $arg_size)) (i32.const 0))
    (call $run_at (local.get $copy)))

  (func (export "canister_update run") (call $run_argument))
  (func (export "canister_query ask") (call $run_argument))
  (func (export "canister_composite_query compose") (call $run_argument))
  (func (export "canister_init") (call $run_argument))
  (func (export "canister_post_upgrade") (call $run_argument))
  (func (export "canister_heartbeat") (call $run_at (i32.load (i32.const 16))))
  (func (export "canister_global_timer") (call $run_at (i32.load (i32.const 20))))
  (func (export "canister_on_low_wasm_memory") (call $run_at (i32.load (i32.const 24))))
  (func (export "canister_pre_upgrade") (call $run_at (i32.load (i32.const 28))))
  (func (export "canister_inspect_message")
    (if (i32.load (i32.const 32))
      (then (call $run_at (i32.load (i32.const 32))))
      (else (call $accept_message)))))
