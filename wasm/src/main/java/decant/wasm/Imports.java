package decant.wasm;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What the host offers to modules, by module name and name. Immutable.
public final class Imports {
    private static final Imports NONE = new Imports(Map.of());

    private final Map<Name, Extern> externs;

    private Imports(Map<Name, Extern> externs) {
        this.externs = externs;
    }

    public static Imports none() {
        return NONE;
    }

    /// {@return these imports and one more, which replaces one of the same name}
    public Imports with(String module, String name, Extern extern) {
        var all = new HashMap<>(externs);
        all.put(new Name(module, name), extern);
        return new Imports(all);
    }

    /// {@return these imports and a host function}
    public Imports with(String module, String name, FunctionType type, HostFunction function) {
        return with(module, name, new HostImport(type, function));
    }

    /// {@return what is offered under this name}
    public Optional<Extern> find(String module, String name) {
        return Optional.ofNullable(externs.get(new Name(module, name)));
    }

    /// Collects imports; cheaper than {@link #with} for many.
    public static final class Builder {
        private final Map<Name, Extern> externs = new HashMap<>();

        public Builder() {}

        public Builder add(String module, String name, Extern extern) {
            externs.put(new Name(module, name), extern);
            return this;
        }

        public Builder add(String module, String name, FunctionType type, HostFunction function) {
            return add(module, name, new HostImport(type, function));
        }

        public Imports build() {
            return new Imports(new HashMap<>(externs));
        }
    }

    private record Name(String module, String name) {}
}
