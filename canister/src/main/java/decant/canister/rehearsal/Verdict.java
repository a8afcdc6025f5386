package decant.canister.rehearsal;

import java.util.Locale;

/// What a rehearsal says about an upgrade.
public enum Verdict {
    /// Nothing was found that it breaks, and something was looked at.
    SAFE,
    /// It breaks something.
    UNSAFE,
    /// Nothing was found that it breaks, but something that matters could not be looked at, or changed in a way that
    /// may be intended or not.
    UNKNOWN;

    /// {@return its name in interfaces and messages}
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
