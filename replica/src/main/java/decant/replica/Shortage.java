package decant.replica;

import decant.canister.state.ErrorCode;
import decant.protocol.Response;
import java.util.Optional;

/// The time during which the log cannot grow because its disk is full, or pages can stay in memory alone no longer
/// because no checkpoint can be written: calls are refused, and now and then it is tried again.
///
/// The writer thread begins and ends it; any thread may ask.
final class Shortage {
    /// An attempt may write a whole segment of the log before it fails, so they are rare.
    private static final long BETWEEN_ATTEMPTS_NANOS = 1_000_000_000L;

    private static final String TEXT = "this node's disk is full or cannot be written to: it answers queries, and takes"
            + " calls again as soon as that is mended, say by freeing some space; nothing acknowledged is lost";

    private final TimeSource clock;
    private volatile boolean isOn;
    private long attemptNanos;

    Shortage(TimeSource clock) {
        this.clock = clock;
    }

    /// {@return whether the last attempt to write failed}
    boolean isOn() {
        return isOn;
    }

    /// Takes note of an attempt that failed.
    void begin() {
        isOn = true;
        attemptNanos = clock.nowNanos() + BETWEEN_ATTEMPTS_NANOS;
    }

    /// Takes note of an attempt that succeeded.
    void end() {
        isOn = false;
    }

    /// Takes note that space may have become free: the next attempt may be made at once.
    void mayBeOver() {
        attemptNanos = clock.nowNanos();
    }

    /// {@return for how long no attempt should be made; at most 0 if one may be made now}
    long nanosToAttempt() {
        return isOn ? attemptNanos - clock.nowNanos() : 0;
    }

    /// {@return what a caller is told meanwhile}
    static Response.Rejected refusal() {
        var error = ErrorCode.SUBNET_OVERSUBSCRIBED;
        return new Response.Rejected(error.rejectCode(), TEXT, Optional.of(error.text()));
    }
}
