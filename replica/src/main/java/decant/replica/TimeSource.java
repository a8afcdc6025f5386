package decant.replica;

import java.time.Instant;

/// The clock of a node: nanoseconds since 1970, and a bell for clocks that are moved by hand.
///
/// A round's time is read here once, logged with the round's batch, and never asked again on replay.
public interface TimeSource {
    /// {@return the time now, in nanoseconds since 1970-01-01}
    long nowNanos();

    /// Asks that `bell` be rung whenever this clock jumps, so that a waiting replica looks at it again. A clock that
    /// only flows never jumps.
    default void onJump(Runnable bell) {}

    /// {@return the clock of the machine}
    static TimeSource system() {
        return () -> {
            Instant now = Instant.now();
            return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
        };
    }
}
