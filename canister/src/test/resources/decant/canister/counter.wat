;; Counts in a global, in the heap and in stable memory, so that a test sees which of them survive.
(module
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "stable64_size" (func $stable_size (result i64)))
  (import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))
  (import "ic0" "stable64_read" (func $stable_read (param i64 i64 i64)))
  (import "ic0" "stable64_write" (func $stable_write (param i64 i64 i64)))
  (memory (export "memory") 1)
  (global $global (mut i64) (i64.const 100))
  (data (i32.const 64) "\c8\00\00\00\00\00\00\00")
  (data $passive "\01\02\03\04\05\06\07\08")

  (func $load_stable
    (if (i64.eqz (call $stable_size))
      (then (drop (call $stable_grow (i64.const 1)))))
    (call $stable_read (i64.const 0) (i64.const 0) (i64.const 8)))

  (func (export "canister_update inc")
    (global.set $global (i64.add (global.get $global) (i64.const 1)))
    (i64.store (i32.const 64) (i64.add (i64.load (i32.const 64)) (i64.const 1)))
    (call $load_stable)
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
    (call $stable_write (i64.const 0) (i64.const 0) (i64.const 8))
    (call $reply))

  ;; Replies with the three counters.
  (func (export "canister_query get")
    (call $load_stable)
    (i64.store (i32.const 8) (i64.load (i32.const 0)))
    (i64.store (i32.const 0) (global.get $global))
    (call $append (i32.const 0) (i32.const 8))
    (call $append (i32.const 64) (i32.const 8))
    (call $append (i32.const 8) (i32.const 8))
    (call $reply))

  ;; Copies from a passive segment and drops it: the next message has it again.
  (func (export "canister_update drop")
    (memory.init $passive (i32.const 128) (i32.const 0) (i32.const 8))
    (data.drop $passive)
    (call $append (i32.const 128) (i32.const 8))
    (call $reply))

  ;; Spoils everything, then traps.
  (func (export "canister_update spoil")
    (global.set $global (i64.const 0))
    (i64.store (i32.const 64) (i64.const 0))
    (drop (memory.grow (i32.const 3)))
    (i64.store (i32.const 200000) (i64.const 1))
    (drop (call $stable_grow (i64.const 5)))
    (call $stable_write (i64.const 0) (i64.const 32) (i64.const 8))
    (unreachable)))
