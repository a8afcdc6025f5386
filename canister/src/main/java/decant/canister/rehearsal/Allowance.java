package decant.canister.rehearsal;

import decant.canister.Limits;

/// The instructions that a rehearsal has left.
///
/// Where less is left than an execution may use by the canister's own limits, it gets what is left; if it then stops
/// for
/// want of more, that says nothing about the canister, and the rehearsal is `cut`.
final class Allowance {
    private final long instructionsMax;
    private long used;
    private boolean cut;

    Allowance(long instructionsMax) {
        this.instructionsMax = instructionsMax;
    }

    long used() {
        return used;
    }

    long left() {
        return Math.max(0, instructionsMax - used);
    }

    boolean wasCut() {
        return cut;
    }

    /// {@return whether there is anything left; if not, something will not be looked at}
    boolean isLeft() {
        cut |= left() == 0;
        return !cut;
    }

    /// {@return the limits, with no execution allowed more than is left}
    Limits within(Limits limits) {
        return limits.withInstallInstructionsMax(least(limits.installInstructionsMax()))
                .withMessageInstructionsMax(least(limits.messageInstructionsMax()))
                .withQueryInstructionsMax(least(limits.queryInstructionsMax()));
    }

    private long least(long limit) {
        return Math.max(1, Math.min(limit, left()));
    }

    /// Takes note of an execution that was allowed `limit` by the canister's own limits.
    void spend(long instructions, long limit) {
        cut |= left() < limit && instructions >= left();
        used += instructions;
    }
}
