/// Versioned pages on disk. Knows nothing of canisters or Wasm.
package decant.store;
