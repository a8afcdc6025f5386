package decant.canister.state;

import decant.base.Hash;
import decant.wasm.Frame;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;

/// What one attempt to put code into a canister came to: how far it got, why it failed, and what it took.
///
/// @param dryRun whether it was only tried: nothing was to be changed
/// @param stage the last stage that was reached
/// @param failure why it was rejected; where it was installed, the trap of a hook that was discarded
/// @param heapDropped whether the new code has nothing of what was in the old heap, for no hook ran to save it
/// @param after what the canister is afterwards; for a dry run, what it would be
/// @param restorePoint the number under which the state before is kept
public record InstallReport(
        Mode mode,
        boolean dryRun,
        Outcome outcome,
        Stage stage,
        Optional<Failure> failure,
        Hook hook,
        boolean heapDropped,
        Optional<Hint> hint,
        PVector<Finding> findings,
        Usage usage,
        Standing before,
        Standing after,
        OptionalLong restorePoint) {

    /// The ways to put code into a canister.
    public enum Mode {
        INSTALL,
        REINSTALL,
        UPGRADE,
        LIFECYCLE_UPGRADE
    }

    /// Whether every stage succeeded.
    public enum Outcome {
        INSTALLED,
        REJECTED
    }

    /// What became of the old module's hook that runs before an upgrade.
    public enum Hook {
        NONE,
        RAN,
        SKIPPED,
        TRAPPED,
        TRAPPED_AND_DISCARDED
    }

    /// Why a stage failed; `backtrace` is innermost first.
    public record Failure(ErrorCode error, String message, List<Frame> backtrace) {}

    /// What the attempt used, compiling included. Of the heap pages are counted that were written, of stable memory
    /// those that were read or written; a page that several stages touched counts in each.
    public record Usage(
            PSortedMap<Stage, Long> instructions,
            long instructionsMax,
            long heapPagesTouched,
            long stablePagesTouched) {

        /// {@return the instructions of all stages}
        public long instructionsUsed() {
            return instructions.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /// What a canister is at one time, in short.
    public record Standing(long version, Optional<Hash> moduleHash, long heapBytes, long stableBytes) {
        public static Standing of(CanisterState canister) {
            return new Standing(
                    canister.version(),
                    canister.code().map(code -> code.module().hash()),
                    canister.code().map(code -> code.heap().bytes()).orElse(0L),
                    canister.code().map(code -> code.stable().bytes()).orElse(0L));
        }
    }

    public InstallReport withRestorePoint(long number) {
        return new InstallReport(
                mode,
                dryRun,
                outcome,
                stage,
                failure,
                hook,
                heapDropped,
                hint,
                findings,
                usage,
                before,
                after,
                OptionalLong.of(number));
    }

    /// {@return what the caller of a rejected attempt is told beside the error}
    public String summary() {
        return ReportText.summary(this);
    }

    /// {@return the whole report for people}
    public String toText() {
        return ReportText.of(this);
    }
}
