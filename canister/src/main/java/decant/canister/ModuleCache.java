package decant.canister;

import decant.base.Hash;
import decant.canister.state.ModuleBinary;
import decant.wasm.CodeCache;
import java.util.LinkedHashMap;
import java.util.Map;

/// Modules ready to run, by the hash of what was uploaded: the most recently used ones. Any thread may use it.
public final class ModuleCache {
    private final Map<Hash, CanisterModule> modules;
    private final CodeCache code;

    public ModuleCache(int modulesMax) {
        this(modulesMax, CodeCache.NONE);
    }

    /// @param code what keeps the code of modules that are used no longer, or were used before
    public ModuleCache(int modulesMax, CodeCache code) {
        if (modulesMax < 1) {
            throw new IllegalArgumentException("a module cache holds at least one module, found " + modulesMax);
        }
        this.code = code;
        this.modules = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Hash, CanisterModule> eldest) {
                return size() > modulesMax;
            }
        };
    }

    /// {@return the module of an installed canister}
    CanisterModule installed(ModuleBinary binary) {
        try {
            return parse(binary.hash(), binary.bytes());
        } catch (InvalidCanisterModule e) {
            throw new AssertionError("BUG: the installed module " + binary.hash() + " is not valid", e);
        }
    }

    /// {@return the module that was uploaded}
    /// @throws InvalidCanisterModule where it breaks a rule
    CanisterModule uploaded(byte[] bytes) {
        return parse(Hash.sha256(bytes), bytes);
    }

    private synchronized CanisterModule parse(Hash hash, byte[] bytes) {
        var known = modules.get(hash);
        if (known != null) {
            return known;
        }
        var module = CanisterModule.parse(bytes, code);
        modules.put(hash, module);
        return module;
    }
}
