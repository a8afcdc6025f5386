package decant.wasm.link;

/// Something that relocations refer to, under a name that stays the same from one build to the next.
sealed interface Symbol {
    String name();

    record Function(String name, int index) implements Symbol {}

    record Global(String name, int index) implements Symbol {}

    /// Static data.
    ///
    /// @param content where its first bytes are in the module, or -1: zeros that the module does not hold
    /// @param constant whether it is among data that no code writes
    record Data(String name, long address, int size, int segment, int content, boolean constant) implements Symbol {}

    /// An address that the linker chose, such as where the heap begins.
    record Boundary(String name, long address) implements Symbol {}

    /// Data that may be missing, and is: its address is zero.
    record Missing(String name) implements Symbol {}

    /// A table, a section or a tag.
    record Other(String name) implements Symbol {}
}
