;; A canister that counts, and that on demand wants more than it may have. Each of those methods first counts, so that
;; what it wrote before it failed must be gone.
;;
;; Assembled by wat2wasm --debug-names trouble.wat
(module
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)

  (func $count (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1))))
  (func $answer
    (call $append (i32.const 0) (i32.const 8))
    (call $reply))

  (func (export "canister_update inc") (call $count) (call $answer))
  (func (export "canister_query get") (call $answer))

  ;; Never ends. What it does over and over costs so many instructions that the limit is reached soon.
  (func $spin (export "canister_update spin")
    (call $count)
    (loop $again
      (memory.fill (i32.const 0x1000) (i32.const 7) (i32.const 0x8000))
      (br $again)))
  (func (export "canister_query spin_in_query") (call $spin))

  ;; Calls itself without end.
  (func $descend (param i64) (result i64)
    (i64.add (local.get 0) (call $descend (i64.add (local.get 0) (i64.const 1)))))
  (func $recurse (export "canister_update recurse")
    (call $count)
    (drop (call $descend (i64.const 0))))

  ;; Takes memory until there is none left, and gives up.
  (func $hoard (export "canister_update hoard")
    (call $count)
    (loop $again
      (br_if $again (i32.ge_s (memory.grow (i32.const 1024)) (i32.const 0))))
    unreachable)
  (func (export "canister_query hoard_in_query") (call $hoard))

  ;; Writes beyond its memory.
  (func $overrun (export "canister_update overrun")
    (call $count)
    (i64.store (i32.const 0x10000) (i64.const 1))))
