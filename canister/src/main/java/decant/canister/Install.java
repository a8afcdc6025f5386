package decant.canister;

import decant.canister.InstallRequest.Mode;
import decant.canister.state.CanisterState;
import java.util.Optional;

/// Puts code into canisters: install, reinstall, upgrade, lifecycle upgrade.
///
/// Must be called on a thread with a big stack, as `Execution`.
public final class Install {
    private final Machinery machinery;

    /// What installations run on, and who looks on.
    record Machinery(ModuleCache modules, Instances instances, Optional<UpgradeTrial> trial, StageWatch watch) {}

    public Install(ModuleCache modules, Instances instances) {
        this(new Machinery(modules, instances, Optional.empty(), StageWatch.NONE));
    }

    private Install(Machinery machinery) {
        this.machinery = machinery;
    }

    /// {@return the same, watched at its stages}
    public Install watchedBy(StageWatch watch) {
        return new Install(new Machinery(machinery.modules, machinery.instances, machinery.trial, watch));
    }

    /// {@return the same, with a trial of each upgrade where the canister's policy asks for one}
    ///
    /// Without it such a canister's upgrades are checked and not tried.
    public Install tryingBy(UpgradeTrial trial) {
        return new Install(new Machinery(machinery.modules, machinery.instances, Optional.of(trial), machinery.watch));
    }

    /// Takes the clean canister through the stages of the request's mode.
    public InstallOutcome install(CanisterState clean, InstallRequest request, Env env) {
        var attempt = new InstallAttempt(clean, request, env, bill(clean, env));
        try {
            return switch (request.mode()) {
                case Mode.Install _, Mode.Reinstall _, Mode.Upgrade _ -> replace(attempt);
                case Mode.LifecycleUpgrade mode -> new LifecycleTransaction(machinery.modules, attempt).run(mode);
            };
        } catch (StageFailure failure) {
            return attempt.rejected(failure);
        }
    }

    /// Until the new module is read, the one that is there says what an instruction costs.
    private Bill bill(CanisterState canister, Env env) {
        boolean is64 = !env.tariff().isFree()
                && canister.code()
                        .filter(code ->
                                machinery.modules.installed(code.module()).is64())
                        .isPresent();
        return Bill.of(env.tariff(), canister, env.limits().installInstructionsMax(), is64);
    }

    private InstallOutcome replace(InstallAttempt attempt) {
        try (var transaction = new InstallTransaction(machinery, attempt)) {
            return transaction.run();
        }
    }
}
