package decant.canister;

import decant.canister.InstallRequest.Mode;
import decant.canister.state.CanisterState;
import decant.canister.state.Finding;
import decant.canister.state.Hint;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Hook;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.InstallReport.Standing;
import decant.canister.state.InstallReport.Usage;
import decant.canister.state.Stage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/// The report of an attempt that is on its way.
final class ReportDraft {
    private static final int FINDINGS_MAX = 50;

    private final CanisterState clean;
    private final InstallRequest request;
    private final long instructionsMax;
    private Stage stage = Stage.AUTHORISE;
    private Hook hook = Hook.NONE;
    private boolean heapIsLost;
    private boolean hookIsNeeded;
    private Optional<InstallReport.Failure> failure = Optional.empty();
    private Optional<Hint> hint = Optional.empty();
    private PVector<Finding> findings = TreePVector.empty();
    private PSortedMap<Stage, Long> instructions = TreePMap.empty();
    private long heapPagesTouched;
    private long stablePagesTouched;

    ReportDraft(CanisterState clean, InstallRequest request, long instructionsMax) {
        this.clean = clean;
        this.request = request;
        this.instructionsMax = instructionsMax;
    }

    void enter(Stage next) {
        stage = next;
    }

    void used(long count) {
        instructions = instructions.plus(stage, instructions.getOrDefault(stage, 0L) + count);
    }

    void touched(PagesTouched pages) {
        heapPagesTouched += pages.heap();
        stablePagesTouched += pages.stable();
    }

    void hook(Hook came) {
        hook = came;
    }

    /// The old code keeps data in the heap that goes, and its hook saves none of it.
    void losesHeap() {
        heapIsLost = true;
    }

    /// Without the old code's hook, what is in the heap is lost even if the heap is kept.
    void needsHook() {
        hookIsNeeded = true;
    }

    /// Takes note of findings, as many as a report that is kept may have.
    void found(List<Finding> more) {
        for (var finding : more) {
            if (findings.size() < FINDINGS_MAX && !findings.contains(finding)) {
                findings = findings.plus(finding);
            }
        }
    }

    /// The hook trapped, and the upgrade goes on without it.
    void discarded(Failure trap) {
        hook = Hook.TRAPPED_AND_DISCARDED;
        failed(trap.inReports());
    }

    private void failed(InstallReport.Failure why) {
        failure = Optional.of(why);
        hint = Hints.of(new Hints.Case(stage, why, request, clean));
    }

    InstallReport installed(CanisterState next) {
        return report(Outcome.INSTALLED, dropsHeap(), Standing.of(next));
    }

    InstallReport rejected(StageFailure why) {
        failed(why.failure()
                .map(Failure::inReports)
                .orElseGet(() -> new InstallReport.Failure(
                        why.reject().error(), why.reject().message(), List.of())));
        return report(Outcome.REJECTED, false, Standing.of(clean));
    }

    private boolean dropsHeap() {
        boolean dropped = switch (request.mode()) {
            case Mode.Install _, Mode.Reinstall _ -> true;
            case Mode.Upgrade upgrade ->
                upgrade.keepsHeap() ? hookIsNeeded && hook != Hook.RAN : hook != Hook.RAN || heapIsLost;
            case Mode.LifecycleUpgrade _ -> false;
        };
        return dropped && Standing.of(clean).heapBytes() > 0;
    }

    private InstallReport report(Outcome outcome, boolean heapDropped, Standing after) {
        return new InstallReport(
                request.mode().inReports(),
                request.dryRun(),
                outcome,
                stage,
                failure,
                hook,
                heapDropped,
                hint,
                findings,
                new Usage(instructions, instructionsMax, heapPagesTouched, stablePagesTouched),
                Standing.of(clean),
                after,
                OptionalLong.empty());
    }
}
