package decant.candid;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What tells the fields of a record, or the cases of a variant, apart: a 32-bit id, usually the hash of a name.
///
/// Two labels with the same id are equal, whether or not their names are known: messages carry ids only.
///
/// @param id 0 to 2^32 - 1
/// @param name the name whose hash the id is, where it is known
public record Label(long id, Optional<String> name) implements Comparable<Label> {
    private static final long ID_MAX = 0xFFFF_FFFFL;
    private static final int HASH_FACTOR = 223;

    public Label {
        if (id < 0 || id > ID_MAX) {
            throw new CandidException("a field id must lie in 0.." + ID_MAX + ", found " + id);
        }
    }

    /// {@return the label spelt `name`}
    public static Label of(String name) {
        return new Label(hash(name), Optional.of(name));
    }

    /// {@return the label with this number and no known name}
    public static Label of(long id) {
        return new Label(id, Optional.empty());
    }

    /// {@return the id a name stands for, by the specification's hash}
    public static long hash(String name) {
        int hash = 0;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = hash * HASH_FACTOR + (b & 0xFF);
        }
        return Integer.toUnsignedLong(hash);
    }

    @Override
    public int compareTo(Label other) {
        return Long.compare(id, other.id);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Label that && id == that.id;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    /// {@return the label as Candid text: a name, quoted where it must be, or a number}
    @Override
    public String toString() {
        return name.map(Quoting::name).orElseGet(() -> Long.toString(id));
    }
}
