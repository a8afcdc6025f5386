package decant.wasm;

/// The kinds of things a module can offer.
public enum ExportKind {
    FUNCTION("function", 0),
    TABLE("table", 1),
    MEMORY("memory", 2),
    GLOBAL("global", 3);

    private final String text;
    private final int code;

    ExportKind(String text, int code) {
        this.text = text;
        this.code = code;
    }

    /// {@return the byte that stands for this kind in a module}
    public int code() {
        return code;
    }

    @Override
    public String toString() {
        return text;
    }
}
