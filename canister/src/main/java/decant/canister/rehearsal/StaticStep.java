package decant.canister.rehearsal;

import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.check.UpgradeChecks;
import decant.canister.check.UpgradePlan;
import decant.canister.check.UpgradePlan.Heap;
import decant.canister.state.UpgradePolicy;
import java.util.Set;

/// The step in which nothing runs: what is known from the canister, the request and the two modules.
final class StaticStep {
    private final Trial trial;

    StaticStep(Trial trial) {
        this.trial = trial;
    }

    void run() {
        lookAtCanister();
        lookAtMode();
        check();
    }

    private void lookAtCanister() {
        if (trial.live().settings().upgradePolicy() == UpgradePolicy.IMMUTABLE) {
            trial.observe(Observation.breaks(
                    "install.immutable",
                    "setting upgrade_policy",
                    "immutable",
                    "a policy that allows upgrades",
                    "the installation is rejected, whatever the module",
                    "let the operator of the node loosen the policy"));
        }
        if (!trial.live().isRunning()) {
            trial.observe(Observation.notes(
                    "canister.not-running",
                    "status",
                    "not running",
                    "running",
                    "the canister takes no calls, before the installation and after it",
                    "start it afterwards"));
        }
    }

    private void lookAtMode() {
        if (trial.request().mode() instanceof Mode.Reinstall) {
            trial.live()
                    .code()
                    .ifPresent(code -> trial.observe(Observation.breaks(
                            "install.wipes",
                            "mode",
                            "reinstall",
                            "upgrade",
                            "everything that the canister has is gone: a heap of "
                                    + code.heap().bytes() + " bytes and a stable memory of "
                                    + code.stable().bytes() + " bytes",
                            "upgrade instead; if it is to be wiped, acknowledge this finding")));
        }
    }

    private void check() {
        var before = trial.versions().factsBefore();
        var after = trial.versions().factsAfter();
        if (!(trial.request().mode() instanceof Mode.Upgrade upgrade) || before.isEmpty() || after.isEmpty()) {
            return;
        }
        var plan = UpgradePlan.USUAL
                .withHeap(upgrade.persistence().map(StaticStep::planned).orElse(Heap.UNSAID))
                .withArgument(trial.request().argument())
                .withCanister(trial.live())
                .withAcknowledgedDrops(Set.copyOf(upgrade.acknowledgedDrops()));
        UpgradeChecks.run(before.get(), after.get(), plan)
                .findings()
                .forEach(finding -> trial.observe(Observation.ofCheck(finding)));
    }

    private static Heap planned(Persistence persistence) {
        return switch (persistence) {
            case KEEP -> Heap.KEEP;
            case REPLACE -> Heap.REPLACE;
        };
    }
}
