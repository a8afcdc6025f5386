// Drives an unmodified agent against a running node: node check.mjs URL
//
// Creates canisters of its own, works with them, and deletes them. One line per check; exit code 1 if one failed.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { mock } from 'node:test';
import {
  Actor,
  AnonymousIdentity,
  CanisterStatus,
  HttpAgent,
  SignIdentity,
  polling,
} from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { DelegationChain, DelegationIdentity, ECDSAKeyIdentity, Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { Secp256k1KeyIdentity } from '@icp-sdk/core/identity/secp256k1';
import { Principal } from '@icp-sdk/core/principal';
import { DerivedPublicKey, EncryptedVetKey, TransportSecretKey } from '@dfinity/vetkeys';
import { Checks, equal, refused } from './checks.mjs';
import { counter, cyclesLedger, management, outcalls, vetkd } from './idl.mjs';

const host = process.argv[2];
const managementCanister = Principal.fromHex('');
const module = name => readFile(new URL(`../../examples/counter/${name}.wasm`, import.meta.url));
const forwarder = new URL('../../replica/src/test/resources/decant/replica/probe.wasm', import.meta.url);
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');
const hex = bytes => Buffer.from(bytes).toString('hex');

const checks = new Checks();
const v1 = await module('v1');
const v2 = await module('v2');
const owner = Ed25519KeyIdentity.generate();
const agentFor = (identity, options = {}) =>
  HttpAgent.create({ host, identity, shouldFetchRootKey: true, retryTimes: 0, ...options });

let agent;
await checks.that('the root key is a BLS key in DER form', async () => {
  agent = await agentFor(owner);
  equal(agent.rootKey.length, 133, 'its length');
  return `${hex(agent.rootKey).slice(-12)}`;
});
if (!agent) {
  console.log(`no node answers at ${host}; start one with: decant start`);
  process.exit(checks.summary());
}

await checks.that('the status tells the health of the node', async () => {
  const status = await agent.status();
  equal(status.replica_health_status, 'healthy', 'replica_health_status');
  return status.impl_version;
});

const managementFor = (caller, effectiveCanisterId) =>
  Actor.createActor(management, {
    agent: caller,
    canisterId: managementCanister,
    // What a call is about: the agent sends it to the endpoint of that canister.
    callTransform: (_, [argument]) => ({
      effectiveCanisterId: argument?.canister_id ?? effectiveCanisterId ?? managementCanister,
    }),
  });
const counterFor = (caller, canisterId) => Actor.createActor(counter, { agent: caller, canisterId });
const install = (caller, canister_id, mode, wasm) =>
  managementFor(caller).install_code({ mode, canister_id, wasm_module: wasm, arg: IDL.encode([], []) });
const keepingTheHeap = [{ skip_pre_upgrade: [], wasm_memory_persistence: [{ keep: null }] }];

let canister;
await checks.that('a canister is created', async () => {
  const created = await managementFor(agent).provisional_create_canister_with_cycles({
    amount: [],
    specified_id: [],
  });
  canister = created.canister_id;
  return canister.toText();
});
if (!canister) {
  process.exit(checks.summary());
}

await checks.that('a module is installed', () => install(agent, canister, { install: null }, v1));

await checks.that('an update is certified', async () => {
  equal(await counterFor(agent, canister).inc(), 1n, 'the count');
  equal(await counterFor(agent, canister).add(41n), 42n, 'the count');
});

await checks.that('a query is signed by a node of the subnet', async () => {
  equal(agent.config.verifyQuerySignatures ?? true, true, 'verifyQuerySignatures');
  equal(await counterFor(agent, canister).get(), 42n, 'the count');
});

await checks.that('a call answered later is found by read_state', async () => {
  const { requestId, response } = await agent.call(canister, {
    methodName: 'inc',
    arg: IDL.encode([], []),
    callSync: false,
  });
  equal(response.status, 202, 'the status');
  const { reply } = await polling.pollForResponse(agent, { canisterId: canister }, requestId);
  equal(IDL.decode([IDL.Nat], reply)[0], 43n, 'the count');
});

await checks.that('read_state shows the certified facts of the canister', async () => {
  const status = await CanisterStatus.request({
    canisterId: canister,
    agent,
    paths: ['time', 'controllers', 'module_hash', 'subnet', 'candid'],
  });
  equal(status.get('controllers').map(String).join(), owner.getPrincipal().toText(), 'the controllers');
  equal(status.get('module_hash'), sha256(v1), 'the module hash');
  equal(/inc: \(\) -> \(nat\)/.test(status.get('candid')), true, 'that the interface has inc');
  equal(Math.abs(status.get('time') - Date.now()) < 120_000, true, 'that the time is now');
  return `subnet ${status.get('subnet').subnetId}`;
});

await checks.that('what is not there is proven absent', async () => {
  const empty = (
    await managementFor(agent).provisional_create_canister_with_cycles({ amount: [], specified_id: [] })
  ).canister_id;
  const status = await CanisterStatus.request({ canisterId: empty, agent, paths: ['module_hash', 'candid'] });
  equal(status.get('module_hash'), null, 'the module hash');
  equal(status.get('candid'), null, 'the interface');
  await managementFor(agent).stop_canister({ canister_id: empty });
  await managementFor(agent).delete_canister({ canister_id: empty });
});

await checks.that('an upgrade that would lose the heap unnoticed is refused', () =>
  refused(() => install(agent, canister, { upgrade: [] }, v2), /IC0504/),
);

await checks.that('an upgrade keeps the state', async () => {
  await install(agent, canister, { upgrade: keepingTheHeap }, v2);
  equal(await counterFor(agent, canister).get(), 43n, 'the count');
  const { highest, upgrades } = await counterFor(agent, canister).statistics();
  equal(highest, 43n, 'the highest count');
  equal(upgrades, 1n, 'the number of upgrades');
});

await checks.that('identities of every kind may call', async () => {
  const session = await ECDSAKeyIdentity.generate();
  const root = Ed25519KeyIdentity.generate();
  const chain = await DelegationChain.create(root, session.getPublicKey(), new Date(Date.now() + 600_000), {
    targets: [canister],
  });
  const callers = [
    new AnonymousIdentity(),
    Secp256k1KeyIdentity.generate(),
    session,
    DelegationIdentity.fromDelegation(session, chain),
  ];
  let expected = await counterFor(agent, canister).get();
  for (const caller of callers) {
    const theirs = await agentFor(caller);
    equal(await counterFor(theirs, canister).inc(), ++expected, 'the count');
    equal(await counterFor(theirs, canister).get(), expected, 'the count');
  }
});

await checks.that('an expired delegation is refused', async () => {
  const session = Ed25519KeyIdentity.generate();
  const chain = await DelegationChain.create(owner, session.getPublicKey(), new Date(Date.now() - 1_000));
  const caller = await agentFor(DelegationIdentity.fromDelegation(session, chain));
  return refused(() => counterFor(caller, canister).inc(), /delegation 1 of 1 expired/);
});

await checks.that('a delegation for another canister is refused', async () => {
  const session = Ed25519KeyIdentity.generate();
  const chain = await DelegationChain.create(owner, session.getPublicKey(), new Date(Date.now() + 600_000), {
    targets: [Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai')],
  });
  const caller = await agentFor(DelegationIdentity.fromDelegation(session, chain));
  return refused(() => counterFor(caller, canister).inc(), /do not cover canister/);
});

await checks.that('a request signed with another key is refused', async () => {
  const thief = Ed25519KeyIdentity.generate();
  class Forger extends SignIdentity {
    getPublicKey() {
      return owner.getPublicKey();
    }
    sign(message) {
      return thief.sign(message);
    }
  }
  const caller = await agentFor(new Forger());
  return refused(() => counterFor(caller, canister).inc(), /not a signature by the key it claims/);
});

await checks.that('a canister is made and the canisters are listed through the endpoints of the subnet', async () => {
  const subnetId = await agent.getSubnetIdFromCanister(canister);
  const { reply } = await agent.update(managementCanister, {
    methodName: 'provisional_create_canister_with_cycles',
    arg: IDL.encode([IDL.Record({})], [{}]),
    effectiveTarget: { subnetId },
  });
  const made = IDL.decode([IDL.Record({ canister_id: IDL.Principal })], reply)[0].canister_id;
  await managementFor(agent).stop_canister({ canister_id: made });
  await managementFor(agent).delete_canister({ canister_id: made });
  const listing = await agent.query(managementCanister, {
    methodName: 'list_canisters',
    arg: IDL.encode([], []),
    effectiveTarget: { subnetId },
  });
  equal(listing.status, 'rejected', 'the status of a listing for a stranger');
  return listing.reject_message.split(',')[0];
});

await checks.that('only a controller may change the code', async () => {
  const stranger = await agentFor(Ed25519KeyIdentity.generate());
  return refused(() => install(stranger, canister, { reinstall: null }, v1), /IC0512/);
});

await checks.that('a method that does not exist is rejected with a code', () =>
  refused(
    () => agent.update(canister, { methodName: 'nonesuch', arg: IDL.encode([], []) }),
    /IC0536/,
  ),
);

await checks.that('a certificate by another network is not believed', async () => {
  const rootKey = Uint8Array.from(agent.rootKey);
  // The key of the public network, a point of the group that signed nothing here.
  rootKey.set(Buffer.from(mainnetKey(), 'hex'), rootKey.length - 96);
  const misled = await agentFor(owner, { rootKey, shouldFetchRootKey: false });
  await refused(() => counterFor(misled, canister).get(), /verif/i);
  return refused(() => counterFor(misled, canister).inc(), /verif/i);
});

// An agent whose replies pass through `change(path, bytes)` on their way.
const agentBehind = change =>
  agentFor(owner, {
    fetch: async (url, options) => {
      const reply = await fetch(url, options);
      const bytes = Buffer.from(await reply.arrayBuffer());
      const changed = change(new URL(url).pathname, bytes);
      const isReplaced = Buffer.isBuffer(changed);
      return new Response(isReplaced ? changed : bytes, { status: isReplaced ? 200 : reply.status });
    },
  });
const renamed = (bytes, from, to) => {
  const at = bytes.indexOf(from);
  if (at >= 0) {
    bytes.write(to, at);
  }
};

await checks.that('a query that nobody signed is not believed', async () => {
  const misled = await agentBehind((path, bytes) => path.endsWith('/query') && renamed(bytes, 'signatures', 'signaturex'));
  return refused(() => counterFor(misled, canister).get(), /signature/i);
});

await checks.that('a query with another answer than the node signed is not believed', async () => {
  const misled = await agentBehind((path, bytes) => {
    const at = path.endsWith('/query') ? bytes.indexOf('DIDL') : -1;
    if (at >= 0) {
      bytes[at + 7] ^= 1;
    }
  });
  return refused(() => counterFor(misled, canister).get(), /signature|verif/i);
});

await checks.that('a certificate that somebody keeps and shows again is believed for five minutes only', async () => {
  let kept;
  let replays = false;
  const misled = await agentBehind((path, bytes) => {
    if (!path.endsWith('/read_state')) {
      return bytes;
    }
    kept = replays ? kept : bytes;
    return kept;
  });
  // An agent asks for the time once; after that it judges certificates by its own clock.
  await misled.syncTime(canister);
  const path = [Buffer.from('canister'), canister.toUint8Array(), Buffer.from('module_hash')];
  const read = () => misled.readState({ canisterId: canister }, { paths: [path] });
  const { certificate } = await read();
  replays = true;
  equal(hex((await read()).certificate), hex(certificate), 'the certificate while it is new');
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 301_000 });
  try {
    return await refused(read, /more than 5 minutes in the past/);
  } finally {
    mock.timers.reset();
  }
});

