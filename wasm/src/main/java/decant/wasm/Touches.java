package decant.wasm;

/// How many pages of 64 KiB something has touched.
///
/// @param accessed read or written, each counted once
/// @param written those of them that were written
public record Touches(int accessed, int written) {
    public static final Touches NONE = new Touches(0, 0);
}
