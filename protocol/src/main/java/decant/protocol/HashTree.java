package decant.protocol;

import decant.base.Hash;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A tree of labels and values of which some parts may be cut away without changing its root hash.
///
/// Interface specification, "Certification": a [Certificate] carries one, and a signature on its root hash.
/// ```text
/// tree = empty | fork(left, right) | labeled(label, tree) | leaf(value) | pruned(hash)
/// ```
public sealed interface HashTree {
    /// The tree without anything.
    record Empty() implements HashTree {}

    /// Two trees side by side; every label on the left is smaller than every label on the right.
    record Fork(HashTree left, HashTree right) implements HashTree {}

    /// A tree under a label.
    record Labeled(byte[] label, HashTree tree) implements HashTree {}

    /// A value.
    record Leaf(byte[] value) implements HashTree {}

    /// A part cut away, of which only the root hash is left.
    record Pruned(Hash hash) implements HashTree {}

    /// What a tree says about a path.
    sealed interface Lookup {
        /// The path leads to this value.
        record Found(byte[] value) implements Lookup {}

        /// The whole tree, of which this is a part, has no such path.
        record Absent() implements Lookup {}

        /// The answer was cut away.
        record Unknown() implements Lookup {}

        /// The path does not lead to a value although it exists, or the tree is not well formed.
        record Malformed() implements Lookup {}
    }

    /// {@return the hash of the tree, the same whatever is cut away}
    default Hash rootHash() {
        return switch (this) {
            case Empty _ -> TreeHash.EMPTY;
            case Fork(var left, var right) -> TreeHash.fork(left.rootHash(), right.rootHash());
            case Labeled(var label, var tree) -> TreeHash.labeled(label, tree.rootHash());
            case Leaf(var value) -> TreeHash.leaf(value);
            case Pruned(var hash) -> hash;
        };
    }

    /// {@return what this tree says about the value at `path`}
    default Lookup lookup(List<byte[]> path) {
        return TreeLookup.value(this, path);
    }

    /// {@return what this tree says about the value at a path of text labels}
    default Lookup lookup(String... path) {
        return lookup(Label.path((Object[]) path));
    }

    /// {@return the tree at `path` if this tree holds it, otherwise [Empty] when it is proven absent}
    ///
    /// @throws ProtocolException when the tree does not tell
    default HashTree subtree(List<byte[]> path) {
        return TreeLookup.subtree(this, path);
    }

    /// {@return the labels directly under the root of this tree, in order, as far as they are not cut away}
    default List<Labeled> children() {
        var found = new ArrayList<Labeled>();
        TreeLookup.flatten(this, part -> {
            if (part instanceof Labeled labeled) {
                found.add(labeled);
            }
        });
        return found;
    }

    /// {@return the CBOR form, without a tag}
    default CborValue toCbor() {
        return switch (this) {
            case Empty _ -> CborValue.array(CborValue.nat(0));
            case Fork(var left, var right) -> CborValue.array(CborValue.nat(1), left.toCbor(), right.toCbor());
            case Labeled(var label, var tree) ->
                CborValue.array(CborValue.nat(2), CborValue.bytes(label), tree.toCbor());
            case Leaf(var value) -> CborValue.array(CborValue.nat(3), CborValue.bytes(value));
            case Pruned(var hash) -> CborValue.array(CborValue.nat(4), CborValue.bytes(hash.bytes()));
        };
    }

    /// {@return the tree that `bytes` hold, self-describing tag or not}
    ///
    /// @throws ProtocolException also when labels are out of order
    static HashTree decode(byte[] bytes) {
        return fromCbor(Cbor.decode(bytes, Cbor.Limits.CERTIFICATE).withoutSelfDescription());
    }

    static HashTree fromCbor(CborValue value) {
        var tree = TreeDecoder.decode(value);
        TreeDecoder.checkOrder(tree);
        return tree;
    }

    /// {@return the tree in one line, for messages and tests}
    static String describe(HashTree tree) {
        return switch (tree) {
            case Empty _ -> "empty";
            case Fork(var left, var right) -> "(" + describe(left) + " " + describe(right) + ")";
            case Labeled(var label, var subtree) -> Label.describe(label) + ":" + describe(subtree);
            case Leaf(var content) -> "=" + HexFormat.of().formatHex(content, 0, Math.min(content.length, 32));
            case Pruned _ -> "...";
        };
    }
}
