package decant.cli.host;

import decant.cli.terminal.CommandFailure;

/// A version of the interface between `icp` and a launcher of networks: `MAJOR.MINOR.PATCH`.
record LauncherInterface(int major, int minor, int patch) {
    static LauncherInterface parse(String text) {
        var parts = text.split("\\.", -1);
        try {
            if (parts.length == 3) {
                return new LauncherInterface(
                        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
            }
        } catch (NumberFormatException _) {
            // Told below, as what has not three parts.
        }
        throw CommandFailure.notUnderstood(
                "A version of the launcher's interface is three numbers, such as 1.1.0, found \"" + text + "\".");
    }

    /// {@return whether a launcher of that version can do what this one asks for, apart from what is new}
    boolean isUnderstoodBy(LauncherInterface launcher) {
        return major == launcher.major;
    }

    boolean isNewerThan(LauncherInterface other) {
        return major != other.major
                ? major > other.major
                : minor != other.minor ? minor > other.minor : patch > other.patch;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
