package decant.canister.state;

import java.util.Locale;

/// Something that a check before an upgrade found in the new module.
///
/// @param code names the kind of finding for programs
/// @param path the way to the place, such as `method transfer, argument 1 (to), field owner`
/// @param consequence what happens if the upgrade is made in spite of it
/// @param remedy the smallest change that avoids it
public record Finding(
        String code, Severity severity, String path, String found, String expected, String consequence, String remedy) {

    /// How bad it is: an error keeps a checked canister from being upgraded.
    public enum Severity {
        ERROR,
        WARNING,
        NOTE
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /// {@return this finding, as of a check that keeps no canister from being upgraded}
    public Finding asAdvice() {
        return isError() ? new Finding(code, Severity.WARNING, path, found, expected, consequence, remedy) : this;
    }

    /// {@return the finding in one line for people}
    public String toText() {
        return severity.name().toLowerCase(Locale.ROOT) + " " + code
                + (path.isEmpty() ? "" : " in " + path) + ": " + consequence + " (found: " + found + "; expected: "
                + expected + "). Remedy: " + remedy;
    }
}
