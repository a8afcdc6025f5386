package decant.replica;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that a test moves ahead. Otherwise it stands still, or follows another clock.
final class HandClock implements TimeSource {
    private static final long START = Instant.parse("2026-03-01T12:00:00Z").getEpochSecond() * 1_000_000_000L;

    private final TimeSource base;
    private final AtomicLong ahead = new AtomicLong();
    private final List<Runnable> bells = new CopyOnWriteArrayList<>();

    private HandClock(TimeSource base) {
        this.base = base;
    }

    static HandClock standingStill() {
        return new HandClock(() -> START);
    }

    static HandClock following(TimeSource base) {
        return new HandClock(base);
    }

    @Override
    public long nowNanos() {
        return base.nowNanos() + ahead.get();
    }

    @Override
    public void onJump(Runnable bell) {
        bells.add(bell);
    }

    void advance(Duration duration) {
        ahead.addAndGet(duration.toNanos());
        bells.forEach(Runnable::run);
    }
}
