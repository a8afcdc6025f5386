;; A canister with 64-bit addresses that fills its heap: 8 bytes in each page of 4 KiB, at another place in each.
;;
;; Memory: 0x0000 argument of up to three numbers, 0x0100 reply. Pages 0 to 15 are never filled.
(module
  (import "ic0" "msg_arg_data_size" (func $arg_size (result i64)))
  (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i64 i64 i64)))
  (import "ic0" "msg_reply_data_append" (func $append (param i64 i64)))
  (import "ic0" "msg_reply" (func $reply))
  (memory i64 1)

  (func $reply_number (param i64)
    (i64.store (i64.const 0x0100) (local.get 0))
    (call $append (i64.const 0x0100) (i64.const 8))
    (call $reply))
  (func $argument (param $index i64) (result i64)
    (call $arg_copy (i64.const 0) (i64.const 0) (call $arg_size))
    (i64.load (i64.shl (local.get $index) (i64.const 3))))

  ;; grow(pages) answers what memory.grow does.
  (func (export "canister_update grow") (call $reply_number (memory.grow (call $argument (i64.const 0)))))
  (func (export "canister_query pages") (call $reply_number (memory.size)))

  ;; put(address, value), get(address)
  (func (export "canister_update put")
    (i64.store (call $argument (i64.const 0)) (call $argument (i64.const 1)))
    (call $reply_number (i64.const 0)))
  (func (export "canister_query get") (call $reply_number (i64.load (call $argument (i64.const 0)))))

  (func $address (param $page i64) (result i64)
    (i64.add
      (i64.shl (local.get $page) (i64.const 12))
      (i64.shl (i64.and (local.get $page) (i64.const 511)) (i64.const 3))))
  (func $value (param $page i64) (param $salt i64) (result i64)
    (i64.mul (i64.add (local.get $page) (local.get $salt)) (i64.const 0x9E3779B97F4A7C15)))

  (func $fill (param $page i64) (param $end i64) (param $salt i64)
    (loop $next
      (if (i64.lt_u (local.get $page) (local.get $end))
        (then
          (i64.store (call $address (local.get $page)) (call $value (local.get $page) (local.get $salt)))
          (local.set $page (i64.add (local.get $page) (i64.const 1)))
          (br $next)))))
  ;; fill(page, end, salt)
  (func (export "canister_update fill")
    (call $fill (call $argument (i64.const 0)) (call $argument (i64.const 1)) (call $argument (i64.const 2)))
    (call $reply_number (i64.const 0)))
  (func (export "canister_update fill_and_trap")
    (call $fill (call $argument (i64.const 0)) (call $argument (i64.const 1)) (call $argument (i64.const 2)))
    unreachable)

  ;; differing(page, end, salt) answers how many pages are not as fill leaves them.
  (func (export "canister_query differing") (local $page i64) (local $end i64) (local $salt i64) (local $count i64)
    (local.set $page (call $argument (i64.const 0)))
    (local.set $end (call $argument (i64.const 1)))
    (local.set $salt (call $argument (i64.const 2)))
    (loop $next
      (if (i64.lt_u (local.get $page) (local.get $end))
        (then
          (local.set $count
            (i64.add
              (local.get $count)
              (i64.extend_i32_u
                (i64.ne
                  (i64.load (call $address (local.get $page)))
                  (call $value (local.get $page) (local.get $salt))))))
          (local.set $page (i64.add (local.get $page) (i64.const 1)))
          (br $next))))
    (call $reply_number (local.get $count))))
