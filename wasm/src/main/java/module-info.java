import org.jspecify.annotations.NullMarked;

/// WebAssembly: decode, validate, compile to JVM bytecode, run. Has never heard of canisters.
@NullMarked
module decant.wasm {
    requires transitive decant.base;
    requires static org.jspecify;

    exports decant.wasm;
    exports decant.wasm.link;
    // The rules for canisters count and weigh instructions.
    exports decant.wasm.binary to
            decant.canister;
}
