import { IDL } from '@icp-sdk/core/candid';

/// The methods of the management canister that the checks use.
export const management = ({ IDL: idl = IDL }) => {
  const canister = idl.Record({ canister_id: idl.Principal });
  const mode = idl.Variant({
    install: idl.Null,
    reinstall: idl.Null,
    upgrade: idl.Opt(
      idl.Record({
        skip_pre_upgrade: idl.Opt(idl.Bool),
        wasm_memory_persistence: idl.Opt(idl.Variant({ keep: idl.Null, replace: idl.Null })),
      }),
    ),
  });
  return idl.Service({
    provisional_create_canister_with_cycles: idl.Func(
      [idl.Record({ amount: idl.Opt(idl.Nat), specified_id: idl.Opt(idl.Principal) })],
      [canister],
      [],
    ),
    install_code: idl.Func(
      [idl.Record({ mode, canister_id: idl.Principal, wasm_module: idl.Vec(idl.Nat8), arg: idl.Vec(idl.Nat8) })],
      [],
      [],
    ),
    stop_canister: idl.Func([canister], [], []),
    start_canister: idl.Func([canister], [], []),
    delete_canister: idl.Func([canister], [], []),
    raw_rand: idl.Func([], [idl.Vec(idl.Nat8)], []),
  });
};

/// What the example counter offers; `statistics` came with its second version.
export const counter = ({ IDL: idl = IDL }) =>
  idl.Service({
    inc: idl.Func([], [idl.Nat], []),
    add: idl.Func([idl.Nat], [idl.Nat], []),
    get: idl.Func([], [idl.Nat], ['query']),
    statistics: idl.Func([], [idl.Record({ highest: idl.Nat, upgrades: idl.Nat })], ['query']),
  });
