package decant.protocol;

import decant.base.Hash;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A node of a persistent crit-bit tree over labels.
///
/// A label is read as bits so that bitwise order is label order: before each byte stands a one, after the
/// last byte zeros without end. Bit `9 * i` thus says whether there is a byte `i`, and the eight bits after
/// it are that byte.
///
/// Invariant: below a [Fork] all labels agree in every bit before `bit`; those on the left have a zero there,
/// those on the right a one.
sealed interface CritBit {
    /// The hash of the hash tree that this node is.
    Hash hash();

    HashTree whole();

    /// A label and its tree, or what that is made of.
    final class Entry implements CritBit {
        private final byte[] label;
        private final TreeSource source;
        private @Nullable Hash hash;

        Entry(byte[] label, TreeSource source) {
            this.label = label;
            this.source = source;
        }

        byte[] label() {
            return label;
        }

        LabeledTree tree() {
            return source.toTree();
        }

        @Override
        public Hash hash() {
            var known = hash;
            if (known == null) {
                known = TreeHash.labeled(label, tree().rootHash());
                hash = known;
            }
            return known;
        }

        @Override
        public HashTree whole() {
            return new HashTree.Labeled(label, tree().whole());
        }
    }

    /// Two nodes whose labels part at `bit`.
    final class Fork implements CritBit {
        private final int bit;
        private final CritBit left;
        private final CritBit right;
        private @Nullable Hash hash;

        Fork(int bit, CritBit left, CritBit right) {
            this.bit = bit;
            this.left = left;
            this.right = right;
        }

        CritBit left() {
            return left;
        }

        CritBit right() {
            return right;
        }

        /// {@return whether `label` belongs to the right, if it belongs here at all}
        boolean sendsRight(byte[] label) {
            return bitOf(label, bit);
        }

        CritBit sideOf(byte[] label) {
            return sendsRight(label) ? right : left;
        }

        Fork withSideOf(byte[] label, CritBit side) {
            return sendsRight(label) ? new Fork(bit, left, side) : new Fork(bit, side, right);
        }

        @Override
        public Hash hash() {
            var known = hash;
            if (known == null) {
                known = TreeHash.fork(left.hash(), right.hash());
                hash = known;
            }
            return known;
        }

        @Override
        public HashTree whole() {
            return new HashTree.Fork(left.whole(), right.whole());
        }
    }

    /// The entries beside a label that has none of its own.
    record Neighbours(@Nullable Entry before, @Nullable Entry after) {}

    /// {@return the entry of `label`, or null}
    default @Nullable Entry get(byte[] label) {
        var entry = closest(label);
        return Arrays.equals(entry.label, label) ? entry : null;
    }

    /// {@return this tree with `entry`, in place of one with the same label}
    default CritBit with(Entry entry) {
        byte[] closest = closest(entry.label).label;
        if (Arrays.equals(closest, entry.label)) {
            return replaced(entry);
        }
        return inserted(entry, firstDifference(closest, entry.label));
    }

    private CritBit replaced(Entry entry) {
        return switch (this) {
            case Entry _ -> entry;
            case Fork fork ->
                fork.withSideOf(entry.label, fork.sideOf(entry.label).replaced(entry));
        };
    }

    private CritBit inserted(Entry entry, int difference) {
        if (this instanceof Fork fork && fork.bit < difference) {
            return fork.withSideOf(entry.label, fork.sideOf(entry.label).inserted(entry, difference));
        }
        return bitOf(entry.label, difference) ? new Fork(difference, this, entry) : new Fork(difference, entry, this);
    }

    /// {@return this tree without `label`, which it must have; null if nothing is left}
    default @Nullable CritBit without(byte[] label) {
        return switch (this) {
            case Entry _ -> null;
            case Fork fork -> {
                var rest = fork.sideOf(label).without(label);
                if (rest == null) {
                    yield fork.sendsRight(label) ? fork.left : fork.right;
                }
                yield fork.withSideOf(label, rest);
            }
        };
    }

    /// {@return the entries between which `label`, which must not be here, would stand}
    default Neighbours neighbours(byte[] label) {
        int difference = firstDifference(closest(label).label, label);
        CritBit before = null;
        CritBit after = null;
        CritBit at = this;
        while (at instanceof Fork fork && fork.bit < difference) {
            if (fork.sendsRight(label)) {
                before = fork.left;
                at = fork.right;
            } else {
                after = fork.right;
                at = fork.left;
            }
        }
        if (bitOf(label, difference)) {
            before = at;
        } else {
            after = at;
        }
        return new Neighbours(before == null ? null : before.last(), after == null ? null : after.first());
    }

    default void forEach(Consumer<Entry> visitor) {
        switch (this) {
            case Entry entry -> visitor.accept(entry);
            case Fork fork -> {
                fork.left.forEach(visitor);
                fork.right.forEach(visitor);
            }
        }
    }

    private Entry first() {
        CritBit at = this;
        while (at instanceof Fork fork) {
            at = fork.left;
        }
        return (Entry) at;
    }

    private Entry last() {
        CritBit at = this;
        while (at instanceof Fork fork) {
            at = fork.right;
        }
        return (Entry) at;
    }

    /// {@return an entry that shares with `label` as many leading bits as any entry does}
    private Entry closest(byte[] label) {
        CritBit at = this;
        while (at instanceof Fork fork) {
            at = fork.sideOf(label);
        }
        return (Entry) at;
    }

    private static boolean bitOf(byte[] label, int bit) {
        int index = bit / 9;
        int within = bit % 9;
        return index < label.length && (within == 0 || (label[index] >>> 8 - within & 1) != 0);
    }

    /// {@return the first bit in which two different labels differ}
    private static int firstDifference(byte[] a, byte[] b) {
        int index = Arrays.mismatch(a, b);
        if (index == Math.min(a.length, b.length)) {
            return 9 * index;
        }
        int differing = (a[index] ^ b[index]) & 0xFF;
        return 9 * index + 1 + Integer.numberOfLeadingZeros(differing) - 24;
    }
}
