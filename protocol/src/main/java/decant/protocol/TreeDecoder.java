package decant.protocol;

import decant.base.Hash;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Builds a [HashTree] from CBOR that nobody vouches for, and checks the order of its labels.
final class TreeDecoder {
    private TreeDecoder() {}

    static HashTree decode(CborValue value) {
        if (!(value instanceof CborValue.Array(var items)) || items.isEmpty()) {
            throw new ProtocolException("a hash tree is a non-empty array, found " + value.kind());
        }
        return switch (kindOf(items)) {
            case 0 -> new HashTree.Empty();
            case 1 -> new HashTree.Fork(decode(items.get(1)), decode(items.get(2)));
            case 2 -> new HashTree.Labeled(bytesOf(items.get(1)), decode(items.get(2)));
            case 3 -> new HashTree.Leaf(bytesOf(items.get(1)));
            default -> new HashTree.Pruned(hashOf(items.get(1)));
        };
    }

    /// {@return the number of the kind of node, once its array is known to have the right length}
    private static int kindOf(List<CborValue> items) {
        for (int kind = 0; kind <= 4; kind++) {
            if (items.getFirst() instanceof CborValue.Int(var number) && number.equals(BigInteger.valueOf(kind))) {
                int length = kind == 0 ? 1 : kind <= 2 ? 3 : 2;
                if (items.size() != length) {
                    throw new ProtocolException("a hash tree node of kind " + kind + " is an array of " + length
                            + " items, found " + items.size());
                }
                return kind;
            }
        }
        throw new ProtocolException("a hash tree node starts with its kind, a number from 0 to 4");
    }

    private static byte[] bytesOf(CborValue value) {
        if (value instanceof CborValue.Bytes(var bytes)) {
            return bytes;
        }
        throw new ProtocolException("a label or value of a hash tree is a byte string, found " + value.kind());
    }

    private static Hash hashOf(CborValue value) {
        byte[] bytes = bytesOf(value);
        if (bytes.length != Hash.BYTES) {
            throw new ProtocolException("a pruned hash has " + Hash.BYTES + " bytes, found " + bytes.length);
        }
        return Hash.of(bytes);
    }

    /// Refuses a tree whose labels do not strictly increase, or that has a value beside something else.
    static void checkOrder(HashTree tree) {
        new Siblings().visit(tree);
    }

    /// What stands side by side at one level, seen from left to right.
    private static final class Siblings {
        private byte @Nullable [] lastLabel;
        private boolean sawLeaf;
        private boolean sawOther;

        void visit(HashTree tree) {
            switch (tree) {
                case HashTree.Empty _ -> {}
                case HashTree.Pruned _ -> sawOther = true;
                case HashTree.Fork(var left, var right) -> {
                    sawOther = true;
                    visit(left);
                    visit(right);
                }
                case HashTree.Leaf _ -> sawLeaf = true;
                case HashTree.Labeled(var label, var subtree) -> {
                    sawOther = true;
                    if (lastLabel != null && Label.compare(lastLabel, label) >= 0) {
                        throw new ProtocolException("labels of a hash tree must increase, but " + Label.describe(label)
                                + " follows " + Label.describe(lastLabel));
                    }
                    lastLabel = label;
                    checkOrder(subtree);
                }
            }
            if (sawLeaf && sawOther) {
                throw new ProtocolException("a hash tree has a value beside other nodes");
            }
        }
    }
}
