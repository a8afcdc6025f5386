package decant.motoko;

import decant.motoko.MotokoType.Field;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a Motoko actor keeps over upgrades: its stable variables with their types, and how it gets them from an older
/// version's. The compiler writes it to `.most` files and into modules as the metadata `motoko:stable-types`.
///
/// The forms, by the version that the compiler notes in the first line:
///
/// ```text
/// 1.0.0   actor { stable var x : Nat }                     variables
/// 3.0.0   actor ({ in x : Nat }, { stable var x : Int })   what a migration function needs, and what is there after
/// 4.0.0   { "1" : {} -> {x : Nat}; ... }                   a chain of migrations, each run once,
///         actor { stable var x : Nat }                     and what is there after the last
/// ```
public final class StableSignature {
    private final Definitions definitions;
    private final Origin origin;
    private final List<Field> variables;

    StableSignature(Definitions definitions, Origin origin, List<Field> variables) {
        this.definitions = definitions;
        this.origin = origin;
        this.variables = variables;
    }

    /// How an actor comes by its variables when it replaces an older version.
    sealed interface Origin {
        /// It takes over those of the same names.
        record Direct() implements Origin {}

        /// A migration function takes some.
        record Migration(List<Expected> before) implements Origin {}

        /// Migrations that have not been run yet are run in the order of their ids.
        record Chain(List<Step> steps) implements Origin {}
    }

    /// A variable of the older version, and whether it must be there.
    record Expected(boolean isRequired, Field variable) {}

    /// One migration of a chain: `type` is the function's, which takes `consumed` and returns `produced`.
    record Step(String id, MotokoType type, List<Field> consumed, List<Field> produced) {}

    /// Reads a stable signature.
    ///
    /// @throws StableSignatureException if it is malformed, says what cannot be, or is too large
    public static StableSignature parse(String text) {
        return new SignatureParser(text).signature();
    }

    /// {@return the names of the variables that this version keeps}
    public List<String> variableNames() {
        return variables.stream().map(Field::label).toList();
    }

    /// {@return the variables that this version keeps, by name, each with its declaration such as `var count : Nat`}
    public SortedMap<String, String> declarations() {
        var declarations = new TreeMap<String, String>();
        variables.forEach(variable -> declarations.put(variable.label(), TypePrinter.shown(variable)));
        return declarations;
    }

    Definitions definitions() {
        return definitions;
    }

    Origin origin() {
        return origin;
    }

    List<Field> variables() {
        return variables;
    }

    boolean isChain() {
        return origin instanceof Origin.Chain;
    }

    /// {@return the id of the last migration that an actor of this version has run}
    Optional<String> lastStep() {
        return switch (origin) {
            case Origin.Chain(var steps) -> Optional.of(steps.getLast().id());
            case Origin.Direct _, Origin.Migration _ -> Optional.empty();
        };
    }

    /// {@return what this version takes over from an older one that ran the migrations up to `lastStep`}
    List<Expected> expectedAfter(Optional<String> lastStep) {
        return switch (origin) {
            case Origin.Direct _ -> MigrationChain.optional(variables);
            case Origin.Migration(var before) -> before;
            case Origin.Chain(var steps) -> MigrationChain.expectedAfter(lastStep, steps, variables);
        };
    }

    /// {@return the signature as text that parses to an equal one}
    @Override
    public String toString() {
        return SignaturePrinter.print(this);
    }
}
