package decant.motoko;

import decant.motoko.MotokoType.Definition;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeMap;

/// The type definitions of one stable signature, by name. Equal to itself alone, as definitions may be recursive.
final class Definitions {
    private final TreeMap<String, Definition> byName = new TreeMap<>();

    void add(Definition definition) {
        byName.put(definition.name(), definition);
    }

    Optional<Definition> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// {@return the definition with this name, which the parser has seen}
    Definition get(String name) {
        var definition = byName.get(name);
        if (definition == null) {
            throw new AssertionError("BUG: the type " + name + " is not defined");
        }
        return definition;
    }

    Collection<Definition> all() {
        return byName.values();
    }
}
