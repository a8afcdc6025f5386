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

/// The methods of the cycles ledger that the checks use.
export const cyclesLedger = ({ IDL: idl = IDL }) => {
  const account = idl.Record({ owner: idl.Principal, subaccount: idl.Opt(idl.Vec(idl.Nat8)) });
  return idl.Service({
    icrc1_balance_of: idl.Func([account], [idl.Nat], ['query']),
    icrc1_transfer: idl.Func(
      [
        idl.Record({
          to: account,
          amount: idl.Nat,
          fee: idl.Opt(idl.Nat),
          memo: idl.Opt(idl.Vec(idl.Nat8)),
          from_subaccount: idl.Opt(idl.Vec(idl.Nat8)),
          created_at_time: idl.Opt(idl.Nat64),
        }),
      ],
      [
        idl.Variant({
          Ok: idl.Nat,
          Err: idl.Variant({
            InsufficientFunds: idl.Record({ balance: idl.Nat }),
            Duplicate: idl.Record({ duplicate_of: idl.Nat }),
          }),
        }),
      ],
      [],
    ),
    create_canister: idl.Func(
      [idl.Record({ amount: idl.Nat, from_subaccount: idl.Opt(idl.Vec(idl.Nat8)) })],
      [
        idl.Variant({
          Ok: idl.Record({ block_id: idl.Nat, canister_id: idl.Principal }),
          Err: idl.Variant({ InsufficientFunds: idl.Record({ balance: idl.Nat }) }),
        }),
      ],
      [],
    ),
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
