package decant.canister.check;

import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Type;
import decant.canister.state.ModuleBinary.Metadata;
import decant.wasm.Module;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the checks know about one version of a canister's code: the module's metadata by name, and the module itself
/// where there is one and not just a description.
public record CodeFacts(SortedMap<String, String> metadata, Optional<Module> module) {
    static final String SERVICE = "candid:service";
    static final String ARGUMENTS = "candid:args";
    static final String STABLE_TYPES = "motoko:stable-types";
    static final String ENHANCED_PERSISTENCE = "enhanced-orthogonal-persistence";

    public CodeFacts {
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /// {@return the facts of a module}
    public static CodeFacts of(Module module, Map<String, Metadata> metadata) {
        var texts = new TreeMap<String, String>();
        metadata.forEach((name, section) -> texts.put(name, new String(section.content(), StandardCharsets.UTF_8)));
        return new CodeFacts(texts, Optional.of(module));
    }

    /// {@return the facts in a `.did` file}
    public static CodeFacts ofInterface(String candid) {
        return new CodeFacts(new TreeMap<>(Map.of(SERVICE, candid)), Optional.empty());
    }

    /// {@return the facts in a `.most` file}
    public static CodeFacts ofStableTypes(String signature) {
        return new CodeFacts(new TreeMap<>(Map.of(STABLE_TYPES, signature)), Optional.empty());
    }

    /// {@return the types of the arguments that the code takes, if it says them}
    ///
    /// @throws CandidException if what it says cannot be read
    public Optional<List<Type>> argumentTypes() {
        return text(ARGUMENTS)
                .map(Did::parseTypes)
                .or(() -> module.isPresent()
                        ? Optional.empty()
                        : text(SERVICE).map(service -> Did.parse(service).initTypes()));
    }

    /// {@return the interface that the code says it has, as text in Candid}
    public Optional<String> service() {
        return text(SERVICE);
    }

    /// {@return the stable signature of a Motoko actor}
    public Optional<String> stableTypes() {
        return text(STABLE_TYPES);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(metadata.get(name));
    }

    boolean isMotoko() {
        return metadata.containsKey(STABLE_TYPES);
    }

    /// {@return whether the code says that it can go on with the heap of another version}
    public boolean supportsEnhancedPersistence() {
        return metadata.containsKey(ENHANCED_PERSISTENCE);
    }

    boolean exports(String function) {
        return module.filter(code ->
                        code.exports().stream().anyMatch(export -> export.name().equals(function)))
                .isPresent();
    }
}
