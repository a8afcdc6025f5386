// Times the kernels on V8: node v8.mjs KERNELS.wasm name:size ... prints "name result cpu-microseconds" for the best repetition.
import { readFileSync } from "node:fs";

const [file, ...kernels] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(file));
for (const spec of kernels) {
  const [name, size] = spec.split(":");
  const kernel = instance.exports[name];
  let best = Infinity;
  let result = 0;
  for (let i = 0; i < 30; i++) {
    const before = process.cpuUsage();
    result = kernel(Number(size)) | 0;
    const { user, system } = process.cpuUsage(before);
    if (i >= 10) best = Math.min(best, user + system);
  }
  console.log(`${name} ${result} ${best}`);
}
