package decant.canister;

/// Compiled modules by hash, the most recently used ones. Any thread may use it.
public final class ModuleCache {
    public ModuleCache(int modulesMax) {
        if (modulesMax < 1) {
            throw new IllegalArgumentException("a module cache holds at least one module, found " + modulesMax);
        }
    }
}
