package decant.protocol;

import decant.protocol.LabeledTree.Branch;
import decant.protocol.LabeledTree.Leaf;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Cuts a [LabeledTree] down to what answers given lookups.
final class Witness {
    /// The lookups below one node: all of it, or some labels.
    private static final class Wanted {
        private boolean all;
        private final TreeMap<byte[], Wanted> labels = new TreeMap<>(Label::compare);

        void add(List<byte[]> path) {
            var at = this;
            for (byte[] label : path) {
                at = at.labels.computeIfAbsent(label, _ -> new Wanted());
            }
            at.all = true;
        }
    }

    /// An entry to show: its subtree as far as wanted, or only its label where that proves another one absent.
    private record Shown(@Nullable Wanted wanted) {
        static final Shown LABEL_ONLY = new Shown(null);
    }

    private Witness() {}

    static HashTree of(LabeledTree tree, Collection<List<byte[]>> paths) {
        var wanted = new Wanted();
        paths.forEach(wanted::add);
        return paths.isEmpty() ? new HashTree.Pruned(tree.rootHash()) : cut(tree, wanted);
    }

    private static HashTree cut(LabeledTree tree, Wanted wanted) {
        if (wanted.all) {
            return tree.whole();
        }
        return switch (tree) {
            case Leaf leaf -> leaf.whole();
            case Branch branch -> {
                var root = branch.root();
                yield root == null ? new HashTree.Empty() : show(root, shownOf(root, wanted));
            }
        };
    }

    private static SortedMap<byte[], Shown> shownOf(CritBit root, Wanted wanted) {
        var shown = new TreeMap<byte[], Shown>(Label::compare);
        wanted.labels.forEach((label, below) -> {
            if (root.get(label) != null) {
                shown.put(label, new Shown(below));
            } else {
                var neighbours = root.neighbours(label);
                showLabel(shown, neighbours.before());
                showLabel(shown, neighbours.after());
            }
        });
        return shown;
    }

    private static void showLabel(SortedMap<byte[], Shown> shown, CritBit.@Nullable Entry entry) {
        if (entry != null) {
            shown.putIfAbsent(entry.label(), Shown.LABEL_ONLY);
        }
    }

    private static HashTree show(CritBit node, SortedMap<byte[], Shown> shown) {
        if (shown.isEmpty()) {
            return new HashTree.Pruned(node.hash());
        }
        return switch (node) {
            case CritBit.Entry entry -> new HashTree.Labeled(entry.label(), showEntry(entry, shown));
            case CritBit.Fork fork -> {
                byte[] parting = partingOf(fork, shown);
                yield parting == null
                        ? new HashTree.Fork(
                                show(fork.left(), shown),
                                new HashTree.Pruned(fork.right().hash()))
                        : new HashTree.Fork(
                                show(fork.left(), shown.headMap(parting)), show(fork.right(), shown.tailMap(parting)));
            }
        };
    }

    private static HashTree showEntry(CritBit.Entry entry, SortedMap<byte[], Shown> shown) {
        var wanted = shown.getOrDefault(entry.label(), Shown.LABEL_ONLY).wanted();
        return wanted == null ? new HashTree.Pruned(entry.tree().rootHash()) : cut(entry.tree(), wanted);
    }

    /// {@return the first shown label on the right of `fork`, or null if there is none}
    private static byte @Nullable [] partingOf(CritBit.Fork fork, SortedMap<byte[], Shown> shown) {
        for (byte[] label : shown.keySet()) {
            if (fork.sendsRight(label)) {
                return label;
            }
        }
        return null;
    }
}
