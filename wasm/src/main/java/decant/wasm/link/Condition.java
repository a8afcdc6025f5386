package decant.wasm.link;

/// What must hold for a module to take over the memory of another one.
///
/// What only the hooks reach is under none of these conditions: it may differ freely.
public enum Condition {
    /// The memory, the tables, the imported things and the globals are of the same types and begin as the same.
    P1("same memory, tables and globals"),

    /// Every active data segment has the same bytes at the same place.
    P2("same data"),

    /// Every slot of every table holds the same function, for ever.
    P3("same table slots"),

    /// Everything that entry points and table slots reach has the same instructions, under one renumbering.
    P4("same code outside the hooks");

    private final String text;

    Condition(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return name() + " (" + text + ")";
    }
}
