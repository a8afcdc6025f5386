package decant.wasm.link;

import decant.wasm.binary.CodeReader;

/// A place in a linked module where the linker wrote something that it had chosen: an index, or an address.
///
/// @param position where it is among the module's bytes
/// @param index of the symbol, or of the type for {@link Kind#TYPE_INDEX}
/// @param addend what was added to the symbol's address
/// @param bytes how long it is in static data; in code the instruction knows
record Relocation(Kind kind, int position, int index, long addend, int bytes) {
    enum Kind {
        FUNCTION_INDEX,
        TABLE_INDEX,
        MEMORY_ADDRESS,
        TYPE_INDEX,
        GLOBAL_INDEX,
        TABLE_NUMBER,
        /// Of position-independent code, of threads, or of debuggers.
        OTHER
    }

    /// Reads an entry of a relocation section. Linking conventions of WebAssembly, "Relocation Sections".
    static Relocation read(CodeReader section, int sectionStart) {
        int type = section.u8();
        int position = sectionStart + section.u32();
        int index = section.u32();
        long addend = hasAddend(type) ? section.s64() : 0;
        return switch (type) {
            case 0 -> new Relocation(Kind.FUNCTION_INDEX, position, index, 0, 0);
            case 1, 18 -> new Relocation(Kind.TABLE_INDEX, position, index, 0, 0);
            case 2 -> new Relocation(Kind.TABLE_INDEX, position, index, 0, 4);
            case 19 -> new Relocation(Kind.TABLE_INDEX, position, index, 0, 8);
            case 3, 4, 14, 15 -> new Relocation(Kind.MEMORY_ADDRESS, position, index, addend, 0);
            case 5 -> new Relocation(Kind.MEMORY_ADDRESS, position, index, addend, 4);
            case 16 -> new Relocation(Kind.MEMORY_ADDRESS, position, index, addend, 8);
            case 6 -> new Relocation(Kind.TYPE_INDEX, position, index, 0, 0);
            case 7 -> new Relocation(Kind.GLOBAL_INDEX, position, index, 0, 0);
            case 20 -> new Relocation(Kind.TABLE_NUMBER, position, index, 0, 0);
            default -> new Relocation(Kind.OTHER, position, index, addend, 0);
        };
    }

    private static boolean hasAddend(int type) {
        return switch (type) {
            case 3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25 -> true;
            default -> false;
        };
    }
}
