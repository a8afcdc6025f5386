/// Candid: types, values, subtyping with explanations, binary codec, text, and the .did language.
package decant.candid;
