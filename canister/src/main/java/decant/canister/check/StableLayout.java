package decant.canister.check;

import decant.canister.state.MemoryImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What the first and last bytes of stable memory say about its layout.
sealed interface StableLayout {
    /* Design. The layouts, as the libraries that write them document them:
     *
     * stable-structures   bytes 0..3  three letters that name the structure, then its version
     * Motoko, regions     bytes 0..8  "MOREGION", bytes 8..12 version
     * Motoko, marked      bytes 0..4  zero: the last word of the memory is the version, while it is between two
     *                                 versions or its heap is kept
     * Motoko, variables   bytes 0..4  the length of the encoded variables, while it is between two versions
     *
     * The last one cannot be told from data of any other layout, so it is not among them. */

    /// There is no stable memory, or its beginning is empty and its end tells nothing.
    record Unmarked() implements StableLayout {}

    /// A structure of the library stable-structures at the beginning.
    record Structure(String name, int version) implements StableLayout {}

    /// The regions of Motoko.
    record Regions(int version) implements StableLayout {}

    /// Motoko's mark at the beginning and version at the end.
    record Motoko(int version) implements StableLayout {
        /// {@return whether all data of the heap has been copied here}
        boolean holdsGraphCopy() {
            return version == 3 || version == 4;
        }
    }

    /// Data of some other layout.
    record Unknown() implements StableLayout {}

    /// What is in stable memory, by the version of Motoko's layout.
    Map<Integer, String> MOTOKO_CONTENTS = Map.of(
            1, "stable memory beside serialized variables",
            2, "regions beside serialized variables",
            3, "a copy of the heap",
            4, "a copy of the heap beside regions",
            5, "what the program put there",
            6, "regions");

    Map<String, String> STRUCTURES = Map.of(
            "MGR", "a memory manager",
            "BTR", "a B-tree map",
            "SVC", "a vector",
            "SCL", "a cell",
            "GLI", "the index of a log",
            "GLD", "the data of a log",
            "SMH", "a heap of minima");

    String REGIONS_MAGIC = "MOREGION";

    /// {@return the layout of a stable memory}
    static StableLayout of(MemoryImage stable) {
        if (stable.bytes() == 0) {
            return new Unmarked();
        }
        byte[] first = read(stable, 0, 12);
        var letters = new String(first, 0, 8, StandardCharsets.ISO_8859_1);
        if (letters.equals(REGIONS_MAGIC)) {
            return new Regions(word(first, 8));
        }
        var structure = STRUCTURES.get(letters.substring(0, 3));
        if (structure != null && first[3] > 0) {
            return new Structure(structure, first[3]);
        }
        if (word(first, 0) != 0) {
            return new Unknown();
        }
        int version = word(read(stable, stable.bytes() - 4, 4), 0);
        return MOTOKO_CONTENTS.containsKey(version) ? new Motoko(version) : new Unmarked();
    }

    private static byte[] read(MemoryImage stable, long offset, int length) {
        byte[] bytes = new byte[length];
        stable.pages().read(offset, bytes, 0, length);
        return bytes;
    }

    private static int word(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    /// {@return the layout for people}
    default String text() {
        return switch (this) {
            case Unmarked() -> "no layout that is known";
            case Structure(var name, var version) -> name + " of stable-structures, version " + version;
            case Regions(var version) -> "regions of Motoko, version " + version;
            case Motoko(var version) -> "Motoko, version " + version + ": " + MOTOKO_CONTENTS.get(version);
            case Unknown() -> "data of a layout that is not known";
        };
    }
}
