package decant.wasm;

import decant.wasm.run.ReferenceTable;

/// A table of references that instances can share.
public final class Table implements Extern {
    private final ReferenceTable table;

    Table(ReferenceTable table) {
        this.table = table;
    }

    /// A table of the host, of its type's minimal size, all null.
    public Table(TableType type, int elementsMax) {
        this(new ReferenceTable(type, elementsMax));
    }

    ReferenceTable references() {
        return table;
    }

    public TableType type() {
        return table.type();
    }

    /// {@return how many elements it has}
    public int size() {
        return table.size();
    }
}
