package decant.canister.rehearsal;

import decant.canister.InstallOutcome;
import decant.canister.InstallRequest;
import decant.canister.rehearsal.Budget.Meter;
import decant.canister.rehearsal.Budget.Turn;
import decant.canister.state.CanisterState;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Hook;
import decant.canister.state.Stage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// The step that puts the new version into a fork: for the first time, or once more onto itself.
final class InstallStep {
    private final Trial trial;
    private final Turn turn;

    /// What came of it.
    ///
    /// @param isInstalled whether the new version is there, in the fork `after`
    /// @param saved the canister right after the hook of the version that was there, if that ran to its end
    record Result(
            boolean isInstalled,
            InstallReport report,
            List<Budget.StageUse> stages,
            List<Budget.Line> lines,
            Optional<CanisterState> saved) {}

    InstallStep(Trial trial, Turn turn) {
        this.trial = trial;
        this.turn = turn;
    }

    Result run(InstallRequest request, Growth growth) {
        var meter = new Meter();
        var saved = new AtomicReference<Optional<CanisterState>>(Optional.empty());
        var outcome = trial.after().install(request, (stage, canister) -> {
            meter.passed(stage, canister, is64(stage));
            if (stage == Stage.PRE_UPGRADE) {
                saved.set(Optional.of(canister));
            }
        });
        boolean isInstalled = outcome instanceof InstallOutcome.Installed;
        var report = outcome.report();
        return new Result(
                isInstalled && !trial.allowance().wasCut(),
                report,
                meter.stages(turn, report),
                meter.lines(
                        turn,
                        report,
                        trial.live().settings(),
                        trial.env().limits(),
                        growth,
                        turn == Turn.NEXT && trial.versions().hooksAddressBy32Bits()),
                saved.get());
    }

    void observe(Result result) {
        if (result.isInstalled()) {
            observeInstalled(result.report());
        } else if (!trial.allowance().wasCut()) {
            observeRejected(result.report());
        }
    }

    /// {@return whether the code that runs in a stage has a heap with 64-bit addresses}
    private boolean is64(Stage stage) {
        boolean isOld = stage == Stage.PRE_UPGRADE && turn == Turn.THIS;
        return Versions.is64(
                isOld ? trial.versions().factsBefore() : trial.versions().factsAfter());
    }

    private void observeInstalled(InstallReport report) {
        boolean hookWasToSave = report.hook() == Hook.SKIPPED || report.hook() == Hook.TRAPPED_AND_DISCARDED;
        if (report.heapDropped() && hookWasToSave) {
            trial.observe(Observation.leavesOpen(
                    "install.heap-dropped",
                    "hook before the upgrade",
                    report.hook() == Hook.SKIPPED ? "skipped" : "trapped, and discarded",
                    "a hook that ran to its end",
                    "a heap of " + report.before().heapBytes() + " bytes is dropped, and what the hook would have saved"
                            + " of it is lost",
                    "let the hook run, or keep the heap"));
        }
    }

    private void observeRejected(InstallReport report) {
        var failure = report.failure().orElseThrow();
        var where = failure.backtrace().isEmpty()
                ? ""
                : ", in " + failure.backtrace().getFirst();
        trial.observe(Observation.breaks(
                switch (turn) {
                    case THIS -> "install.rejected";
                    case NEXT, USED -> "next.rejected";
                },
                "stage " + report.stage().text(),
                failure.error().text() + ": " + failure.message() + where,
                "an installation that succeeds",
                switch (turn) {
                    case THIS -> "the installation fails, and the canister stays what it is";
                    case NEXT ->
                        "the new version could not be upgraded any more: the upgrade after this one fails, to the same"
                                + " version and in the same state";
                    case USED ->
                        "the new version, when it was used for a while, could not be upgraded any more: the upgrade to"
                                + " the same version fails";
                },
                report.hint().map(hint -> hint.code() + ": " + hint.text()).orElse("mend what the message names")));
    }
}
