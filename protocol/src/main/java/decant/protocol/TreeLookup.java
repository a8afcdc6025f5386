package decant.protocol;

import decant.protocol.HashTree.Empty;
import decant.protocol.HashTree.Fork;
import decant.protocol.HashTree.Labeled;
import decant.protocol.HashTree.Leaf;
import decant.protocol.HashTree.Lookup;
import decant.protocol.HashTree.Pruned;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Follows a path through a [HashTree], as the interface specification defines `lookup_path` and `find_label`.
final class TreeLookup {
    /// Where a path leads.
    private sealed interface Step {
        record To(HashTree tree) implements Step {}

        record End(Lookup lookup) implements Step {}
    }

    private static final Step ABSENT = new Step.End(new Lookup.Absent());
    private static final Step UNKNOWN = new Step.End(new Lookup.Unknown());
    private static final Step MALFORMED = new Step.End(new Lookup.Malformed());

    private TreeLookup() {}

    static Lookup value(HashTree tree, List<byte[]> path) {
        return switch (follow(tree, path)) {
            case Step.End(var lookup) -> lookup;
            case Step.To(Leaf(var value)) -> new Lookup.Found(value);
            case Step.To(Empty _) -> new Lookup.Absent();
            case Step.To(Pruned _) -> new Lookup.Unknown();
            case Step.To(Labeled _), Step.To(Fork _) -> new Lookup.Malformed();
        };
    }

    static HashTree subtree(HashTree tree, List<byte[]> path) {
        return switch (follow(tree, path)) {
            case Step.To(Pruned _), Step.End(Lookup.Unknown _) ->
                throw new ProtocolException("the tree does not reveal the path " + Label.describe(path));
            case Step.To(var found) -> found;
            case Step.End(Lookup.Absent _) -> new HashTree.Empty();
            case Step.End(Lookup.Malformed _), Step.End(Lookup.Found _) ->
                throw new ProtocolException("the tree has a value above the path " + Label.describe(path));
        };
    }

    private static Step follow(HashTree tree, List<byte[]> path) {
        var at = tree;
        for (byte[] label : path) {
            var step = find(label, at);
            if (!(step instanceof Step.To(var next))) {
                return step;
            }
            at = next;
        }
        return new Step.To(at);
    }

    private static Step find(byte[] label, HashTree tree) {
        var parts = new ArrayList<HashTree>();
        flatten(tree, parts::add);
        if (parts.isEmpty()) {
            return ABSENT;
        }
        if (parts.getFirst() instanceof Leaf) {
            return MALFORMED;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof Labeled(var found, var subtree)) {
                int order = Label.compare(found, label);
                if (order == 0) {
                    return new Step.To(subtree);
                }
                if (order > 0) {
                    boolean nothingHiddenBefore = i == 0 || parts.get(i - 1) instanceof Labeled;
                    return nothingHiddenBefore ? ABSENT : UNKNOWN;
                }
            }
        }
        return parts.getLast() instanceof Labeled ? ABSENT : UNKNOWN;
    }

    /// Visits what stands side by side under `tree`: everything but forks and empty trees, from left to right.
    static void flatten(HashTree tree, Consumer<HashTree> visitor) {
        switch (tree) {
            case Empty _ -> {}
            case Fork(var left, var right) -> {
                flatten(left, visitor);
                flatten(right, visitor);
            }
            case Labeled _, Leaf _, Pruned _ -> visitor.accept(tree);
        }
    }
}
