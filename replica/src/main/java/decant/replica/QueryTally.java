package decant.replica;

import decant.base.Principal;
import decant.canister.state.QueryStats;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// How much canisters were queried, beside the rounds, since that was last put into the log.
///
/// Queries are not in the log: their numbers enter it now and then, and what a node that dies has not entered yet is
/// not counted. Any thread counts; the writer thread does the rest.
final class QueryTally {
    /// How much time there is at least between two entries.
    static final long BETWEEN_ENTRIES_NANOS = 10_000_000_000L;

    /// How many canisters are in one entry.
    private static final int CANISTERS_MAX = 1_000;

    private final ConcurrentSkipListMap<Principal, QueryStats> pending = new ConcurrentSkipListMap<>();
    private long enteredNanos;

    /// A tally that begins at this time.
    QueryTally(long nowNanos) {
        enteredNanos = nowNanos;
    }

    void count(SortedMap<Principal, QueryStats> stats) {
        stats.forEach((canister, more) -> pending.merge(canister, more, QueryStats::plus));
    }

    /// {@return the time at which an entry is due, if that is earlier than `dueNanos`, or else that}
    long earlier(long dueNanos) {
        return pending.isEmpty() ? dueNanos : Math.min(dueNanos, enteredNanos + BETWEEN_ENTRIES_NANOS);
    }

    /// {@return what is to be entered at this time}
    SortedMap<Principal, QueryStats> due(long timeNanos) {
        var due = new TreeMap<Principal, QueryStats>();
        if (timeNanos - enteredNanos >= BETWEEN_ENTRIES_NANOS) {
            pending.entrySet().stream()
                    .limit(CANISTERS_MAX)
                    .forEach(entry -> due.put(entry.getKey(), entry.getValue()));
        }
        return due;
    }

    /// Takes note that this was entered.
    void forget(SortedMap<Principal, QueryStats> entered, long timeNanos) {
        if (!entered.isEmpty()) {
            enteredNanos = timeNanos;
            entered.forEach(
                    (canister, stats) -> pending.computeIfPresent(canister, (_, known) -> rest(known.minus(stats))));
        }
    }

    private static @Nullable QueryStats rest(QueryStats stats) {
        return stats.equals(QueryStats.NONE) ? null : stats;
    }
}
