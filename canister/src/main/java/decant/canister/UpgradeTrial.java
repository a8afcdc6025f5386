package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.Finding;
import java.util.List;

/// Tries an upgrade elsewhere before it is made: what the policy `rehearsed` asks of an installation.
///
/// The canister that is to be upgraded does not change by it, and the same canister, request and environment are judged
/// the same.
@FunctionalInterface
public interface UpgradeTrial {
    Judgement judge(CanisterState clean, InstallRequest request, Env env);

    /// What came of a trial.
    ///
    /// @param passes whether the upgrade may be made
    /// @param verdict the verdict in one word
    /// @param findings what the verdict stands on
    record Judgement(boolean passes, String verdict, List<Finding> findings, long instructionsUsed) {
        public Judgement {
            findings = List.copyOf(findings);
        }
    }
}
