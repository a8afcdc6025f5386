/// WebAssembly: decode, validate, compile to JVM bytecode, run. Has never heard of canisters.
package decant.wasm;
