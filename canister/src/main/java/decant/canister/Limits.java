package decant.canister;

/// How much one execution may do. The defaults are those of an application subnet.
///
/// @param writtenBytesMax the bytes of pages that it may write or add to the heap: for copies, which must not cost more
public record Limits(
        long messageInstructionsMax,
        long queryInstructionsMax,
        long installInstructionsMax,
        long inspectInstructionsMax,
        int queryDepthMax,
        long stableMemoryBytesMax,
        long stableTouchedBytesMax,
        long stableTouchedInInstallBytesMax,
        long stableTouchedInQueryBytesMax,
        long writtenBytesMax) {

    public static final Limits DEFAULT = new Limits(
            40_000_000_000L,
            5_000_000_000L,
            300_000_000_000L,
            200_000_000L,
            6,
            500L << 30,
            2L << 30,
            8L << 30,
            1L << 30,
            Long.MAX_VALUE);

    public Limits withMessageInstructionsMax(long max) {
        return new Limits(
                max,
                queryInstructionsMax,
                installInstructionsMax,
                inspectInstructionsMax,
                queryDepthMax,
                stableMemoryBytesMax,
                stableTouchedBytesMax,
                stableTouchedInInstallBytesMax,
                stableTouchedInQueryBytesMax,
                writtenBytesMax);
    }

    public Limits withQueryInstructionsMax(long max) {
        return new Limits(
                messageInstructionsMax,
                max,
                installInstructionsMax,
                inspectInstructionsMax,
                queryDepthMax,
                stableMemoryBytesMax,
                stableTouchedBytesMax,
                stableTouchedInInstallBytesMax,
                stableTouchedInQueryBytesMax,
                writtenBytesMax);
    }

    public Limits withInstallInstructionsMax(long max) {
        return new Limits(
                messageInstructionsMax,
                queryInstructionsMax,
                max,
                inspectInstructionsMax,
                queryDepthMax,
                stableMemoryBytesMax,
                stableTouchedBytesMax,
                stableTouchedInInstallBytesMax,
                stableTouchedInQueryBytesMax,
                writtenBytesMax);
    }

    public Limits withStableTouchedInInstallBytesMax(long max) {
        return new Limits(
                messageInstructionsMax,
                queryInstructionsMax,
                installInstructionsMax,
                inspectInstructionsMax,
                queryDepthMax,
                stableMemoryBytesMax,
                stableTouchedBytesMax,
                max,
                stableTouchedInQueryBytesMax,
                writtenBytesMax);
    }

    public Limits withWrittenBytesMax(long max) {
        return new Limits(
                messageInstructionsMax,
                queryInstructionsMax,
                installInstructionsMax,
                inspectInstructionsMax,
                queryDepthMax,
                stableMemoryBytesMax,
                stableTouchedBytesMax,
                stableTouchedInInstallBytesMax,
                stableTouchedInQueryBytesMax,
                max);
    }
}
