package decant.wasm.compile;

import decant.wasm.FunctionType;
import decant.wasm.LocalGroup;
import decant.wasm.ValueType;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Which places the locals of a function have when those that are vectors have two, one for each half.
///
/// Everything in this package that keeps locals apart counts such places, and only instructions count locals.
final class LocalLayout {
    final Kind[] kinds;

    /// How many places the parameters have; they come first.
    final int parameterCount;

    private final int[] firsts;
    private final BitSet references;

    private LocalLayout(Kind[] kinds, int parameterCount, int[] firsts, BitSet references) {
        this.kinds = kinds;
        this.parameterCount = parameterCount;
        this.firsts = firsts;
        this.references = references;
    }

    static LocalLayout of(FunctionType type, List<LocalGroup> groups) {
        int parameters = type.parameters().size();
        int locals = parameters;
        for (LocalGroup group : groups) {
            locals += group.count();
        }
        var types = new ValueType[locals];
        type.parameters().toArray(types);
        int next = parameters;
        for (LocalGroup group : groups) {
            Arrays.fill(types, next, next + group.count(), group.type());
            next += group.count();
        }
        var firsts = new int[locals + 1];
        var references = new BitSet();
        for (int i = 0; i < locals; i++) {
            firsts[i + 1] = firsts[i] + types[i].slots();
            references.set(firsts[i], types[i].isReference());
        }
        return new LocalLayout(Kinds.of(List.of(types)), firsts[parameters], firsts, references);
    }

    int count() {
        return kinds.length;
    }

    /// {@return the first place of a local}
    int first(int local) {
        return firsts[local];
    }

    /// {@return the place behind those of a local}
    int end(int local) {
        return firsts[local + 1];
    }

    boolean isVector(int local) {
        return end(local) - first(local) == 2;
    }

    /// {@return whether what is at a place is a reference, which begins as null}
    boolean isReference(int place) {
        return references.get(place);
    }

    void addTo(BitSet places, int local) {
        places.set(first(local), end(local));
    }

    void removeFrom(BitSet places, int local) {
        places.clear(first(local), end(local));
    }
}
