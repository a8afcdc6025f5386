// Runs modules as Session.java does, and prints the same lines. Reads the file named by the first argument:
// for each module its length and its bytes, how many runs, and for each run whether a new instance begins, which entry, and
// how many instructions there are. Without a file it prints which features there are.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];

function features() {
  const memory64 = WebAssembly.validate(new Uint8Array([...HEADER, 5, 4, 1, 5, 1, 1]));
  const table64 = WebAssembly.validate(new Uint8Array([...HEADER, 4, 5, 1, 112, 5, 1, 1]));
  const tailCalls = WebAssembly.validate(
    new Uint8Array([...HEADER, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 6, 1, 4, 0, 18, 0, 11]));
  return `memory64=${memory64} table64=${table64} tailCalls=${tailCalls}`;
}

const TRAPS = [
  [/^unreachable/, "unreachable"],
  [/memory access out of bounds|data segment .*out of bounds/, "memory"],
  [/divide by zero|remainder by zero/, "zero"],
  [/divide result unrepresentable|float unrepresentable/, "range"],
  [/table index is out of bounds|table access out of bounds|table or element|invalid table access|element segment out of bounds/, "table"],
  [/null function or function signature|signature mismatch|null function/, "call"],
  [/out of instructions/, "instructions"],
  [/Maximum call stack/, "stack"],
];

function trapOf(error) {
  const message = String(error?.message ?? error);
  for (const [pattern, name] of TRAPS) {
    if (pattern.test(message)) return name;
  }
  return `?${message}`;
}

class Run {
  constructor(module) {
    this.notes = [];
    this.given = 0;
    const host = {
      note: (value) => { this.notes.push(BigInt.asUintN(64, value).toString(16)); },
      give: () => this.given++,
      pay: (amount) => {
        const counter = this.instance.exports.counter;
        counter.value -= BigInt(amount & 0xffff);
        if (counter.value < 0n) throw new Error("out of instructions");
      },
      out: () => { throw new Error("out of instructions"); },
    };
    this.instance = new WebAssembly.Instance(module, { host });
    const exports = this.instance.exports;
    this.slots = [];
    for (let i = 0; exports[`slot${i}`]; i++) this.slots.push(exports[`slot${i}`]);
    this.tables = [];
    for (let i = 0; exports[`table${i}`]; i++) this.tables.push(exports[`table${i}`]);
  }

  call(entry, fuel) {
    const exports = this.instance.exports;
    this.notes.length = 0;
    exports.counter.value = fuel;
    let outcome = "ok";
    try {
      exports[`run${entry}`]();
    } catch (error) {
      outcome = trapOf(error);
    }
    const left = exports.counter.value;
    const parts = [outcome, left, `notes ${this.notes.join(" ")}`];
    parts.push("globals " + this.slots.map((slot) => BigInt.asUintN(64, slot()).toString(16)).join(" "));
    parts.push("tables " + this.tables.map((table) => Number(table.length)).join(" "));
    if (this.tables.length > 0) {
      const table = this.tables[0];
      const elements = [];
      const isWide = typeof table.length === "bigint";
      for (let i = 0; i < Number(table.length); i++) {
        const element = table.get(isWide ? BigInt(i) : i);
        elements.push(element === null ? "-" : element.name);
      }
      parts.push("elements " + elements.join(" "));
    }
    if (exports.memory) {
      const bytes = new Uint8Array(exports.memory.buffer);
      parts.push(`memory ${bytes.length} ${createHash("sha1").update(bytes).digest("hex")}`);
    }
    return parts.join("; ");
  }
}

function main(path) {
  const file = readFileSync(path);
  let at = 0;
  const out = [];
  const u32 = () => { at += 4; return file.readUInt32LE(at - 4); };
  while (at < file.length) {
    const length = u32();
    const bytes = file.subarray(at, at + length);
    at += length;
    let module = null;
    let problem = "";
    try {
      module = new WebAssembly.Module(bytes);
    } catch (error) {
      problem = `invalid: ${error.message}`;
    }
    let run = null;
    for (let runs = u32(); runs > 0; runs--) {
      const fresh = u32();
      const entry = u32();
      const fuel = file.readBigInt64LE(at);
      at += 8;
      if (module === null) {
        out.push(problem);
        continue;
      }
      try {
        if (fresh || run === null) run = new Run(module);
        out.push(run.call(entry, fuel));
      } catch (error) {
        run = null;
        out.push(`failed: ${error.message}`);
      }
    }
  }
  process.stdout.write(out.join("\n") + "\n");
}

if (process.argv.length > 2) {
  main(process.argv[2]);
} else {
  console.log(features());
}
