package decant.replica;

import decant.canister.Instances;

/// Gives back the memory of canisters that nobody used for a while, by the clock of the node: first that of their
/// instances, and then, by a checkpoint, that of the pages which their states held in memory alone.
///
/// It changes no state, and nobody can tell by a reply whether a canister slept. Used by the writer thread.
final class Hibernation {
    private final TimeSource clock;
    private final long periodNanos;
    private final Instances instances;
    private final Checkpoints checkpoints;
    private long lookedNanos;

    Hibernation(ReplicaConfig config, Instances instances, Checkpoints checkpoints) {
        clock = config.clock();
        periodNanos = config.hibernateAfter().toNanos();
        if (periodNanos <= 0) {
            throw new IllegalArgumentException(
                    "a canister can hibernate after a positive time, found " + config.hibernateAfter());
        }
        this.instances = instances;
        this.checkpoints = checkpoints;
        lookedNanos = clock.nowNanos();
    }

    /// {@return how long it is until the next look; at most 0 if it is time for one}
    long nanosToNext() {
        return lookedNanos + periodNanos - clock.nowNanos();
    }

    /// Lets those hibernate that were not used since the last look, if that was long enough ago.
    void look() {
        // The clock may have been set back.
        lookedNanos = Math.min(lookedNanos, clock.nowNanos());
        if (nanosToNext() > 0) {
            return;
        }
        lookedNanos = clock.nowNanos();
        if (instances.hibernate() > 0 || checkpoints.hasFailed()) {
            checkpoints.want();
        }
    }
}