await checks.that('a request made twice is executed once', async () => {
  const before = await counterFor(agent, canister).get();
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  const twin = () => agent.update(canister, { methodName: 'inc', arg: IDL.encode([], []), nonce });
  const [first, second] = await Promise.all([twin(), twin()]);
  equal(hex(first.reply), hex(second.reply), 'the reply');
  equal(await counterFor(agent, canister).get(), before + 1n, 'the count');
});

const ledgerFor = caller =>
  Actor.createActor(cyclesLedger, { agent: caller, canisterId: Principal.fromText('um5iw-rqaaa-aaaaq-qaaba-cai') });
const transfer = (to, amount, more = {}) => ({
  to: { owner: to, subaccount: [] },
  amount,
  fee: [],
  memo: [],
  from_subaccount: [],
  created_at_time: [],
  ...more,
});
const balanceOf = principal => ledgerFor(agent).icrc1_balance_of({ owner: principal, subaccount: [] });

await checks.that('the ledger moves cycles once, and tells of duplicates', async () => {
  const anonymous = ledgerFor(await agentFor(new AnonymousIdentity()));
  const request = transfer(owner.getPrincipal(), 5_000_000_000_000n, {
    created_at_time: [BigInt(Date.now()) * 1_000_000n],
  });
  const first = await anonymous.icrc1_transfer(request);
  equal('Ok' in first, true, 'that it was moved');
  const second = await anonymous.icrc1_transfer(request);
  equal(second.Err.Duplicate.duplicate_of, first.Ok, 'the block of the original');
  equal(await balanceOf(owner.getPrincipal()), 5_000_000_000_000n, 'the balance');
});

