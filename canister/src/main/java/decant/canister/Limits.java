package decant.canister;

/// How much one execution may do. The defaults are those of an application subnet.
public record Limits(
        long messageInstructionsMax,
        long queryInstructionsMax,
        long installInstructionsMax,
        long inspectInstructionsMax,
        long stableMemoryBytesMax,
        int callDepthMax) {

    public static final Limits DEFAULT =
            new Limits(40_000_000_000L, 5_000_000_000L, 300_000_000_000L, 200_000_000L, 500L << 30, 20_000);

    public Limits withMessageInstructionsMax(long max) {
        return new Limits(
                max,
                queryInstructionsMax,
                installInstructionsMax,
                inspectInstructionsMax,
                stableMemoryBytesMax,
                callDepthMax);
    }

    public Limits withInstallInstructionsMax(long max) {
        return new Limits(
                messageInstructionsMax,
                queryInstructionsMax,
                max,
                inspectInstructionsMax,
                stableMemoryBytesMax,
                callDepthMax);
    }
}
