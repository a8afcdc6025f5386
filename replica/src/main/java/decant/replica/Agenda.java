package decant.replica;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.SubnetState;
import decant.canister.state.TaskKind;
import decant.canister.state.Traffic;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.PSortedSet;
import org.pcollections.TreePSet;

/// Which canisters have something to do, now or at a time to come, so that no round walks over all canisters.
///
/// An index over the canisters of a subnet, kept up to date with every change of one of them. It holds nothing of its
/// own: equal subnets have equal agendas.
///
/// @param waiting canisters with messages to execute
/// @param lowOnMemory canisters whose low-memory hook is to run
/// @param beating canisters with a heartbeat
/// @param timers when the global timers ring
/// @param stopDeadlines when the first `stop_canister` call gives up waiting for its canister
/// @param traffic the room that calls take up which are not answered
record Agenda(
        PSortedSet<Principal> waiting,
        PSortedSet<Principal> lowOnMemory,
        PSortedSet<Principal> beating,
        PSortedSet<Alarm> timers,
        PSortedSet<Alarm> stopDeadlines,
        Traffic traffic) {

    static final Agenda EMPTY = new Agenda(
            TreePSet.empty(), TreePSet.empty(), TreePSet.empty(), TreePSet.empty(), TreePSet.empty(), Traffic.NONE);

    /// A point in time at which there is something to do for a canister.
    record Alarm(long timeNanos, Principal canister) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            int order = Long.compareUnsigned(timeNanos, other.timeNanos);
            return order != 0 ? order : canister.compareTo(other.canister);
        }
    }

    /// What one canister has on the agenda.
    private record Entry(
            boolean waits,
            boolean isLowOnMemory,
            boolean beats,
            OptionalLong timer,
            OptionalLong stopDeadline,
            Traffic traffic) {
        static final Entry NONE =
                new Entry(false, false, false, OptionalLong.empty(), OptionalLong.empty(), Traffic.NONE);

        static Entry of(CanisterState canister) {
            return new Entry(
                    !canister.inputQueue().isEmpty(),
                    receives(canister, TaskKind.LOW_WASM_MEMORY) && canister.lowMemoryHook() == LowMemoryHook.READY,
                    receives(canister, TaskKind.HEARTBEAT),
                    receives(canister, TaskKind.GLOBAL_TIMER) && canister.globalTimerNanos() != 0
                            ? OptionalLong.of(canister.globalTimerNanos())
                            : OptionalLong.empty(),
                    canister.status() instanceof CanisterStatus.Stopping(var calls)
                            ? calls.stream()
                                    .mapToLong(CanisterStatus.StopCall::deadlineNanos)
                                    .min()
                            : OptionalLong.empty(),
                    canister.calls().traffic());
        }

        private static boolean receives(CanisterState canister, TaskKind task) {
            return canister.isRunning()
                    && !canister.account().suspended()
                    && canister.code()
                            .filter(code -> code.module().tasks().contains(task))
                            .isPresent();
        }
    }

    static Agenda of(SubnetState subnet) {
        var agenda = EMPTY;
        for (var canister : subnet.canisters().values()) {
            agenda = agenda.replace(canister.id(), Optional.empty(), Optional.of(canister));
        }
        return agenda;
    }

    /// {@return whether a round has messages or hooks to execute, whatever its time}
    boolean hasWork() {
        return !waiting.isEmpty() || !lowOnMemory.isEmpty();
    }

    /// {@return this agenda after a canister changed; nothing stands for a canister that is not there}
    Agenda replace(Principal id, Optional<CanisterState> before, Optional<CanisterState> after) {
        var old = before.map(Entry::of).orElse(Entry.NONE);
        var next = after.map(Entry::of).orElse(Entry.NONE);
        return old.equals(next)
                ? this
                : new Agenda(
                        toggled(waiting, id, old.waits, next.waits),
                        toggled(lowOnMemory, id, old.isLowOnMemory, next.isLowOnMemory),
                        toggled(beating, id, old.beats, next.beats),
                        moved(timers, id, old.timer, next.timer),
                        moved(stopDeadlines, id, old.stopDeadline, next.stopDeadline),
                        traffic.minus(old.traffic).plus(next.traffic));
    }

    private static PSortedSet<Principal> toggled(
            PSortedSet<Principal> canisters, Principal id, boolean before, boolean after) {
        if (before == after) {
            return canisters;
        }
        return after ? canisters.plus(id) : canisters.minus(id);
    }

    private static PSortedSet<Alarm> moved(
            PSortedSet<Alarm> alarms, Principal id, OptionalLong before, OptionalLong after) {
        if (before.equals(after)) {
            return alarms;
        }
        var rest = before.isPresent() ? alarms.minus(new Alarm(before.getAsLong(), id)) : alarms;
        return after.isPresent() ? rest.plus(new Alarm(after.getAsLong(), id)) : rest;
    }
}
