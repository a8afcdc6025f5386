// Drives unmodified clients of ledgers against a running node: node check.mjs URL
//
// One line per check; exit code 1 if one failed.

import { CyclesLedgerCanister } from '@icp-sdk/canisters/ledger/cycles';
import { AccountIdentifier, IcpLedgerCanister } from '@icp-sdk/canisters/ledger/icp';
import { IcrcLedgerCanister } from '@icp-sdk/canisters/ledger/icrc';
import { AnonymousIdentity, Cbor, Certificate, HttpAgent, hashValue, lookup_path, reconstruct } from '@icp-sdk/core/agent';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { Principal } from '@icp-sdk/core/principal';
import { createHash } from 'node:crypto';
import { Checks, equal, refused } from '../agent/checks.mjs';

const host = process.argv[2];
const cyclesLedger = Principal.fromText('um5iw-rqaaa-aaaaq-qaaba-cai');
const icpLedger = Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai');
const trillion = 1_000_000_000_000n;
const hex = bytes => Buffer.from(bytes).toString('hex');

const checks = new Checks();
const alice = Ed25519KeyIdentity.generate();
const bob = Ed25519KeyIdentity.generate();
const agentFor = identity => HttpAgent.create({ host, identity, shouldFetchRootKey: true, retryTimes: 0 });
const anonymous = await agentFor(new AnonymousIdentity());
const agent = await agentFor(alice);
const ledger = (canisterId, by = agent) => IcrcLedgerCanister.create({ agent: by, canisterId });
const account = identity => ({ owner: identity.getPrincipal(), subaccount: [] });

// Bytes are blobs, numbers naturals: the hash of the agent's requests is the one that ICRC-3 takes for blocks.
const plain = value => {
  const [[kind, content]] = Object.entries(value);
  switch (kind) {
    case 'Blob':
      return Uint8Array.from(content);
    case 'Array':
      return content.map(plain);
    case 'Map':
      return Object.fromEntries(content.map(([key, entry]) => [key, plain(entry)]));
    default:
      return content;
  }
};
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hashOf = value => {
  if (Array.isArray(value)) {
    return sha256(...value.map(hashOf));
  }
  if (value instanceof Uint8Array || typeof value !== 'object') {
    return Buffer.from(hashValue(value));
  }
  const entries = Object.entries(value).map(([key, entry]) => Buffer.concat([sha256(Buffer.from(key)), hashOf(entry)]));
  return sha256(...entries.sort(Buffer.compare));
};

for (const [name, canisterId, fee] of [
  ['cycles', cyclesLedger, 100_000_000n],
  ['ICP', icpLedger, 10_000n],
]) {
  const theirs = ledger(canisterId);

  await checks.that(`the ${name} ledger tells its metadata`, async () => {
    const metadata = Object.fromEntries(await theirs.metadata({ certified: true }));
    equal(metadata['icrc1:fee'].Nat, fee, 'the fee');
    equal(await theirs.transactionFee({ certified: false }), fee, 'the fee');
    const standards = await theirs.icrc1SupportedStandards({ certified: false });
    return standards.map(standard => standard.name).join();
  });

  await checks.that(`the ${name} ledger moves, allows, and moves what was allowed`, async () => {
    await ledger(canisterId, anonymous).transfer({ to: account(alice), amount: trillion });
    await theirs.transfer({ to: account(bob), amount: 5n, memo: Uint8Array.of(1, 2, 3), fee });
    await theirs.approve({ spender: account(bob), amount: 2n * fee, expires_at: nanos(Date.now() + 60_000) });
    equal((await theirs.allowance({ account: account(alice), spender: account(bob) })).allowance, 2n * fee, 'the allowance');
    await ledger(canisterId, await agentFor(bob)).transferFrom({ from: account(alice), to: account(bob), amount: 7n });
    equal(await theirs.balance({ owner: bob.getPrincipal() }), 12n, "Bob's balance");
    equal(await theirs.balance({ owner: alice.getPrincipal(), certified: true }), trillion - 12n - 3n * fee, "Alice's balance");
  });

  await checks.that(`the ${name} ledger refuses what is not there, and tells how much is`, async () => {
    const balance = await theirs.balance({ owner: alice.getPrincipal() });
    try {
      await theirs.transfer({ to: account(bob), amount: 2n * trillion });
    } catch (error) {
      equal(error.errorType.InsufficientFunds.balance, balance, 'the balance');
      return;
    }
    throw new Error('it must be refused');
  });

  await checks.that(`the ${name} ledger proves its last block, and each block the one before`, async () => {

    const [proof] = await theirs.service.icrc3_get_tip_certificate();
    const certificate = await Certificate.create({
      certificate: Uint8Array.from(proof.certificate),
      rootKey: agent.rootKey,
      principal: { canisterId },
    });
    const tree = Cbor.decode(Uint8Array.from(proof.hash_tree));
    const certified = certificate.lookup_path(['canister', canisterId.toUint8Array(), 'certified_data']);
    equal(hex(await reconstruct(tree)), hex(certified.value), 'what is certified');
    const last = lookup_path(['last_block_index'], tree).value;
    let hash = lookup_path(['last_block_hash'], tree).value;

    const { log_length, blocks } = await theirs.getBlocks({ args: [{ start: 0n, length: 1_000n }], certified: false });
    equal(blocks.length > 3, true, 'that there are blocks');
    equal(BigInt(blocks.at(-1).id), log_length - 1n, 'the number of the last block');
    equal(leb128(last), log_length - 1n, 'the certified number of the last block');
    const types = (await theirs.service.icrc3_supported_block_types()).map(({ block_type }) => block_type);
    for (const { block } of blocks.toReversed()) {
      const content = plain(block);
      equal(hex(hashOf(content)), hex(hash), 'the hash of a block');
      equal(types.includes(content.btype), true, `that ${content.btype} is a type of block`);
      hash = content.phash ?? new Uint8Array();
    }
    equal(hash.length, 0, 'the hash of what is before the first block');
    return `${blocks.length} blocks`;
  });
}

await checks.that('the ICP ledger knows accounts by their identifiers', async () => {
  const icp = IcpLedgerCanister.create({ agent, canisterId: icpLedger });
  const carol = Ed25519KeyIdentity.generate().getPrincipal();
  const to = AccountIdentifier.fromPrincipal({ principal: carol });
  await icp.transfer({ to, amount: 11n, memo: 4n });
  equal(await icp.accountBalance({ accountIdentifier: to, certified: true }), 11n, 'the balance of the identifier');
  equal(await ledger(icpLedger).balance({ owner: carol }), 11n, 'the balance of the principal');
  return to.toHex();
});

await checks.that('a withdrawal to what is no canister costs nothing', async () => {
  const cycles = CyclesLedgerCanister.create({ agent, canisterId: cyclesLedger });
  const before = await ledger(cyclesLedger).balance({ owner: alice.getPrincipal() });
  await refused(async () => {
    const result = await cycles.withdraw({ to: alice.getPrincipal(), amount: 1_000n });
    throw new Error(JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? `${value}` : value)));
  }, /FailedToWithdraw|InvalidReceiver|Withdraw/);
  equal(await ledger(cyclesLedger).balance({ owner: alice.getPrincipal() }), before, 'the balance');
});

process.exit(checks.summary());

function nanos(millis) {
  return BigInt(millis) * 1_000_000n;
}

function leb128(bytes) {
  return Array.from(bytes).reduceRight((number, byte) => (number << 7n) | BigInt(byte & 0x7f), 0n);
}
