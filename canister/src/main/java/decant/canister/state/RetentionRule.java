package decant.canister.state;

/// Which restore points are kept: at most so many, so old, and so large in all. Pinned ones are kept beside.
///
/// A memory counts with the pages that were written since it was empty, at most its size, and as if it shared none of
/// them with another restore point. What is shared is known to the store alone, and not the same on two machines, or by
/// comparing images, which takes time; but two nodes must give up the same restore points, and each at once.
public record RetentionRule(int countMax, long ageNanosMax, long bytesMax) {
    private static final long DAY_NANOS = 24L * 60 * 60 * 1_000_000_000L;

    /// Ten, thirty days, one tebibyte.
    public static final RetentionRule DEFAULT = new RetentionRule(10, 30 * DAY_NANOS, 1L << 40);
}
