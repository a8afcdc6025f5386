package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.Script.Hook;
import decant.canister.state.StateFormat;
import decant.canister.state.TaskKind;
import decant.store.Checkpoint;
import decant.store.PageMap;
import decant.store.Store;
import decant.wasm.WasmThreads;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An instance that nobody uses gives its memory back, and is there again when somebody does.
final class HibernationTest {
    private static final byte[] MUCH = filled(50);

    @TempDir
    private Path directory;

    @Test
    void whatNobodyUsedBetweenTwoLooksHibernates() {
        try (var kit = new CanisterKit()) {
            var idle = kit.puppet();
            var busy = kit.puppet();
            var asked = kit.puppet();
            asked.ask(script().reply());
            assertThat(kit.instances().tally()).isEqualTo(new Instances.Tally(4, 1, 0, 1));

            assertThat(kit.instances().hibernate()).as("all were just used").isZero();
            busy.run(script().setValue("busy").reply());
            asked.ask(script().reply());
            assertThat(kit.instances().hibernate())
                    .as("the one of idle, and the one for messages of asked")
                    .isEqualTo(2);
            assertThat(kit.instances().hibernate()).isEqualTo(2);
            assertThat(kit.instances().hibernate()).isZero();
            assertThat(kit.instances().tally().resident()).isZero();

            busy.ask(script().appendValue().reply()).expectReply("busy");
            idle.run(script().reply());
            assertThat(kit.instances().tally().resident()).isEqualTo(2);
            assertThat(kit.instances().tally().woken()).isEqualTo(3);
            assertThat(kit.instances().tally().hibernated()).isEqualTo(4);
        }
    }

    @Test
    void wakingCopiesWhatIsInMemoryAndMapsWhatIsInFiles() {
        try (var kit = new CanisterKit();
                var store = Store.open(directory)) {
            var canister = kit.puppet();
            canister.run(script().setValue("kept").append(MUCH).reply());
            long pages = canister.state().code().orElseThrow().heap().pages().deltaPages();
            assertThat(copiedByWaking(kit, canister)).isEqualTo(pages).isGreaterThan(50);

            checkpoint(kit, store);
            assertThat(canister.state().code().orElseThrow().heap().pages().deltaPages())
                    .isZero();
            assertThat(copiedByWaking(kit, canister))
                    .as("the page of the value: the others are in one run")
                    .isEqualTo(1);

            canister.run(script().setValue("kept").reply());
            assertThat(copiedByWaking(kit, canister))
                    .as("and two pages written since: that of the value again, and that of the script")
                    .isEqualTo(3);
        }
    }

    private static byte[] filled(int pages) {
        var bytes = new byte[pages * PageMap.PAGE_BYTES];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }

    /// {@return how many pages were copied to answer a query with no instance there}
    private static long copiedByWaking(CanisterKit kit, Canister canister) {
        kit.instances().close();
        long before = kit.instances().tally().pagesCopied();
        canister.ask(script().appendValue().reply()).expectReply("kept");
        return kit.instances().tally().pagesCopied() - before;
    }

    private static void checkpoint(CanisterKit kit, Store store) {
        var state = kit.subnet();
        var written = StateFormat.images(state);
        var durable = store.write(new Checkpoint(1, StateFormat.records(state), written));
        kit.subnet(StateFormat.withImages(state, (name, image) -> image.rebase(written.get(name), durable.get(name))));
    }

    @Test
    void aHeapThatIsFarFromTheOneInMemoryIsMappedAndNotCopied() {
        try (var kit = new CanisterKit();
                var store = Store.open(directory)) {
            var canister = kit.puppet();
            var much = script().append(filled(5_000));
            canister.run(script().setValue("kept").set(Hook.TIMER, much).reply());
            checkpoint(kit, store);
            var large = kit.subnet();
            canister.deploy(new Mode.Reinstall(), WasmFiles.wasm("puppet"), script())
                    .expectInstalled();
            checkpoint(kit, store);

            kit.subnet(large);
            long before = kit.instances().tally().pagesCopied();
            canister.run(script().appendValue().reply()).expectReply("kept");
            assertThat(kit.instances().tally().pagesCopied() - before).isLessThan(3);
        }
    }

    @Test
    void aCheckpointCostsAnInstanceNothing() {
        try (var kit = new CanisterKit();
                var store = Store.open(directory)) {
            var canister = kit.puppet();
            canister.run(script().setValue("kept").append(filled(50)).reply());
            long before = kit.instances().tally().pagesCopied();
            checkpoint(kit, store);
            canister.run(script().appendValue().reply()).expectReply("kept");
            assertThat(kit.instances().tally().pagesCopied()).isEqualTo(before);
            assertThat(kit.instances().tally().woken()).isZero();
        }
    }

    @Test
    void timersAndHeartbeatsWake() {
        try (var kit = new CanisterKit()) {
            var canister = kit.puppet();
            canister.run(script().set(Hook.TIMER, script().setValue("timer"))
                    .set(Hook.HEARTBEAT, script().setValue("heartbeat"))
                    .reply());
            sleep(kit);
            canister.task(TaskKind.GLOBAL_TIMER);
            sleep(kit);
            canister.ask(script().appendValue().reply()).expectReply("timer");
            sleep(kit);
            canister.task(TaskKind.HEARTBEAT);
            sleep(kit);
            canister.ask(script().appendValue().reply()).expectReply("heartbeat");
        }
    }

    /// Lets everything hibernate that is not in use.
    static int sleep(CanisterKit kit) {
        return kit.instances().hibernate() + kit.instances().hibernate();
    }

    @Test
    void anInstanceInUseIsNeverClosed() throws Exception {
        try (var kit = new CanisterKit();
                var threads = Executors.newFixedThreadPool(2, WasmThreads.factory("query"))) {
            var canister = kit.puppet();
            canister.run(script().setValue("kept").append(MUCH).reply());
            var subnet = kit.subnet();
            var queries = new ArrayList<Future<?>>();
            for (int i = 0; i < 300; i++) {
                queries.add(threads.submit(() -> canister.askOn(
                                subnet, script().append(MUCH).appendValue().reply())
                        .expectReply(new String(MUCH, StandardCharsets.UTF_8) + "kept")));
                canister.run(script().growHeap(1).append(MUCH).reply());
                kit.instances().hibernate();
            }
            while (!queries.stream().allMatch(Future::isDone)) {
                kit.instances().hibernate();
            }
            for (Future<?> query : queries) {
                query.get();
            }
            sleep(kit);
            assertThat(kit.instances().tally().resident()).isZero();
            assertThat(kit.instances().tally().hibernated()).isGreaterThan(1);
        }
    }

    @Test
    void thousandsOfCanistersLeaveNothingBehind() {
        try (var kit = new CanisterKit(64)) {
            var first = kit.puppet();
            first.run(script().setValue("first").reply());
            for (int i = 0; i < 2_000; i++) {
                kit.puppet().ask(script().reply());
                assertThat(kit.instances().tally().resident()).isLessThanOrEqualTo(64);
            }
            assertThat(sleep(kit)).isEqualTo(64);
            assertThat(kit.instances().tally().resident()).isZero();
            first.ask(script().appendValue().reply()).expectReply("first");
        }
    }
}
