package decant.canister.rehearsal;

import decant.canister.state.CanisterState;
import decant.canister.state.Message;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A search through what a canister was lately for the first state in which an upgrade is unsafe.
///
/// It is found by halves: what is unsafe in one state is taken to be unsafe in all that come after it.
///
/// @param states how many states were known
/// @param turn where the upgrade became unsafe, if it did so between the oldest state and the newest
/// @param report the rehearsal in the first state in which it is unsafe; in the newest where there is none
public record Bisection(int states, Tried oldest, Tried newest, Optional<Turn> turn, RehearsalReport report) {

    /// What a canister was after a round.
    ///
    /// @param calls the calls of users that the round took for the canister
    public record Past(long round, long timeNanos, CanisterState canister, List<Message.Ingress> calls) {
        public Past {
            calls = List.copyOf(calls);
        }
    }

    /// A state, and what came of the rehearsal in it.
    public record Tried(Past past, RehearsalReport report) {
        public Verdict verdict() {
            return report.verdict();
        }

        boolean isUnsafe() {
            return verdict() == Verdict.UNSAFE;
        }
    }

    /// The last state in which the upgrade is not unsafe, and the one after it.
    public record Turn(Tried last, Tried first) {}

    /// Searches.
    ///
    /// @param states at least one, the oldest first
    public static Bisection of(List<Past> states, Function<Past, RehearsalReport> rehearsal) {
        Function<Past, Tried> tried = past -> new Tried(past, rehearsal.apply(past));
        var newest = tried.apply(states.getLast());
        if (states.size() == 1) {
            return new Bisection(1, newest, newest, Optional.empty(), newest.report());
        }
        var oldest = tried.apply(states.getFirst());
        if (!newest.isUnsafe() || oldest.isUnsafe()) {
            var telling = newest.isUnsafe() ? oldest : newest;
            return new Bisection(states.size(), oldest, newest, Optional.empty(), telling.report());
        }
        var last = oldest;
        var first = newest;
        int low = 0;
        int high = states.size() - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            var between = tried.apply(states.get(middle));
            if (between.isUnsafe()) {
                high = middle;
                first = between;
            } else {
                low = middle;
                last = between;
            }
        }
        return new Bisection(states.size(), oldest, newest, Optional.of(new Turn(last, first)), first.report());
    }
}
