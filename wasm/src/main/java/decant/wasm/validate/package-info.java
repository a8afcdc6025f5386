/// The rules that make a decoded module valid: WebAssembly specification, "Validation".
package decant.wasm.validate;
