// Runs the workload in QuickJS on V8: node v8.mjs quickjs.wasm workload.js repetitions
// Prints "checksum cpu-microseconds" for each repetition. Its counterparts are `QuickJsBench` and `EndiveQuickJs`.
import { readFileSync } from "node:fs";

const [file, workload, repetitions] = process.argv.slice(2);
const memory = new WebAssembly.Memory({ initial: 256, maximum: 32768 });
const nothing = () => 0;
const names = [..."bcdefghijklmnopqrst"];
const imports = Object.fromEntries(names.map((name) => [name, nothing]));
imports.a = memory;
imports.k = (bytes) => {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / 65536);
  if (missing > 0) memory.grow(missing);
  return 1;
};
const { instance } = await WebAssembly.instantiate(readFileSync(file), { a: imports });
const { u: begin, v: malloc, K: newRuntime, N: newContext, D: setStackSize, pa: evaluate, Y: newFloat, Z: toFloat } = instance.exports;
const text = (string) => {
  const bytes = new TextEncoder().encode(string + "\0");
  const at = malloc(bytes.length);
  new Uint8Array(memory.buffer).set(bytes, at);
  return at;
};

begin();
const context = newContext(newRuntime(), 0);
const source = readFileSync(workload, "utf8");
const sourceAt = text(source);
const nameAt = text("workload.js");
for (let i = 0; i < Number(repetitions); i++) {
  const before = process.cpuUsage();
  const value = evaluate(context, sourceAt, new TextEncoder().encode(source).length, nameAt, 0, 0);
  const { user, system } = process.cpuUsage(before);
  console.log(`${toFloat(context, value)} ${user + system}`);
}
