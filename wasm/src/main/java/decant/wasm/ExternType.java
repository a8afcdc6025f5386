package decant.wasm;

/// What an import asks for.
public sealed interface ExternType {
    /// A function of the type with this index.
    record Function(int typeIndex) implements ExternType {}

    /// A table.
    record Table(TableType type) implements ExternType {}

    /// A memory.
    record Memory(MemoryType type) implements ExternType {}

    /// A global.
    record Global(GlobalType type) implements ExternType {}
}
