package decant.canister.state;

/// The three ways to put code into a canister, as the history records them.
public enum InstallMode {
    INSTALL,
    REINSTALL,
    UPGRADE
}
