;; A canister whose stable memory is divided as the memory manager of stable-structures does: memory 0 of 3 pages in
;; bucket 0, memory 7 of 130 pages in the buckets 1 and 2.
(module
  (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
  (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
  (memory 1)
  (data (i32.const 0) "MGR\01\03\00\80\00")
  (data (i32.const 40) "\03")
  (data (i32.const 96) "\82")
  (data (i32.const 2080) "\00\07\07\ff")
  (func (export "canister_init")
    (drop (call $grow (i64.const 385)))
    (call $write (i64.const 0) (i64.const 0) (i64.const 2084))))
