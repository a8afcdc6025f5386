package decant.canister.rehearsal;

import decant.canister.InstallOutcome;
import decant.canister.rehearsal.Comparison.Occasion;
import decant.canister.state.CanisterState;
import decant.canister.state.InstallReport;
import java.util.List;
import java.util.Optional;

/// The step that tries the way back: an upgrade of the new version to the old one.
///
/// What it finds does nothing to the verdict, since there is another way back, by a restore point.
final class DowngradeStep {
    private final Trial trial;
    private final CanisterState migrated;

    DowngradeStep(Trial trial, CanisterState migrated) {
        this.trial = trial;
        this.migrated = migrated;
    }

    /// @param answers what the old version answered before
    Optional<InstallReport> run(Interview interview, List<Answer> answers) {
        trial.after().become(migrated);
        var old = trial.live().code().orElseThrow().module();
        var outcome = trial.after().install(trial.upgradeTo(old.bytes()), (_, _) -> {});
        if (trial.allowance().wasCut()) {
            return Optional.empty();
        }
        switch (outcome) {
            case InstallOutcome.Rejected rejected -> observeRejected(rejected.report());
            case InstallOutcome.Installed _, InstallOutcome.Tried _ -> compare(interview, answers);
        }
        return Optional.of(outcome.report());
    }

    private void observeRejected(InstallReport report) {
        var failure = report.failure().orElseThrow();
        trial.observe(Observation.warns(
                "downgrade.rejected",
                "stage " + report.stage().text(),
                failure.error().text() + ": " + failure.message(),
                "an installation of the old version that succeeds",
                "there is no way back by an upgrade to the old version",
                "go back with `decant undo`, which loses what was written since"));
    }

    private void compare(Interview interview, List<Answer> answers) {
        var comparison = new Comparison(
                Occasion.DOWNGRADE,
                trial.plan().probes(),
                trial.versions().serviceBefore(),
                probe -> Interview.askLater(trial.before(), probe, trial.allowance()));
        comparison.compare(answers, trial.hold(interview, trial.after()));
        trial.observe(comparison.observations());
    }
}
