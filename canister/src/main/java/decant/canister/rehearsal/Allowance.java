package decant.canister.rehearsal;

import decant.canister.Limits;
import decant.canister.ic0.Fault;
import decant.canister.ic0.HostCallListener;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// The instructions, memory and time that a rehearsal has left.
///
/// Where less is left than an execution may use by the canister's own limits, it gets what is left; if it then stops
/// for want of more, that says nothing about the canister, and the rehearsal is cut. So it is with memory. The time is
/// looked at between executions, and now and then when the guest calls the System API.
final class Allowance implements HostCallListener {
    private static final int CALLS_PER_LOOK = 256;

    private final Bounds bounds;
    private final BooleanSupplier abandoned;
    private long used;
    private Optional<Cut> cut = Optional.empty();
    private int calls;

    /// Why a rehearsal came to its end before it was finished: what it used, and what it may use.
    record Cut(String used, String allowed) {}

    /// @param abandoned whether nobody waits for the rehearsal any more, or its time is over
    Allowance(Bounds bounds, BooleanSupplier abandoned) {
        this.bounds = bounds;
        this.abandoned = abandoned;
    }

    long used() {
        return used;
    }

    long left() {
        return Math.max(0, bounds.instructionsMax() - used);
    }

    boolean wasCut() {
        return cut.isPresent();
    }

    Optional<Cut> cut() {
        return cut;
    }

    /// {@return whether there is anything left; if not, something will not be looked at}
    boolean isLeft() {
        if (left() == 0) {
            cutByInstructions();
        }
        if (!wasCut() && abandoned.getAsBoolean()) {
            cut("the time that it had", "a rehearsal that ends in its time");
        }
        return !wasCut();
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
        boolean wasCutOff = left() < limit && instructions >= left();
        used += instructions;
        if (wasCutOff) {
            cutByInstructions();
        }
    }

    /// {@return the limits, with no execution writing more than a copy may that has written so many bytes}
    Limits within(Limits limits, long bytesWritten) {
        return within(limits).withWrittenBytesMax(Math.max(0, bounds.bytesMax() - bytesWritten));
    }

    /// Ends an execution when nobody waits for it any more.
    @Override
    public void before(String name) {
        if (++calls % CALLS_PER_LOOK == 0 && abandoned.getAsBoolean()) {
            isLeft();
            throw Fault.trapped("the rehearsal has come to its end");
        }
    }

    /// Takes note of why an execution failed: if it wrote too much for a copy, that says nothing about the canister.
    void failed(String message) {
        if (Fault.tellsOfTooMuchWritten(message)) {
            cut(message, "copies that write at most " + bounds.bytesMax() + " bytes");
        }
    }

    /// Takes note of how many bytes of pages a copy has written.
    void hold(long bytes) {
        if (bytes > bounds.bytesMax()) {
            cut(bytes + " bytes written", "copies that write at most " + bounds.bytesMax() + " bytes");
        }
    }

    private void cutByInstructions() {
        cut(used + " instructions used", "a rehearsal of at most " + bounds.instructionsMax() + " instructions");
    }

    /// The first reason counts.
    private void cut(String what, String allowed) {
        if (cut.isEmpty()) {
            cut = Optional.of(new Cut(what, allowed));
        }
    }
}
