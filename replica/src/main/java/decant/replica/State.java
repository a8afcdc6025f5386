package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.cycles.Upkeep;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Message;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemState;
import org.pcollections.AmortizedPQueue;
import org.pcollections.PQueue;
import org.pcollections.PSortedSet;
import org.pcollections.TreePSet;

/// Everything that the input log determines, as it stands between two rounds. A value.
///
/// @param height the number of the last round
/// @param agenda an index over the canisters of `subnet`
/// @param builtInCalls calls that wait for the canisters that are part of the node, in order
/// @param deadlines when the calls with best-effort response that are under way give up waiting
/// @param history what became of the calls of users
/// @param lastTurn the canister that was executed last: the turns of the next round start after it
/// @param lastBeatNanos when heartbeats were last executed
record State(
        long height,
        SubnetState subnet,
        Agenda agenda,
        PQueue<Message> builtInCalls,
        PSortedSet<CallDeadline> deadlines,
        IngressHistory history,
        Principal lastTurn,
        long lastBeatNanos) {

    /// How often a canister's heartbeat is executed.
    static final long BEAT_NANOS = 1_000_000_000L;

    /// The number of the first canister made here; the ones below are left to the well-known canisters of the network.
    private static final long FIRST_CANISTER_NUMBER = 0x8000_0000L;

    /// {@return the state before the first round of the subnet}
    static State genesis(Principal subnetId, Charter charter) {
        return new State(
                0,
                SubnetState.create(Hash.sha256(subnetId.bytes()), 0)
                        .withNextCanisterNumber(FIRST_CANISTER_NUMBER)
                        .withCharter(charter)
                        .withSystem(charter.endowsAnonymous() ? SystemState.endowed() : SystemState.EMPTY),
                Agenda.EMPTY,
                AmortizedPQueue.empty(),
                TreePSet.empty(),
                IngressHistory.NONE,
                Principal.MANAGEMENT_CANISTER,
                0);
    }

    long timeNanos() {
        return subnet.timeNanos();
    }

    /// {@return whether a round would find something to execute, whatever its time}
    boolean hasWork() {
        return !builtInCalls.isEmpty() || agenda.hasWork();
    }

    /// {@return the earliest time at which a round would find something to do that it would not find now;
    /// `Long.MAX_VALUE` if that time never comes}
    long nextDueNanos() {
        long due = Long.MAX_VALUE;
        if (!agenda.timers().isEmpty()) {
            due = earlier(due, agenda.timers().first().timeNanos());
        }
        if (!agenda.stopDeadlines().isEmpty()) {
            due = earlier(due, agenda.stopDeadlines().first().timeNanos());
        }
        if (!deadlines.isEmpty()) {
            due = earlier(due, deadlines.first().timeNanos());
        }
        if (subnet.charter().costSchedule() != CostSchedule.FREE
                && !subnet.canisters().isEmpty()) {
            due = earlier(due, (timeNanos() / Upkeep.INTERVAL_NANOS + 1) * Upkeep.INTERVAL_NANOS);
        }
        return agenda.beating().isEmpty() ? due : earlier(due, lastBeatNanos + BEAT_NANOS);
    }

    private static long earlier(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    /// {@return this state with the same canisters, their memories held differently}
    State withSubnet(SubnetState same) {
        return new State(height, same, agenda, builtInCalls, deadlines, history, lastTurn, lastBeatNanos);
    }
}
