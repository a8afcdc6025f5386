package decant.wasm;

/// What a message pays for each page of 64 KiB of a memory that it touches, in instructions: at its first access to the
/// page, of whatever kind, and once more at its first write.
public record PageCosts(long firstTouch, long firstWrite) {
    public static final PageCosts NONE = new PageCosts(0, 0);
}
