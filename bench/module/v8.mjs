// Compiles a module and makes its first call on V8: node v8.mjs MODULE.wasm REPETITIONS prints, for each repetition,
// "parse instantiate call cpu" in microseconds. Each repetition compiles other bytes, lest V8 remembers.
import { readFileSync } from "node:fs";
import { system } from "./system.mjs";

const [file, repetitions] = process.argv.slice(2);
const wasm = readFileSync(file);
const one = "4449444c00017d01";

for (let i = 0; i < Number(repetitions); i++) {
  const nonce = Buffer.from(String(i).padStart(8, "0"));
  const own = Buffer.concat([wasm, Buffer.from([0, 10, 1, 0x6e]), nonce]);
  const host = system();
  host.argument = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0);
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
  const reply = Buffer.from(host.reply).toString("hex");
  if (reply !== one) throw new Error(`inc replied ${reply}`);
  const micros = [1, 2, 3].map((k) => Math.round((times[k] - times[k - 1]) * 1000));
  console.log(...micros, cpu.user + cpu.system);
}
