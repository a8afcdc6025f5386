package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/// Reads what `RecordWriter` wrote. Records were checked by the store: one that is malformed is of another version.
final class RecordReader {
    private final String name;
    private final byte[] record;
    private int position;

    RecordReader(String name, byte[] record) {
        this.name = name;
        this.record = record;
    }

    long number() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = take(1)[0];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
            if (shift >= 63) {
                throw malformed("a number of more than 64 bits");
            }
        }
    }

    int count() {
        long value = number();
        if (value < 0 || value > record.length) {
            throw malformed("the length " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    boolean flag() {
        return take(1)[0] != 0;
    }

    byte[] bytes() {
        return take(count());
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    Principal principal() {
        return Principal.of(bytes());
    }

    Hash hash() {
        return Hash.of(take(Hash.BYTES));
    }

    Cycles cycles() {
        return new Cycles(number(), number());
    }

    <E extends Enum<E>> E constant(Class<E> type) {
        var found = text();
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(found)) {
                return constant;
            }
        }
        throw malformed("the " + type.getSimpleName() + " " + found);
    }

    <T> Optional<T> optional(Supplier<T> read) {
        return flag() ? Optional.of(read.get()) : Optional.empty();
    }

    OptionalLong optionalNumber() {
        return flag() ? OptionalLong.of(number()) : OptionalLong.empty();
    }

    <T> List<T> list(Supplier<T> read) {
        int size = count();
        var values = new ArrayList<T>(size);
        for (int i = 0; i < size; i++) {
            values.add(read.get());
        }
        return values;
    }

    /// {@return the version, which is one of these}
    int version(int oldest, int newest) {
        long found = number();
        if (found < oldest || found > newest) {
            throw malformed("format version " + found + ", expected " + oldest + " to " + newest);
        }
        return (int) found;
    }

    void version(int expected) {
        long found = number();
        if (found != expected) {
            throw malformed("format version " + found + ", expected " + expected);
        }
    }

    void end() {
        if (position != record.length) {
            throw malformed((record.length - position) + " bytes behind its end");
        }
    }

    IllegalArgumentException malformed(String found) {
        return new IllegalArgumentException(
                "the record \"" + name + "\" is not of the format this version of Decant reads: it has " + found);
    }

    private byte[] take(int count) {
        if (count > record.length - position) {
            throw malformed("its end at " + record.length + ", where " + count + " more bytes are expected");
        }
        position += count;
        return Arrays.copyOfRange(record, position - count, position);
    }
}
