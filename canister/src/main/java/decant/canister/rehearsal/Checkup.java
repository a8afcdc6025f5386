package decant.canister.rehearsal;

import decant.base.Principal;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.Stage;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Whether a canister could be upgraded at a time, and what that would have taken: its own code was put over itself on
/// a copy.
///
/// @param version that of the canister at the time
/// @param cut why it came to its end before it was finished, if it did
public record Checkup(
        Principal canister, long version, long timeNanos, InstallReport report, Budget budget, Optional<String> cut) {

    /// What the new code does is no matter of the installed code: it is given arguments that are not its own.
    private static final Set<Stage> BEFORE_THE_NEW_CODE = EnumSet.of(Stage.AUTHORISE, Stage.CHECK, Stage.PRE_UPGRADE);

    /// What was found.
    public enum State {
        UPGRADABLE,
        /// The hook before an upgrade fails.
        STUCK,
        NOT_KNOWN
    }

    public State state() {
        if (cut.isPresent()) {
            return State.NOT_KNOWN;
        }
        boolean isStuck = report.outcome() == Outcome.REJECTED && BEFORE_THE_NEW_CODE.contains(report.stage());
        return isStuck ? State.STUCK : State.UPGRADABLE;
    }
}
