package decant.replica;

import static decant.replica.Node.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.state.StateFormat;
import decant.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Restore points are as durable as the canisters that they keep.
final class RestorePointTest {
    @TempDir
    private Path directory;

    private Path original() {
        return directory.resolve("original");
    }

    private static void upgrade(Node node, Principal canister) {
        node.install(canister, Value.variant("upgrade", Value.none()), "probe.wasm", new byte[0]);
    }

    private static void delete(Node node, Principal canister) {
        node.manage("stop_canister", canister);
        node.manage("delete_canister", canister);
    }

    @Test
    void anUpgradeIsUndoneAfterARestart() {
        try (var node = Node.in(original())) {
            var probe = node.installProbe();
            node.add(probe, 1);
            upgrade(node, probe);
            assertThat(node.get(probe, 1)).isZero();
            var hash = node.replica().stateHash();

            node.restart();
            assertThat(node.replica().stateHash()).isEqualTo(hash);
            node.manage("decant_undo", probe);
            assertThat(node.get(probe, 1)).isEqualTo(1);
            node.restart();
            assertThat(node.add(probe, 1)).isEqualTo(2);
        }
    }

    @Test
    void aDeletedCanisterIsBroughtBackByItsControllersOnly() {
        try (var node = Node.in(original())) {
            var probe = node.installProbe();
            node.add(probe, 3);
            delete(node, probe);
            node.restart();
            assertThat(rejected(node.call(probe, "add", Node.slot(3))).errorCode())
                    .contains("IC0301");
            var argument = Candid.encode(List.of(Value.record().with("canister_id", Value.principal(probe))));
            assertThat(rejected(node.call(Node.BOB, probe, Principal.MANAGEMENT_CANISTER, "decant_undo", argument))
                            .errorCode())
                    .contains("IC0512");

            node.manage("decant_undo", probe);
            node.manage("start_canister", probe);
            assertThat(node.add(probe, 3)).isEqualTo(2);
            node.restart();
            assertThat(node.get(probe, 3)).isEqualTo(2);
        }
    }

    @Test
    void theHistoryIsReadByAQuery() {
        try (var node = Node.in(original())) {
            var probe = node.installProbe();
            upgrade(node, probe);
            delete(node, probe);
            var reply = node.queryManagement("decant_history", probe);
            var history = Candid.decode(Node.reply(reply), Quota.DEFAULT).getFirst();
            assertThat(history.field("entries").items()).hasSize(3);
            assertThat(history.field("restore_points").items())
                    .extracting(point -> point.field("number").toLong())
                    .containsExactly(2L, 3L);
        }
    }

    @Test
    void crashesAndReplaysEndInTheSameState() {
        try (var node =
                Node.in(original(), config -> config.keepingWholeLog().withCheckpointEvery(3, Long.MAX_VALUE))) {
            var probe = node.installProbe();
            var gone = node.installProbe();
            for (int i = 0; i < 12; i++) {
                node.add(probe, i);
                upgrade(node, probe);
                node.add(probe, i);
                if (i % 3 == 2) {
                    node.manage("decant_undo", probe);
                }
            }
            node.add(gone, 1);
            delete(node, gone);
            CrashAndReplay.expectSameState(node, original(), directory, again -> {
                again.manage("decant_undo", gone);
                again.manage("start_canister", gone);
                assertThat(again.get(gone, 1)).isEqualTo(1);
            });
        }
    }

    @Test
    void afterACheckpointNothingOfAnUpgradeAndItsUndoIsLeftInMemory() {
        try (var node = Node.in(original())) {
            var probe = node.installProbe();
            node.add(probe, 1);
            upgrade(node, probe);
            var state = node.replica().state();
            var written = StateFormat.images(state.subnet());
            node.manage("decant_undo", probe);
            var later = node.replica().state();
            node.replica().close();
            try (var store = Store.open(directory.resolve("other"))) {
                var durable = store.write(StateRecords.encode(state));
                var rebased = StateRecords.rebase(later, written, durable);

                assertThat(StateRecords.deltaPages(later.subnet(), probe)).isPositive();
                assertThat(StateRecords.deltaPages(rebased.subnet(), probe)).isZero();
                assertThat(StateRecords.stateHash(rebased)).isEqualTo(StateRecords.stateHash(later));
            }
        }
    }

    @Test
    void restorePointsOfCanistersThatDoNothingAreGivenUpWhenTheyAreOld() {
        try (var node = Node.in(original())) {
            var gone = node.installProbe();
            delete(node, gone);
            var other = node.installProbe();
            node.clock.advance(Duration.ofDays(29));
            node.add(other, 1);
            assertThat(node.replica().state().subnet().chronicles()).containsKey(gone);
            node.clock.advance(Duration.ofDays(2));
            node.add(other, 1);
            assertThat(node.replica().state().subnet().chronicles()).doesNotContainKey(gone);
        }
    }
}
