package decant.cli;

import decant.candid.Value;

/// What must be known of new code before a canister takes it. A later one is tighter.
enum UpgradePolicy {
    open("anything goes that goes on the Internet Computer"),
    checked("code that breaks the interface or loses stable variables is refused"),
    rehearsed("as checked, and the upgrade must have been rehearsed"),
    immutable("nobody can change the code");

    private final String meaning;

    UpgradePolicy(String meaning) {
        this.meaning = meaning;
    }

    String meaning() {
        return meaning;
    }

    boolean isLooserThan(UpgradePolicy other) {
        return compareTo(other) < 0;
    }

    Value toCandid() {
        return Value.variant(name());
    }
}
