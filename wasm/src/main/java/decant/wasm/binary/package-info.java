/// The binary format: instruction codes, a cursor over code, and the decoder of a whole module.
package decant.wasm.binary;
