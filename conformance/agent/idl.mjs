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

/// The methods of the management canister that derive keys.
export const vetkd = ({ IDL: idl = IDL }) => {
  const blob = idl.Vec(idl.Nat8);
  const key_id = idl.Record({ curve: idl.Variant({ bls12_381_g2: idl.Null }), name: idl.Text });
  return idl.Service({
    vetkd_public_key: idl.Func(
      [idl.Record({ canister_id: idl.Opt(idl.Principal), context: blob, key_id })],
      [idl.Record({ public_key: blob })],
      [],
    ),
    vetkd_derive_key: idl.Func(
      [idl.Record({ input: blob, context: blob, transport_public_key: blob, key_id })],
      [idl.Record({ encrypted_key: blob })],
      [],
    ),
  });
};

/// The method of the management canister that asks servers outside.
export const outcalls = ({ IDL: idl = IDL }) => {
  const headers = idl.Vec(idl.Record({ name: idl.Text, value: idl.Text }));
  const response = idl.Record({ status: idl.Nat, headers, body: idl.Vec(idl.Nat8) });
  const transform = idl.Record({
    function: idl.Func([idl.Record({ response, context: idl.Vec(idl.Nat8) })], [response], ['query']),
    context: idl.Vec(idl.Nat8),
  });
  return idl.Service({
    http_request: idl.Func(
      [
        idl.Record({
          url: idl.Text,
          max_response_bytes: idl.Opt(idl.Nat64),
          method: idl.Variant({ get: idl.Null, head: idl.Null, post: idl.Null }),
          headers,
          body: idl.Opt(idl.Vec(idl.Nat8)),
          transform: idl.Opt(transform),
          is_replicated: idl.Opt(idl.Bool),
        }),
      ],
      [response],
      [],
    ),
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
