package decant.wasm;

import decant.wasm.compile.CompiledModule;

/// A module whose functions are divided into methods smaller than usual.
public final class DividedCode {
    private final Module module;
    private final CompiledModule code;

    /// @param methodBytesMax the size of methods that is aimed at
    public DividedCode(Module module, int methodBytesMax) {
        this.module = module;
        this.code = new CompiledModule(module, methodBytesMax);
    }

    /// {@return an instance, which shares the code with the others}
    public Instance instantiate(Imports imports) {
        return new Instantiation(module, imports, InstanceLimits.DEFAULT, code).instantiate(true);
    }
}
