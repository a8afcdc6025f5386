package decant.canister.state;

/// Which restore points are kept: at most so many, so old, and so large in all. Pinned ones are kept beside.
///
/// Sizes count as if no restore point shared pages with another.
public record RetentionRule(int countMax, long ageNanosMax, long bytesMax) {
    private static final long DAY_NANOS = 24L * 60 * 60 * 1_000_000_000L;

    /// Ten, thirty days, one tebibyte.
    public static final RetentionRule DEFAULT = new RetentionRule(10, 30 * DAY_NANOS, 1L << 40);
}
