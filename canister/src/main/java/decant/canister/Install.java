package decant.canister;

import decant.canister.state.CanisterState;

/// Puts code into canisters: install, reinstall, upgrade.
///
/// Must be called on a thread with a big stack, as `Execution`.
public final class Install {
    public Install(ModuleCache modules, Instances instances) {}

    /// Takes the clean canister through the stages of the request's mode.
    public InstallOutcome install(CanisterState clean, InstallRequest request, Env env) {
        return new InstallOutcome.Installed(clean, 0);
    }
}
