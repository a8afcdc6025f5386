package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.QueryStats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How much canisters were queried, which their status tells.
final class QueryStatsTest {
    private static final long BETWEEN_NANOS = QueryTally.BETWEEN_ENTRIES_NANOS;
    private static final Duration BETWEEN = Duration.ofNanos(BETWEEN_NANOS);

    @TempDir
    private Path directory;

    private static QueryStats stats(Node node, Principal canister) {
        return node.replica().state().subnet().canister(canister).orElseThrow().queryStats();
    }

    private static QueryStats awaitStats(Node node, Principal canister, long calls) {
        while (stats(node, canister).calls() < calls) {
            Thread.onSpinWait();
        }
        return stats(node, canister);
    }

    @Test
    void queriesAreCountedWhenSomeTimeHasPassedAndReplayedFromTheLog() {
        var node = Node.in(directory.resolve("node"), ReplicaConfig::keepingWholeLog);
        var probe = node.installProbe();
        var hash = node.replica().stateHash();
        node.get(probe, 1);
        node.get(probe, 1);
        assertThat(node.replica().stateHash()).isEqualTo(hash);

        node.clock.advance(BETWEEN);
        var counted = awaitStats(node, probe, 2);
        assertThat(counted.calls()).isEqualTo(2);
        assertThat(counted.requestBytes()).isEqualTo(8);
        assertThat(counted.responseBytes()).isEqualTo(16);
        assertThat(counted.instructions()).isPositive();
        var status = node.manage("canister_status", probe, Value.record().with("canister_id", Value.principal(probe)))
                .field("query_stats");
        assertThat(status.field("num_calls_total").toLong()).isEqualTo(2);
        assertThat(status.field("num_instructions_total").toLong()).isEqualTo(counted.instructions());

        CrashAndReplay.expectSameState(
                node,
                directory.resolve("node"),
                directory,
                replayed -> assertThat(stats(replayed, probe)).isEqualTo(counted));
    }

    @Test
    void whatIsCountedWhileItIsEnteredIsEnteredNextTime() {
        var tally = new QueryTally(0);
        var canister = Principal.ofCanisterNumber(1);
        var one = new TreeMap<>(Map.of(canister, new QueryStats(1, 10, 2, 3)));
        assertThat(tally.earlier(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        tally.count(one);
        assertThat(tally.earlier(Long.MAX_VALUE)).isEqualTo(BETWEEN_NANOS);
        assertThat(tally.earlier(7)).isEqualTo(7);
        assertThat(tally.due(BETWEEN_NANOS - 1)).isEmpty();
        var due = tally.due(BETWEEN_NANOS);
        assertThat(due).isEqualTo(one);
        tally.count(one);
        tally.forget(due, BETWEEN_NANOS);
        assertThat(tally.due(2 * BETWEEN_NANOS)).isEqualTo(one);
        tally.forget(tally.due(2 * BETWEEN_NANOS), 2 * BETWEEN_NANOS);
        assertThat(tally.earlier(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    }
}
