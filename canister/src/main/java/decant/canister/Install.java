package decant.canister;

import decant.canister.InstallRequest.Mode;
import decant.canister.state.CanisterState;

/// Puts code into canisters: install, reinstall, upgrade, lifecycle upgrade.
///
/// Must be called on a thread with a big stack, as `Execution`.
public final class Install {
    private final ModuleCache modules;
    private final Instances instances;

    public Install(ModuleCache modules, Instances instances) {
        this.modules = modules;
        this.instances = instances;
    }

    /// Takes the clean canister through the stages of the request's mode.
    public InstallOutcome install(CanisterState clean, InstallRequest request, Env env) {
        var attempt = new InstallAttempt(clean, request, env);
        try {
            return switch (request.mode()) {
                case Mode.Install _, Mode.Reinstall _, Mode.Upgrade _ -> replace(attempt);
                case Mode.LifecycleUpgrade mode -> new LifecycleTransaction(modules, attempt).run(mode);
            };
        } catch (StageFailure failure) {
            return attempt.rejected(failure);
        }
    }

    private InstallOutcome replace(InstallAttempt attempt) {
        try (var transaction = new InstallTransaction(modules, instances, attempt)) {
            return transaction.run();
        }
    }
}
