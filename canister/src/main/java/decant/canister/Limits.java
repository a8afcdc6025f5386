package decant.canister;

/// How much one execution may do. The defaults are those of an application subnet.
public record Limits(
        long messageInstructionsMax,
        long queryInstructionsMax,
        long installInstructionsMax,
        long inspectInstructionsMax,
        int queryDepthMax,
        long stableMemoryBytesMax,
        long stableTouchedBytesMax,
        long stableTouchedInInstallBytesMax,
        long stableTouchedInQueryBytesMax) {

    public static final Limits DEFAULT = new Limits(
            40_000_000_000L,
            5_000_000_000L,
            300_000_000_000L,
            200_000_000L,
            6,
            500L << 30,
            2L << 30,
            8L << 30,
            1L << 30);

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
                stableTouchedInQueryBytesMax);
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
                stableTouchedInQueryBytesMax);
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
                stableTouchedInQueryBytesMax);
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
                stableTouchedInQueryBytesMax);
    }
}
