package decant.cli.upgrade;

/// What becomes of a canister's state when code is installed. The names are those at the command line.
public enum InstallMode {
    INSTALL("install", "installed"),
    REINSTALL("reinstall", "reinstalled"),
    UPGRADE("upgrade", "upgraded"),
    LIFECYCLE_UPGRADE("lifecycle-upgrade", "given new hooks, all its state kept");

    private final String text;
    private final String done;

    InstallMode(String text, String done) {
        this.text = text;
        this.done = done;
    }

    /// {@return what is said when it has happened}
    String done() {
        return done;
    }

    /// {@return whether the node can try it without changing anything, and be told which version is expected}
    boolean isUpgrade() {
        return this == UPGRADE || this == LIFECYCLE_UPGRADE;
    }

    /// {@return whether code that made open calls goes away, so that they must be answered first}
    boolean replacesOpenCalls() {
        return this == UPGRADE || this == REINSTALL;
    }

    @Override
    public String toString() {
        return text;
    }
}
