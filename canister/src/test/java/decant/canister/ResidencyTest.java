package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Call;
import decant.canister.state.StateFormat;
import decant.wasm.WasmThreads;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// It never shows which instances are in memory and which are woken.
final class ResidencyTest {
    @Test
    void aTrapRestoresGlobalsHeapAndStableMemory() {
        try (var kit = new CanisterKit()) {
            var canister = kit.install("counter");
            canister.call("inc", new byte[0]).expectReply("");
            var before = canister.stateHashWithoutLog();

            canister.call("spoil", new byte[0]);

            assertThat(canister.stateHashWithoutLog()).isEqualTo(before);
            canister.call("inc", new byte[0]).expectReply("");
            assertThat(canister.query("get", new byte[0], Optional.empty()).numbers())
                    .containsExactly(102L, 202L, 2L);
        }
    }

    @Test
    void aDroppedSegmentIsBackInTheNextMessage() {
        try (var kit = new CanisterKit()) {
            var canister = kit.install("counter");
            var first = canister.call("drop", new byte[0]).reply();
            assertThat(first).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
            assertThat(canister.call("drop", new byte[0]).reply()).isEqualTo(first);
        }
    }

    @Test
    void aModuleMayImportItsMemory() {
        try (var kit = new CanisterKit()) {
            var canister = kit.install("imports");
            canister.call("inc", new byte[0]).expectReply("");
            canister.call("inc", new byte[0]).expectReply("");
            assertThat(canister.query("get", new byte[0], Optional.empty()).numbers())
                    .containsExactly(2L);
            kit.instances().close();
            assertThat(canister.query("get", new byte[0], Optional.empty()).numbers())
                    .containsExactly(2L);
        }
    }

    @Test
    void queriesRunBesideMessagesAndSeeWholeStates() throws Exception {
        try (var kit = new CanisterKit();
                var threads = Executors.newFixedThreadPool(3, WasmThreads.factory("query"))) {
            var canister = kit.puppet();
            canister.run(script().setValue("0 0").reply());
            var queries = new ArrayList<Future<?>>();
            for (int i = 1; i <= 200; i++) {
                var subnet = kit.subnet();
                queries.add(threads.submit(() -> {
                    var seen = new String(
                            canister.askOn(subnet, script().appendValue().reply())
                                    .reply(),
                            StandardCharsets.UTF_8);
                    var own = canister.askOn(subnet, script().appendValue().reply());
                    own.expectReply(seen);
                    assertThat(seen.substring(0, seen.indexOf(' '))).isEqualTo(seen.substring(seen.indexOf(' ') + 1));
                }));
                canister.run(script().setValue(i + " " + i).reply());
            }
            for (Future<?> query : queries) {
                query.get();
            }
        }
    }

    @Test
    void canistersWorkWithFewerInstancesThanThereAreCanisters() {
        try (var kit = new CanisterKit(2)) {
            var canisters = new ArrayList<Canister>();
            for (int i = 0; i < 5; i++) {
                canisters.add(kit.puppet());
            }
            for (int round = 0; round < 3; round++) {
                for (Canister canister : canisters) {
                    canister.run(script().setValue(canister.id() + " " + round).reply());
                }
                for (Canister canister : canisters) {
                    canister.ask(script().appendValue().reply()).expectReply(canister.id() + " " + round);
                }
            }
        }
    }

    @Test
    void twoSubnetsThatDoTheSameAreEqual() {
        assertThat(story(8, _ -> {})).isEqualTo(story(8, _ -> {}));
    }

    @Test
    void whichInstancesAreResidentDoesNotShow() {
        assertThat(story(2, _ -> {})).isEqualTo(story(8, _ -> {}));
    }

    @Test
    void whetherInstancesSleptDoesNotShow() {
        assertThat(story(8, HibernationTest::sleep)).isEqualTo(story(8, _ -> {}));
    }

    @Test
    void aStateReadBackFromItsBytesGoesOnTheSame() {
        assertThat(story(8, ResidencyTest::readBack)).isEqualTo(story(8, _ -> {}));
    }

    @Test
    void howMuchTheFirstMessageWritesDoesNotShowWhetherTheInstanceStayed() {
        assertThat(afterFirstMessage(HibernationTest::sleep)).isEqualTo(afterFirstMessage(_ -> {}));
    }

    private static Hash afterFirstMessage(Consumer<CanisterKit> before) {
        try (var kit = new CanisterKit()) {
            var canister = kit.install("counter");
            before.accept(kit);
            canister.call("inc", new byte[0]).expectReply("");
            return canister.stateHash();
        }
    }

    private static void readBack(CanisterKit kit) {
        var state = kit.subnet();
        kit.subnet(StateFormat.read(StateFormat.records(state), StateFormat.images(state)));
    }

    /// {@return the state's hash after each step of a story with calls, traps, upgrades and queries}
    private static List<Hash> story(int instances, Consumer<CanisterKit> between) {
        var hashes = new ArrayList<Hash>();
        try (var kit = new CanisterKit(instances)) {
            var a = kit.puppet();
            var b = kit.install(WasmFiles.withPersistence(WasmFiles.wasm("puppet")), script());
            for (int i = 0; i < 6; i++) {
                a.run(script().setValue("a" + i)
                        .growHeap(1)
                        .call(Call.of(
                                        b.id(),
                                        "run",
                                        script().setValue("b" + i).accept(7).reply())
                                .withCycles(10)
                                .onReply(i % 2 == 0 ? script().reply() : script().trap("odd"))
                                .onCleanup(script().stableGrow(1))));
                b.ask(script().appendValue().reply());
                b.upgradeKeeping(WasmFiles.withPersistence(WasmFiles.wasm("puppet")), script().print("again"))
                        .expectInstalled();
                a.run(script().unreachable());
                between.accept(kit);
                hashes.add(StateFormat.stateHash(kit.subnet()));
            }
        }
        return hashes;
    }
}
