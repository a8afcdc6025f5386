package decant.wasm.binary;

/// The ids of the sections of a module.
public final class SectionId {
    public static final int CUSTOM = 0;
    public static final int TYPE = 1;
    public static final int IMPORT = 2;
    public static final int FUNCTION = 3;
    public static final int TABLE = 4;
    public static final int MEMORY = 5;
    public static final int GLOBAL = 6;
    public static final int EXPORT = 7;
    public static final int START = 8;
    public static final int ELEMENT = 9;
    public static final int CODE = 10;
    public static final int DATA = 11;
    public static final int DATA_COUNT = 12;

    static final int MAX = DATA_COUNT;

    private SectionId() {}

    /// {@return the place of a section among the others: the data count comes before the code it serves}
    static int rank(int id) {
        return switch (id) {
            case DATA_COUNT -> 2 * ELEMENT + 1;
            default -> 2 * id;
        };
    }
}
