package decant.replica;

import static decant.replica.Node.ALICE;
import static decant.replica.Node.answered;
import static decant.replica.Node.number;
import static decant.replica.Node.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import decant.protocol.Label;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A canister that nobody uses leaves the node's memory, by the node's clock, and nobody notices.
final class HibernationTest {
    private static final Duration PERIOD = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    @Test
    void anIdleCanisterLeavesMemoryAndIsThereOnTheNextMessage() {
        try (var node = Node.in(directory)) {
            var probe = node.installProbe();
            node.add(probe, 1);
            assertThat(node.get(probe, 1)).isEqualTo(1);
            assertThat(metric(node, "decant_instances_resident")).isEqualTo(2);
            assertThat(deltaPages(node, probe)).isPositive();

            pass(node, PERIOD);
            assertThat(metric(node, "decant_instances_resident"))
                    .as("it was used since the node looked the last time")
                    .isEqualTo(2);
            pass(node, PERIOD);
            assertThat(metric(node, "decant_instances_resident")).isZero();
            assertThat(metric(node, "decant_hibernations_total")).isEqualTo(2);
            await(() -> deltaPages(node, probe) == 0);
            assertThat(metric(node, "decant_checkpoints_total")).isEqualTo(1);

            double woken = metric(node, "decant_wakes_total");
            assertThat(node.get(probe, 1)).isEqualTo(1);
            assertThat(node.add(probe, 1)).isEqualTo(2);
            assertThat(node.get(probe, 1)).isEqualTo(2);
            assertThat(metric(node, "decant_wakes_total")).isEqualTo(woken + 2);
        }
    }

    @Test
    void whereNothingSleepsNoCheckpointIsWrittenForIt() {
        try (var node = Node.in(directory)) {
            var probe = node.installProbe();
            for (int i = 0; i < 4; i++) {
                node.add(probe, 1);
                pass(node, PERIOD);
            }
            assertThat(metric(node, "decant_hibernations_total")).isZero();
            assertThat(metric(node, "decant_checkpoints_total")).isZero();
        }
    }

    @Test
    void aTimerWakesItsCanister() {
        try (var node = Node.in(directory)) {
            var probe = node.installProbe();
            node.update(probe, "arm", number(node.in(Duration.ofMinutes(10))));
            pass(node, PERIOD);
            pass(node, PERIOD);
            assertThat(metric(node, "decant_instances_resident")).isZero();
            node.clock.advance(Duration.ofMinutes(8));
            node.awaitRoundOfNow();
            assertThat(number(reply(node.query(probe, "ticks", new byte[0])))).isEqualTo(1);
        }
    }

    @Test
    void whatWasReplayedAfterACrashSleepsToo() {
        try (var node = Node.in(directory.resolve("original"), ReplicaConfig::keepingWholeLog)) {
            var probe = node.installProbe();
            node.add(probe, 1);
            var crashed = Directories.copyUnderWrites(
                    directory.resolve("original"),
                    directory.resolve("crashed"),
                    directory.resolve("original").resolve("store"));
            try (var recovered = node.at(crashed)) {
                assertThat(deltaPages(recovered, probe)).isPositive();
                pass(recovered, PERIOD);
                pass(recovered, PERIOD);
                await(() -> deltaPages(recovered, probe) == 0);
                assertThat(metric(recovered, "decant_instances_resident")).isZero();
                assertThat(recovered.get(probe, 1)).isEqualTo(1);
            }
        }
    }

    @Test
    void sleepChangesNothingThatALogMeans() {
        try (var node = Node.in(directory.resolve("original"), ReplicaConfig::keepingWholeLog)) {
            var first = node.installProbe();
            var second = node.installProbe();
            for (int i = 1; i <= 3; i++) {
                assertThat(node.add(first, 3)).isEqualTo(i);
                pass(node, PERIOD);
                node.call(second, "fail", new byte[0]);
                pass(node, PERIOD);
                assertThat(node.add(second, 3)).isEqualTo(i);
            }
            assertThat(metric(node, "decant_hibernations_total")).isGreaterThan(3);
            var hash = node.replica().stateHash();
            node.replica().close();

            var copy = Directories.copy(directory.resolve("original"), directory.resolve("copy"));
            Directories.delete(copy.resolve("store"));
            try (var replayed = node.at(copy)) {
                assertThat(metric(replayed, "decant_hibernations_total")).isZero();
                assertThat(replayed.replica().stateHash()).isEqualTo(hash);
            }
        }
    }

    @Test
    void aTimeThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Node.in(directory, config -> config.withHibernateAfter(Duration.ZERO)))
                .hasMessage("a canister can hibernate after a positive time, found PT0S");
    }

    /// Moves the clock, and returns when the node has looked at it.
    private static void pass(Node node, Duration time) {
        node.clock.advance(time);
        // The node looks after a round: the one that is asked for, or at the latest the one before the next.
        for (int i = 0; i < 2; i++) {
            node.clock.advance(Duration.ofNanos(Writer.FRESH_NANOS + 1));
            var request = node.readRequest(ALICE, List.of(Label.path("time")));
            answered(node.replica().readState(Principal.ofCanisterNumber(0), request.envelope()));
        }
    }

    private static long deltaPages(Node node, Principal canister) {
        return StateRecords.deltaPages(node.replica().state().subnet(), canister);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static double metric(Node node, String name) {
        return node.replica().metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
