package decant.canister.rehearsal;

import decant.canister.Tasks;
import decant.canister.state.Message;
import decant.canister.state.TaskKind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Lets a fork live on for a while: its timers and heartbeats are run when they are due.
///
/// @param nanos the time that passed
/// @param tasks how many timers and heartbeats were run
/// @param traps the first trap of each kind of task
/// @param callsOut whom it called; these calls stay without an answer
/// @param ended whether the time was over before the bound on tasks was reached
public record Forward(long nanos, int tasks, Map<TaskKind, String> traps, SortedSet<String> callsOut, boolean ended) {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /// Over whatever time, so many heartbeats are enough to see whether they work.
    private static final int HEARTBEATS = 30;

    public Forward {
        traps = Collections.unmodifiableMap(traps.isEmpty() ? new EnumMap<>(TaskKind.class) : new EnumMap<>(traps));
        callsOut = Collections.unmodifiableSortedSet(new TreeSet<>(callsOut));
    }

    static Forward run(Fork fork, long nanos, int tasksMax, Allowance allowance) {
        fork.start();
        long begin = fork.timeNanos();
        long end = begin + nanos;
        long heartbeatNanos = Math.max(SECOND_NANOS, nanos / HEARTBEATS);
        var traps = new EnumMap<TaskKind, String>(TaskKind.class);
        var callsOut = new TreeSet<String>();
        int tasks = 0;
        Optional<Long> next = Optional.of(begin);
        while (next.isPresent() && tasks < tasksMax && allowance.isLeft()) {
            fork.sleepUntil(next.get());
            for (Message.Task task : Tasks.due(fork.canister(), fork.timeNanos())) {
                var effects = fork.run(task);
                tasks++;
                callsOut.addAll(effects.callsOut());
                if (!allowance.wasCut()) {
                    effects.trap().ifPresent(trap -> traps.putIfAbsent(task.kind(), trap));
                }
            }
            next = next(fork, heartbeatNanos).filter(time -> time <= end);
        }
        boolean ended = next.isEmpty();
        return new Forward(ended ? nanos : fork.timeNanos() - begin, tasks, traps, callsOut, ended);
    }

    /// {@return when the fork has something to do again, if ever}
    private static Optional<Long> next(Fork fork, long heartbeatNanos) {
        var canister = fork.canister();
        var exported = canister.code().orElseThrow().module().tasks();
        long soonest = fork.timeNanos() + SECOND_NANOS;
        var beat = exported.contains(TaskKind.HEARTBEAT)
                ? Optional.of(fork.timeNanos() + heartbeatNanos)
                : Optional.<Long>empty();
        boolean isSet = exported.contains(TaskKind.GLOBAL_TIMER) && canister.globalTimerNanos() > 0;
        var timer = isSet ? Optional.of(Math.max(soonest, canister.globalTimerNanos())) : Optional.<Long>empty();
        return beat.isPresent() && timer.isPresent()
                ? Optional.of(Math.min(beat.get(), timer.get()))
                : beat.or(() -> timer);
    }
}
