package decant.protocol;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// One CBOR data item (RFC 8949) as a value, free of the ways it may be spelled in bytes.
public sealed interface CborValue {
    /// An integer of any size: major types 0 and 1, and the bignums of tags 2 and 3.
    record Int(BigInteger value) implements CborValue, Comparable<Int> {
        @Override
        public int compareTo(Int other) {
            return value.compareTo(other.value);
        }
    }

    /// A byte string. Equal when the bytes are.
    record Bytes(byte[] value) implements CborValue, Comparable<Bytes> {
        @Override
        public int compareTo(Bytes other) {
            return Arrays.compareUnsigned(value, other.value);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "h'" + HexFormat.of().formatHex(value) + "'";
        }
    }

    /// A text string.
    record Text(String value) implements CborValue, Comparable<Text> {
        @Override
        public int compareTo(Text other) {
            return value.compareTo(other.value);
        }
    }

    /// An array.
    record Array(List<CborValue> items) implements CborValue {
        public Array {
            items = List.copyOf(items);
        }
    }

    /// A map without duplicate keys. The order of entries is that of the bytes it was read from and carries
    /// no meaning.
    record Map(List<Entry> entries) implements CborValue {
        public Map {
            entries = List.copyOf(entries);
        }

        /// {@return the value under this text key}
        public Optional<CborValue> field(String name) {
            return entries.stream()
                    .filter(entry -> entry.key() instanceof Text(var text) && text.equals(name))
                    .map(Entry::value)
                    .findFirst();
        }
    }

    /// A key and its value in a [Map].
    record Entry(CborValue key, CborValue value) {}

    /// An item under a tag other than those of bignums.
    record Tagged(long tag, CborValue content) implements CborValue {}

    /// `true` or `false`.
    record Bool(boolean value) implements CborValue {}

    /// A floating-point number of any width.
    record Real(double value) implements CborValue {}

    /// The simple values that carry nothing.
    enum Simple implements CborValue {
        NULL,
        UNDEFINED
    }

    /// {@return the natural number that `value` is as an unsigned 64-bit integer}
    static Int nat(long value) {
        var signed = BigInteger.valueOf(value);
        return new Int(value >= 0 ? signed : signed.add(BigInteger.ONE.shiftLeft(64)));
    }

    static Bytes bytes(byte[] value) {
        return new Bytes(value);
    }

    static Text text(String value) {
        return new Text(value);
    }

    static Array array(CborValue... items) {
        return new Array(List.of(items));
    }

    static Map map(Entry... entries) {
        return new Map(List.of(entries));
    }

    static Entry entry(String name, CborValue value) {
        return new Entry(new Text(name), value);
    }

    /// {@return this item without a self-describing tag around it, if it has one}
    default CborValue withoutSelfDescription() {
        return this instanceof Tagged(long tag, var content) && tag == Cbor.SELF_DESCRIBED ? content : this;
    }

    /// {@return how messages name this kind of item}
    default String kind() {
        return switch (this) {
            case Int(var value) -> value.signum() < 0 ? "a negative integer" : "a natural number";
            case Bytes _ -> "a byte string";
            case Text _ -> "a text";
            case Array _ -> "an array";
            case Map _ -> "a map";
            case Tagged tagged -> "an item tagged " + Long.toUnsignedString(tagged.tag());
            case Bool _ -> "a boolean";
            case Real _ -> "a floating-point number";
            case Simple.NULL -> "null";
            case Simple.UNDEFINED -> "undefined";
        };
    }
}
