// Transfers in the ledger example on V8: node v8.mjs LEDGER.wasm OPENING ACCOUNTS TRANSFERS REPETITIONS
// OPENING is the argument of `open` in hexadecimal. Prints the CPU microseconds of each repetition, then what `audit`
// replies. Its counterpart is `LedgerBench`.
import { readFileSync } from "node:fs";
import { system } from "../module/system.mjs";

const [file, opening, ...numbers] = process.argv.slice(2);
const [accounts, transfers, repetitions] = numbers.map(Number);
const host = system();
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { ic0: host.ic0 });
host.attach(instance);
const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const owner = (number) => Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number, 0);
const call = (method, caller, argument) => {
  host.caller = caller;
  host.argument = argument;
  host.reply = [];
  instance.exports[method]();
};

const minter = Uint8Array.of(4);
const nothing = hex("4449444c0000");
call("canister_init", minter, hex("4449444c00017f"));
call("canister_update open", minter, hex(opening));
let random = 1;
const next = () => {
  random = (Math.imul(random, 1103515245) + 12345) >>> 0;
  return (random >>> 8) % accounts;
};
for (let i = 0; i < repetitions; i++) {
  const before = process.cpuUsage();
  for (let j = 0; j < transfers; j++) {
    const from = next();
    const argument = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 2, 0x68, 0x7d, 1, 5, ...owner(next()), (j % 100) + 1);
    call("canister_update transfer", owner(from), argument);
  }
  const { user, system } = process.cpuUsage(before);
  console.log(user + system);
}
call("canister_query audit", minter, nothing);
console.log(Buffer.from(host.reply).toString("hex"));
