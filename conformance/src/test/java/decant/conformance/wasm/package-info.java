/// The official WebAssembly suite: its scripts, an assembler for the modules in them, and what runs them.
package decant.conformance.wasm;
