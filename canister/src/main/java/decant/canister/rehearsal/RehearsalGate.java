package decant.canister.rehearsal;

import decant.canister.Env;
import decant.canister.InstallRequest;
import decant.canister.ModuleCache;
import decant.canister.UpgradeTrial;
import decant.canister.state.CanisterState;
import decant.canister.state.Chronicle;

/// The rehearsal that stands behind the policy `rehearsed`: an upgrade is made only if its verdict is `safe`.
///
/// An `unknown` keeps it from being made, too: whoever chooses this policy wants to know. What is known and wanted can
/// be acknowledged in the request, finding by finding.
public final class RehearsalGate implements UpgradeTrial {
    private final Rehearsal rehearsal;

    public RehearsalGate(ModuleCache modules) {
        this.rehearsal = new Rehearsal(modules);
    }

    @Override
    public Judgement judge(CanisterState clean, InstallRequest request, Env env) {
        var plan = RehearsalPlan.inside(env.limits());
        var report = rehearsal.run(clean, Chronicle.NONE, request, plan, env);
        return new Judgement(
                report.verdict() == Verdict.SAFE,
                report.verdict().toString(),
                report.reasons(),
                report.instructionsUsed());
    }
}
