package decant.canister.rehearsal;

import decant.canister.rehearsal.Budget.Resource;
import decant.canister.state.Chronicle;
import decant.canister.state.Chronicle.Entry;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Mode;
import decant.canister.state.InstallReport.Outcome;
import java.util.Optional;
import java.util.OptionalLong;

/// How a canister has grown since the first upgrade that its chronicle remembers.
final class Growth {
    static final Growth NOT_KNOWN = new Growth(Optional.empty(), 0);

    /// The first upgrade that is remembered, and when it was.
    private record Beginning(long timeNanos, InstallReport report) {}

    private final Optional<Beginning> beginning;
    private final long nowNanos;

    private Growth(Optional<Beginning> beginning, long nowNanos) {
        this.beginning = beginning;
        this.nowNanos = nowNanos;
    }

    static Growth of(Chronicle chronicle, long nowNanos) {
        return new Growth(
                chronicle.entries().stream()
                        .flatMap(entry -> upgrade(entry).stream())
                        .findFirst(),
                nowNanos);
    }

    private static Optional<Beginning> upgrade(Entry entry) {
        return entry.event() instanceof Event.Installation(var report)
                        && report.mode() == Mode.UPGRADE
                        && report.outcome() == Outcome.INSTALLED
                ? Optional.of(new Beginning(entry.timeNanos(), report))
                : Optional.empty();
    }

    /// {@return the time until `used` reaches `limit`, if it grows on as it has; empty if it does not grow, or if that
    /// is not known}
    OptionalLong nanosUntil(Resource resource, long used, long limit) {
        if (beginning.isEmpty()) {
            return OptionalLong.empty();
        }
        var first = beginning.get();
        long before = switch (resource) {
            case INSTRUCTIONS -> first.report().usage().instructionsUsed();
            case HEAP -> first.report().before().heapBytes();
            case STABLE_MEMORY, STABLE_MEMORY_32_BIT -> first.report().before().stableBytes();
            case STABLE_ACCESS -> first.report().usage().stablePagesTouched() * decant.store.PageMap.PAGE_BYTES;
        };
        long nanos = nowNanos - first.timeNanos();
        if (nanos <= 0 || used <= before || used >= limit) {
            return OptionalLong.empty();
        }
        double perNano = (double) (used - before) / nanos;
        return OptionalLong.of((long) Math.min(Long.MAX_VALUE, (limit - used) / perNano));
    }
}
