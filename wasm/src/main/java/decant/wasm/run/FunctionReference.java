package decant.wasm.run;

import decant.wasm.FunctionType;

/// A function of an instance, as seen by other instances.
public record FunctionReference(InstanceState owner, int functionIndex) {
    FunctionType type() {
        return owner.code().functionType(functionIndex);
    }
}
