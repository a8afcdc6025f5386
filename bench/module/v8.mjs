// Compiles a module and makes its first call on V8: node v8.mjs MODULE.wasm REPETITIONS prints, for each repetition,
// "parse instantiate call cpu" in microseconds. Each repetition compiles other bytes, lest V8 remembers.
import { readFileSync } from "node:fs";

const [file, repetitions] = process.argv.slice(2);
const wasm = readFileSync(file);
const argument = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0);
const one = "4449444c00017d01";

function system(reply) {
  let stablePages = 0n;
  let memory;
  const bytes = (at, length) => new Uint8Array(memory.buffer, Number(at), Number(length));
  const numbers = {
    msg_arg_data_size: () => BigInt(argument.length),
    stable64_size: () => stablePages,
    stable64_grow: (pages) => (stablePages += pages) - pages,
  };
  const others = {
    msg_arg_data_copy: (at, from, length) => bytes(at, length).set(argument.subarray(Number(from), Number(from + length))),
    msg_reply_data_append: (at, length) => reply.push(...bytes(at, length)),
    trap: (at, length) => {
      throw new Error(Buffer.from(bytes(at, length)).toString());
    },
    is_controller: () => 1,
    canister_status: () => 1,
  };
  const long = ["canister_self_size", "msg_caller_size", "msg_reject_msg_size", "performance_counter", "time", "global_timer_set"];
  for (const name of long) numbers[name] = () => 0n;
  const ic0 = new Proxy({ ...numbers, ...others }, { get: (all, name) => all[name] ?? (() => 0) });
  return { ic0, attach: (instance) => (memory = instance.exports.mem) };
}

for (let i = 0; i < Number(repetitions); i++) {
  const nonce = Buffer.from(String(i).padStart(8, "0"));
  const own = Buffer.concat([wasm, Buffer.from([0, 10, 1, 0x6e]), nonce]);
  const reply = [];
  const host = system(reply);
  const cpuBefore = process.cpuUsage();
  const times = [performance.now()];
  const module = new WebAssembly.Module(own);
  times.push(performance.now());
  const instance = new WebAssembly.Instance(module, { ic0: host.ic0 });
  host.attach(instance);
  times.push(performance.now());
  instance.exports.canister_init();
  instance.exports["canister_update inc"]();
  times.push(performance.now());
  const cpu = process.cpuUsage(cpuBefore);
  if (Buffer.from(reply).toString("hex") !== one) throw new Error(`inc replied ${Buffer.from(reply).toString("hex")}`);
  const micros = [1, 2, 3].map((k) => Math.round((times[k] - times[k - 1]) * 1000));
  console.log(...micros, cpu.user + cpu.system);
}