await checks.that('the ledger does not move what is not there', async () => {
  const poor = Ed25519KeyIdentity.generate();
  const result = await ledgerFor(await agentFor(poor)).icrc1_transfer(transfer(owner.getPrincipal(), 1n));
  equal(result.Err.InsufficientFunds.balance, 0n, 'the balance');
});

await checks.that('a canister is created from the cycles on the ledger', async () => {
  const { Ok: created } = await ledgerFor(agent).create_canister({ amount: 2_000_000_000_000n, from_subaccount: [] });
  equal(await balanceOf(owner.getPrincipal()), 2_999_900_000_000n, 'the balance');
  await install(agent, created.canister_id, { install: null }, v1);
  equal(await counterFor(agent, created.canister_id).inc(), 1n, 'the count');
});

await checks.that('the ledger shows its certified interface', async () => {
  const ledger = Principal.fromText('um5iw-rqaaa-aaaaq-qaaba-cai');
  const status = await CanisterStatus.request({ canisterId: ledger, agent, paths: ['candid', 'controllers'] });
  equal(/icrc1_transfer :/.test(status.get('candid')), true, 'that the interface has icrc1_transfer');
  equal(status.get('controllers').length, 0, 'the number of controllers');
});

let forwarding;
await checks.that('a canister is made that calls the management canister', async () => {
  const { canister_id } = await managementFor(agent).provisional_create_canister_with_cycles({
    amount: [],
    specified_id: [],
  });
  await install(agent, canister_id, { install: null }, await readFile(forwarder));
  forwarding = canister_id;
});
// Has the canister make a call, as a canister's code would: what it is answered comes back.
const forwarded = async (service, methodName, argument) => {
  const { argTypes, retTypes } = Object.fromEntries(service({ IDL })._fields)[methodName];
  const name = new TextEncoder().encode(methodName);
  const arg = Uint8Array.from([0, name.length, ...name, ...IDL.encode(argTypes, [argument])]);
  const { reply } = await agent.update(forwarding, { methodName: 'forward', arg });
  return IDL.decode(retTypes, reply)[0];
};

