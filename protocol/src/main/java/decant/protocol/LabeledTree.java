package decant.protocol;

import decant.base.Hash;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The whole of a certified tree, as an immutable value that is cheap to change, to hash and to prove parts
/// of.
///
/// A change makes a new tree that shares all but the nodes on the way to the change. Every node computes its
/// hash once, when it is first asked for, so hashing after a change costs only the new nodes. Trees may be
/// read by many threads.
public sealed interface LabeledTree extends TreeSource {
    @Override
    default LabeledTree toTree() {
        return this;
    }

    /// {@return the root hash of the [HashTree] that this tree is}
    Hash rootHash();

    /// {@return this tree with nothing cut away}
    HashTree whole();

    /// {@return the part of this tree that answers a lookup of each path, the rest pruned to hashes}
    ///
    /// A path to a value reveals the value, a path to a branch all that is below it. Where a path does not
    /// exist, the neighbours of the first missing label are revealed, which proves it absent.
    default HashTree witness(Collection<List<byte[]>> paths) {
        return Witness.of(this, paths);
    }

    /// {@return the tree at `path`}
    default Optional<LabeledTree> at(List<byte[]> path) {
        var at = Optional.of(this);
        for (byte[] label : path) {
            at = at.flatMap(tree -> tree instanceof Branch branch ? branch.get(label) : Optional.<LabeledTree>empty());
        }
        return at;
    }

    static Leaf leaf(byte[] value) {
        return new Leaf(value);
    }

    static Leaf leaf(String text) {
        return new Leaf(Label.of(text));
    }

    /// A value. The bytes must not be changed any more.
    final class Leaf implements LabeledTree {
        private final byte[] value;
        private @Nullable Hash hash;

        Leaf(byte[] value) {
            this.value = value;
        }

        public byte[] value() {
            return value;
        }

        @Override
        public Hash rootHash() {
            var known = hash;
            if (known == null) {
                known = TreeHash.leaf(value);
                hash = known;
            }
            return known;
        }

        @Override
        public HashTree whole() {
            return new HashTree.Leaf(value);
        }
    }

    /// A map from labels to trees, ordered by label.
    final class Branch implements LabeledTree {
        /* Design. A crit-bit tree [1]: an inner node names the first bit in which the labels below it differ, so its
         * shape depends on the set of labels alone and not on the history of changes, and its in-order is the label
         * order that a hash tree demands. The nodes are therefore at once the index and the hash tree: nothing is
         * built twice, and a change touches one path. Request ids are hashes, so the depth of the largest branch,
         * /request_status, is logarithmic without rebalancing; an adversary could deepen a branch only with labels of
         * his own choice, and those (custom section names) are few by the limits of a module.
         * [1] Bernstein, Crit-bit trees, 2004. */
        public static final Branch EMPTY = new Branch(null);

        private final @Nullable CritBit root;

        private Branch(@Nullable CritBit root) {
            this.root = root;
        }

        /// {@return this branch with the tree of `subtree` under `label`, in place of what was there}
        public Branch with(byte[] label, TreeSource subtree) {
            var entry = new CritBit.Entry(label, subtree);
            return new Branch(root == null ? entry : root.with(entry));
        }

        public Branch with(String label, LabeledTree subtree) {
            return with(Label.of(label), subtree);
        }

        /// {@return this branch without `label`; itself if there is none}
        public Branch without(byte[] label) {
            return root == null || root.get(label) == null ? this : new Branch(root.without(label));
        }

        public Optional<LabeledTree> get(byte[] label) {
            if (root == null) {
                return Optional.empty();
            }
            var entry = root.get(label);
            return entry == null ? Optional.empty() : Optional.of(entry.tree());
        }

        public Optional<LabeledTree> get(String label) {
            return get(Label.of(label));
        }

        public boolean isEmpty() {
            return root == null;
        }

        /// Visits every label and its tree, in the order of the labels.
        public void forEach(BiConsumer<byte[], LabeledTree> visitor) {
            if (root != null) {
                root.forEach(entry -> visitor.accept(entry.label(), entry.tree()));
            }
        }

        @Override
        public Hash rootHash() {
            return root == null ? TreeHash.EMPTY : root.hash();
        }

        @Override
        public HashTree whole() {
            return root == null ? new HashTree.Empty() : root.whole();
        }

        @Nullable
        CritBit root() {
            return root;
        }
    }
}
