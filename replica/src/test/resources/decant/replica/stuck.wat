;; A canister that cannot be upgraded: its hook fails.
(module
  (memory 1)
  (func (export "canister_pre_upgrade") unreachable))
