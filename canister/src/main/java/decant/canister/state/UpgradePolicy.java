package decant.canister.state;

import java.util.Locale;

/// How freely a canister's code and state may be replaced, from the freest to the tightest.
public enum UpgradePolicy {
    /// As on the Internet Computer.
    OPEN,
    /// An upgrade must pass the checks that are made before anything runs.
    CHECKED,
    /// As `CHECKED`, and the upgrade is tried on a copy first: it is made only if it is found to be safe.
    REHEARSED,
    /// Nobody replaces code or state.
    IMMUTABLE;

    public boolean isTighterThan(UpgradePolicy other) {
        return compareTo(other) > 0;
    }

    /// {@return whether upgrades are checked before anything runs}
    public boolean checksUpgrades() {
        return this == CHECKED || this == REHEARSED;
    }

    /// {@return its name in interfaces and messages}
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
