package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.InstallReport;
import decant.canister.state.Payload;
import decant.canister.state.Stage;

/// What putting code into a canister came to.
public sealed interface InstallOutcome {
    CanisterState next();

    InstallReport report();

    /// {@return the instructions that were used, those of a trial included}
    long instructionsUsed();

    /// Every stage succeeded.
    record Installed(CanisterState next, InstallReport report, long instructionsUsed) implements InstallOutcome {}

    /// Every stage but the last succeeded, and nothing more was asked for: `next` is the clean canister, with log lines
    /// of what ran.
    record Tried(CanisterState next, InstallReport report, long instructionsUsed) implements InstallOutcome {}

    /// A stage failed: `next` is the clean canister, with log lines of what ran.
    record Rejected(CanisterState next, Payload.Reject reject, InstallReport report, long instructionsUsed)
            implements InstallOutcome {
        public Stage stage() {
            return report.stage();
        }
    }
}
