package decant.replica;

import decant.base.Principal;
import decant.canister.Env;
import decant.canister.management.Checkups.Known;
import decant.canister.rehearsal.Bounds;
import decant.canister.rehearsal.Checkup;
import decant.canister.state.CanisterState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Looks now and then whether the canisters of a node could be upgraded: their own code is put over itself on a copy,
/// and nothing of them changes.
///
/// A canister is looked at when it has changed since the last time and that was long enough ago; one after the other,
/// on a thread of its own that rests nineteen times as long as it works. What it found is gone when the process ends.
final class UpgradabilityProbe implements AutoCloseable {
    private static final Logger LOG = System.getLogger(UpgradabilityProbe.class.getName());

    /// It works one part of so many of the time.
    private static final int SHARE = 20;

    private static final long LOOK_NANOS_MAX = 30_000_000_000L;

    /// After this time at the latest the clock is looked at again, which may have been set.
    private static final long GLANCE_NANOS = 10_000_000_000L;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long BYTES_MAX =
            Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final TimeSource clock;
    private final Machine machine;
    private final Supplier<State> latest;
    private final Counters counters;
    private final long everyNanos;
    private final long lookNanos;
    private final Map<Principal, Known> found = new ConcurrentSkipListMap<>();
    private final Map<Principal, Attempt> attempts = new TreeMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition bell = lock.newCondition();
    private final Optional<Thread> thread;
    private long nextNanos;
    private volatile boolean isClosing;

    /// A look at a canister, whatever came of it.
    private record Attempt(long version, long timeNanos) {}

    UpgradabilityProbe(
            ReplicaConfig config, Machine machine, Supplier<State> latest, Counters counters, ThreadFactory bigStacks) {
        this.clock = config.clock();
        this.machine = machine;
        this.latest = latest;
        this.counters = counters;
        everyNanos = config.probeEvery().toNanos();
        lookNanos = Math.min(LOOK_NANOS_MAX, everyNanos);
        nextNanos = clock.nowNanos() + lookNanos;
        thread = everyNanos > 0 ? Optional.of(bigStacks.newThread(this::run)) : Optional.empty();
    }

    void start() {
        thread.ifPresent(Thread::start);
        clock.onJump(this::ring);
    }

    /// {@return what is known of the canister, if it was looked at}
    Optional<Known> found(Principal canister) {
        return Optional.ofNullable(found.get(canister));
    }

    private void run() {
        try {
            while (awaitLook()) {
                look(latest.get());
                nextNanos = Math.max(nextNanos, clock.nowNanos() + lookNanos);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// {@return whether it is time for another look, and not the end}
    private boolean awaitLook() throws InterruptedException {
        lock.lock();
        try {
            long nanos = nextNanos - clock.nowNanos();
            while (!isClosing && nanos > 0) {
                long glance = bell.awaitNanos(Math.min(nanos, GLANCE_NANOS));
                assert glance <= GLANCE_NANOS;
                nanos = nextNanos - clock.nowNanos();
            }
            return !isClosing;
        } finally {
            lock.unlock();
        }
    }

    private void ring() {
        lock.lock();
        try {
            bell.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void look(State state) throws InterruptedException {
        found.keySet().removeIf(id -> state.subnet().canister(id).isEmpty());
        attempts.keySet().removeIf(id -> state.subnet().canister(id).isEmpty());
        for (var canister : state.subnet().canisters().values()) {
            if (isDue(canister)) {
                examine(canister, state);
                if (!awaitLook()) {
                    return;
                }
            }
        }
        counters.probeLooks.increment();
    }

    private boolean isDue(CanisterState canister) {
        if (canister.code().isEmpty()) {
            return false;
        }
        var last = attempts.get(canister.id());
        return last == null
                || (last.version() != canister.version() && clock.nowNanos() - last.timeNanos() >= everyNanos);
    }

    private void examine(CanisterState canister, State state) {
        long begun = clock.nowNanos();
        attempts.put(canister.id(), new Attempt(canister.version(), begun));
        long end = begun + PATIENCE.toNanos();
        var limits = machine.limits();
        var env = new Env(
                Math.max(begun, state.timeNanos()),
                machine.keys().subnetId(),
                machine.keys().rootKeyDer(),
                limits);
        try {
            var checkup = machine.rehearsal()
                    .abandonedIf(() -> isClosing || clock.nowNanos() > end)
                    .checkup(
                            canister,
                            state.subnet().chronicle(canister.id()),
                            Bounds.asked(limits).withBytesMax(BYTES_MAX),
                            env);
            found.merge(canister.id(), Known.of(checkup), (known, _) -> known.plus(checkup));
            counters.probes.increment();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "whether canister " + canister.id() + " could be upgraded cannot be told", e);
        } finally {
            long spent = Math.max(0, clock.nowNanos() - begun);
            counters.probeNanos.add(spent);
            nextNanos = clock.nowNanos() + spent * (SHARE - 1);
        }
    }

    /// {@return what is known, as numbers}
    List<Metric> metrics() {
        var upgradable = new ArrayList<Metric>();
        var times = new ArrayList<Metric>();
        var used = new ArrayList<Metric>();
        var left = new ArrayList<Metric>();
        var stages = new ArrayList<Metric>();
        found.forEach((id, known) -> {
            var checkup = known.newest();
            var canister = Map.of("canister", id.toString());
            if (checkup.state() != Checkup.State.NOT_KNOWN) {
                upgradable.add(Metric.gauge(
                                "decant_canister_upgradable",
                                "1 if the canister could be upgraded when it was looked at, 0 if its hook fails.",
                                checkup.state() == Checkup.State.UPGRADABLE ? 1 : 0)
                        .with(canister));
            }
            times.add(Metric.gauge(
                            "decant_canister_probe_timestamp_seconds",
                            "When it was looked whether the canister could be upgraded.",
                            checkup.timeNanos() / 1e9)
                    .with(canister));
            for (var line : checkup.budget().lines()) {
                var labels = Map.of(
                        "canister",
                        id.toString(),
                        "resource",
                        line.resource().name().toLowerCase(Locale.ROOT));
                used.add(Metric.gauge(
                                "decant_canister_upgrade_budget_used_ratio",
                                "How much of what it may use an upgrade of the canister takes.",
                                line.limit() <= 0 ? 1 : (double) line.used() / line.limit())
                        .with(labels));
                known.trend()
                        .nanosLeft(line)
                        .ifPresent(nanos -> left.add(Metric.gauge(
                                        "decant_canister_upgrade_budget_seconds_left",
                                        "When that is used up, if it grows on as it did.",
                                        nanos / 1e9)
                                .with(labels)));
            }
            for (var stage : checkup.budget().stages()) {
                stages.add(Metric.gauge(
                                "decant_canister_upgrade_stage_instructions",
                                "Instructions of a stage of an upgrade of the canister.",
                                (double) stage.instructions())
                        .with(Map.of(
                                "canister",
                                id.toString(),
                                "stage",
                                stage.stage().name().toLowerCase(Locale.ROOT))));
            }
        });
        var all = new ArrayList<Metric>();
        List.of(upgradable, times, used, left, stages).forEach(all::addAll);
        return all;
    }

    /// Lets the look at work come to an early end.
    void end() {
        isClosing = true;
        ring();
    }

    /// Waits for the end. No thread is left.
    @Override
    public void close() {
        end();
        boolean interrupted = false;
        while (thread.isPresent() && thread.get().isAlive()) {
            try {
                thread.get().join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
