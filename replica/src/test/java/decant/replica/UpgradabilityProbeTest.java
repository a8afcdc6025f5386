package decant.replica;

import static decant.replica.Node.ALICE;
import static decant.replica.Node.BOB;
import static decant.replica.Node.rejected;
import static decant.replica.Node.reply;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.protocol.Identity;
import decant.protocol.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The background looks whether canisters could be upgraded, by the node's clock, and nobody notices.
final class UpgradabilityProbeTest {
    @TempDir
    private Path directory;

    private static Node probing(Path directory) {
        return Node.in(directory, config -> config.withProbeEvery(Duration.ofMinutes(10)));
    }

    private static double metric(Node node, String name) {
        return node.replica().metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static long looks(Node node) {
        return node.replica().probeLooks();
    }

    /// Lets time pass and waits until the node has looked around.
    private static void pass(Node node, Duration duration) {
        long before = looks(node);
        node.clock.advance(duration);
        while (looks(node) == before) {
            Thread.onSpinWait();
        }
    }

    private static Response checkups(Node node, Identity caller, Principal canister) {
        byte[] argument = Candid.encode(List.of(Value.record().with("canister_id", Value.principal(canister))));
        var request = node.queryRequest(caller, Principal.MANAGEMENT_CANISTER, "decant_checkups", argument);
        return Node.answered(node.replica().query(canister, request.envelope())).response();
    }

    private static Optional<Value> newest(Node node, Principal canister) {
        return Candid.decode(reply(checkups(node, ALICE, canister)), Quota.DEFAULT)
                .getFirst()
                .optionalField("newest");
    }

    @Test
    void itLooksAtEveryCanisterThatHasChangedButNotTooOften() {
        try (var node = probing(directory)) {
            var probe = node.installProbe();
            assertThat(newest(node, probe)).isEmpty();

            pass(node, Duration.ofSeconds(30));
            assertThat(metric(node, "decant_probes_total")).isEqualTo(1);
            assertThat(newest(node, probe).orElseThrow().field("state").is("upgradable"))
                    .isTrue();

            pass(node, Duration.ofMinutes(20));
            assertThat(metric(node, "decant_probes_total"))
                    .as("nothing has changed")
                    .isEqualTo(1);

            node.add(probe, 1);
            pass(node, Duration.ofMinutes(10));
            assertThat(metric(node, "decant_probes_total")).isEqualTo(2);
            node.add(probe, 1);
            pass(node, Duration.ofSeconds(30));
            assertThat(metric(node, "decant_probes_total"))
                    .as("it was not long ago")
                    .isEqualTo(2);
            pass(node, Duration.ofMinutes(10));
            assertThat(metric(node, "decant_probes_total")).isEqualTo(3);
        }
    }

    @Test
    void nobodyNotices() {
        try (var node = probing(directory)) {
            var probe = node.installProbe();
            node.add(probe, 1);
            node.update(probe, "arm", Node.number(node.in(Duration.ofHours(1))));
            var before = node.replica().state();
            var hash = node.replica().stateHash();
            var wakes = metric(node, "decant_wakes_total");

            pass(node, Duration.ofSeconds(30));

            assertThat(metric(node, "decant_probes_total")).isEqualTo(1);
            assertThat(node.replica().stateHash()).isEqualTo(hash);
            assertThat(node.replica().state()).as("no round was run").isSameAs(before);
            assertThat(metric(node, "decant_wakes_total")).isEqualTo(wakes);
            assertThat(node.add(probe, 1)).isEqualTo(2);
        }
    }

    @Test
    void aHookThatHasBegunToFailIsFound() {
        try (var node = probing(directory)) {
            var heart = node.install("stuck.wasm", new byte[0]);
            pass(node, Duration.ofSeconds(30));
            assertThat(newest(node, heart).orElseThrow().field("state").is("stuck"))
                    .isTrue();
            assertThat(metric(node, "decant_canister_upgradable")).isZero();
        }
    }

    @Test
    void growthIsMeasuredAndForecast() {
        try (var node = probing(directory)) {
            var hoarder = node.install("hoarder.wasm", new byte[0]);
            pass(node, Duration.ofSeconds(30));
            for (int day = 0; day < 3; day++) {
                reply(node.call(hoarder, "grow", new byte[0]));
                pass(node, Duration.ofDays(1));
            }
            var heap = newest(node, hoarder).orElseThrow().field("budget").items().stream()
                    .filter(line -> line.field("resource").toText().equals("stable_memory"))
                    .findFirst()
                    .orElseThrow();
            assertThat(heap.field("used").toLong()).isEqualTo(3 * (64L << 20));
            long bytesLeft = heap.field("limit").toLong() - heap.field("used").toLong();
            long daysLeft = bytesLeft / (64L << 20);
            assertThat(Duration.ofNanos(heap.optionalField("nanos_left")
                                    .orElseThrow()
                                    .toLong())
                            .toDays())
                    .isBetween(daysLeft - 1, daysLeft);
            assertThat(node.replica().metrics())
                    .anyMatch(metric -> metric.name().equals("decant_canister_upgrade_budget_seconds_left")
                            && metric.labels().get("resource").equals("stable_memory")
                            && metric.labels().get("canister").equals(hoarder.toString()));
        }
    }

    @Test
    void onlyControllersAreTold() {
        try (var node = probing(directory)) {
            var probe = node.installProbe();
            pass(node, Duration.ofSeconds(30));
            assertThat(rejected(checkups(node, BOB, probe)).errorCode()).contains("IC0512");
        }
    }

    @Test
    void aNodeThatIsToldNotToNeverLooks() {
        try (var node = Node.in(directory)) {
            var probe = node.installProbe();
            node.clock.advance(Duration.ofDays(1));
            node.add(probe, 1);
            assertThat(looks(node)).isZero();
            assertThat(newest(node, probe)).isEmpty();
        }
    }
}