await checks.that('a key is derived that only its asker can decrypt', async () => {
  const text = words => new TextEncoder().encode(words);
  const key_id = { curve: { bls12_381_g2: null }, name: 'test_key_1' };
  const publicKeyOf = async (canister_id, context) =>
    (await forwarded(vetkd, 'vetkd_public_key', { canister_id, context, key_id })).public_key;
  const ofCanister = DerivedPublicKey.deserialize(Uint8Array.from(await publicKeyOf([], text(''))));
  const ofContext = ofCanister.deriveSubKey(text('notes'));
  equal(hex(ofContext.publicKeyBytes()), hex(await publicKeyOf([forwarding], text('notes'))), 'the key derived offline');

  const transport = TransportSecretKey.random();
  const derive = async input => {
    const { encrypted_key } = await forwarded(vetkd, 'vetkd_derive_key', {
      input,
      context: text('notes'),
      transport_public_key: transport.publicKeyBytes(),
      key_id,
    });
    return EncryptedVetKey.deserialize(Uint8Array.from(encrypted_key));
  };
  const decrypted = async () =>
    hex((await derive(text('alice'))).decryptAndVerify(transport, ofContext, text('alice')).signatureBytes());
  equal(await decrypted(), await decrypted(), 'the key, asked for twice');
  const alices = await derive(text('alice'));
  await refused(async () => alices.decryptAndVerify(transport, ofContext, text('bob')), /Invalid VetKey/);
  await refused(async () => alices.decryptAndVerify(TransportSecretKey.random(), ofContext, text('alice')), /Invalid/);
});

await checks.that('a canister asks no server outside that the operator has not allowed', () =>
  refused(
    () =>
      forwarded(outcalls, 'http_request', {
        url: 'https://example.com/',
        max_response_bytes: [],
        method: { get: null },
        headers: [],
        body: [],
        transform: [],
        is_replicated: [],
      }),
    /--outcalls HOST/,
  ),
);

await checks.that('the canister is stopped, serves nothing, and is deleted', async () => {
  await managementFor(agent).stop_canister({ canister_id: canister });
  const refusal = await refused(() => counterFor(agent, canister).inc(), /IC0508/);
  await managementFor(agent).delete_canister({ canister_id: canister });
  await refused(() => counterFor(agent, canister).inc(), /IC0301/);
  return refusal;
});

process.exit(checks.summary());

function mainnetKey() {
  return (
    '814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc534' +
    '1583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae'
  );
}
