package decant.canister;

import decant.canister.state.Traffic;
import java.util.function.Consumer;

/// How much one execution may do. The defaults are those of an application subnet.
///
/// @param bestEffortBytesMax what requests of calls with best-effort response may occupy, of the whole subnet
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
        long bestEffortBytesMax,
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
            Traffic.BEST_EFFORT_BYTES_MAX,
            Long.MAX_VALUE);

    public Limits withMessageInstructionsMax(long max) {
        return with(draft -> draft.messageInstructionsMax = max);
    }

    public Limits withQueryInstructionsMax(long max) {
        return with(draft -> draft.queryInstructionsMax = max);
    }

    public Limits withInstallInstructionsMax(long max) {
        return with(draft -> draft.installInstructionsMax = max);
    }

    public Limits withStableTouchedInInstallBytesMax(long max) {
        return with(draft -> draft.stableTouchedInInstallBytesMax = max);
    }

    public Limits withBestEffortBytesMax(long max) {
        return with(draft -> draft.bestEffortBytesMax = max);
    }

    public Limits withWrittenBytesMax(long max) {
        return with(draft -> draft.writtenBytesMax = max);
    }

    private Limits with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.finish();
    }

    /// Limits of which some are being changed.
    private static final class Draft {
        private final Limits base;
        private long messageInstructionsMax;
        private long queryInstructionsMax;
        private long installInstructionsMax;
        private long stableTouchedInInstallBytesMax;
        private long bestEffortBytesMax;
        private long writtenBytesMax;

        Draft(Limits base) {
            this.base = base;
            messageInstructionsMax = base.messageInstructionsMax;
            queryInstructionsMax = base.queryInstructionsMax;
            installInstructionsMax = base.installInstructionsMax;
            stableTouchedInInstallBytesMax = base.stableTouchedInInstallBytesMax;
            bestEffortBytesMax = base.bestEffortBytesMax;
            writtenBytesMax = base.writtenBytesMax;
        }

        Limits finish() {
            return new Limits(
                    messageInstructionsMax,
                    queryInstructionsMax,
                    installInstructionsMax,
                    base.inspectInstructionsMax,
                    base.queryDepthMax,
                    base.stableMemoryBytesMax,
                    base.stableTouchedBytesMax,
                    stableTouchedInInstallBytesMax,
                    base.stableTouchedInQueryBytesMax,
                    bestEffortBytesMax,
                    writtenBytesMax);
        }
    }
}
