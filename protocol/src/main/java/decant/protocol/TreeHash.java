package decant.protocol;

import decant.base.Hash;

/// The hash of each kind of node of a [HashTree], from the hashes of what it holds.
final class TreeHash {
    static final Hash EMPTY = Hash.sha256(DomainSeparator.TREE_EMPTY.bytes());

    private TreeHash() {}

    static Hash fork(Hash left, Hash right) {
        return Hash.sha256(DomainSeparator.TREE_FORK.bytes(), left.bytes(), right.bytes());
    }

    static Hash labeled(byte[] label, Hash tree) {
        return Hash.sha256(DomainSeparator.TREE_LABELED.bytes(), label, tree.bytes());
    }

    static Hash leaf(byte[] value) {
        return Hash.sha256(DomainSeparator.TREE_LEAF.bytes(), value);
    }
}
