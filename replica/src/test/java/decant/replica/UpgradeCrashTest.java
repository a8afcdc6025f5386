package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.canister.Limits;
import decant.canister.state.Message;
import decant.protocol.Response;
import decant.store.AppendLog;
import decant.store.Store;
import decant.store.WatchedDisk;
import decant.wasm.WasmThreads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is in the files between any two operations of the store, while code is put into a canister, is the state before
/// or the state behind it, entirely; and from either of them the story goes on to the same end.
@DisplayName("C12: an upgrade is cut off between any two operations of the store")
final class UpgradeCrashTest {
    private static final int ROUNDS_PER_CHECKPOINT = 2;

    @TempDir
    private Path directory;

    private final List<Crash> crashes = new ArrayList<>();

    /// The state hash behind each round.
    private final TreeMap<Long, Hash> hashes = new TreeMap<>();

    private long operations;

    /// A copy of the files as they were before an operation.
    ///
    /// @param height the last round whose batch was in the log for certain
    private record Crash(long operation, long height, Path files) {}

    @Test
    void everyThirteenthMomentLeavesTheOldOrTheNewState() throws Exception {
        sweep(13);
    }

    @Test
    @Tag("slow")
    void everyMomentLeavesTheOldOrTheNewState() throws Exception {
        sweep(1);
    }

    private void sweep(int every) throws Exception {
        var canister = new Life(every).live();
        int old = 0;
        for (var crash : crashes) {
            try (var node = Node.in(crash.files())) {
                long height = node.replica().status().height();
                assertThat(height).isBetween(crash.height(), crash.height() + 1);
                assertThat(node.replica().stateHash())
                        .as("state of round " + height + " after a crash before operation " + crash.operation())
                        .isEqualTo(hashes.get(height));
                old += height == crash.height() ? 1 : 0;
                goOn(node, canister, height);
            }
            Directories.delete(crash.files());
        }
        System.out.printf(
                "UpgradeCrashTest: operations of the store %d, crashes %d; the old state %d times, the new one %d%n",
                operations, crashes.size(), old, crashes.size() - old);
    }

    /// Lives the rest of the story: call number n is executed in round n + 2, behind the creation.
    private static void goOn(Node node, Principal canister, long height) {
        var calls = new ArrayList<>(List.of(UpgradeStory.creation()));
        calls.addAll(UpgradeStory.of(canister));
        for (var call : calls.subList((int) height, calls.size())) {
            var response = node.call(Node.ALICE, canister, call.receiver(), call.method(), call.argument());
            assertThat(response instanceof Response.Rejected).as(call.method()).isEqualTo(call.fails());
        }
        var count = node.query(canister, "count", Candid.encode(List.of()));
        assertThat(Candid.decode(Node.reply(count), Quota.DEFAULT).getFirst().toLong())
                .isEqualTo(UpgradeStory.MEMBERS);
    }

    /// The story, lived as the writer and the checkpoints of a replica live it, but one after the other.
    private final class Life {
        private final int every;
        private final Path files = directory.resolve("files");
        private long appended;

        Life(int every) {
            this.every = every;
        }

        /// {@return the canister that the story is about}
        Principal live() throws Exception {
            var config = ReplicaConfig.of(Files.createDirectories(files)).withEntropy(new SeededEntropy(1));
            var keys = NodeKeys.openOrCreate(files.resolve("keys"), config.entropy());
            var genesis = State.genesis(keys.subnetId(), Replica.charter(config));
            var disk = new WatchedDisk(this::beforeOperation);
            try (var store = disk.openStore(files.resolve("store"));
                    var log = disk.openLog(files.resolve("log"));
                    var machine = new Machine(keys, Limits.DEFAULT);
                    var thread = Executors.newSingleThreadExecutor(WasmThreads.factory("life"))) {
                return thread.submit(() -> live(store, log, machine, genesis)).get();
            }
        }

        private Principal live(Store store, AppendLog log, Machine machine, State genesis) {
            hashes.put(0L, StateRecords.stateHash(genesis));
            store.write(StateRecords.encode(genesis));
            var latest = round(log, machine, machine.certified(genesis), UpgradeStory.creation());
            var canister = latest.state().subnet().canisters().firstKey();
            for (var call : UpgradeStory.of(canister)) {
                latest = round(log, machine, latest, call);
                if (latest.state().height() % ROUNDS_PER_CHECKPOINT == 0) {
                    var checkpoint = StateRecords.encode(latest.state());
                    var durable = store.write(checkpoint);
                    log.truncateBefore(checkpoint.height() + 1);
                    latest = latest.withSameState(StateRecords.rebase(latest.state(), checkpoint.images(), durable));
                }
            }
            return canister;
        }

        private Certified round(AppendLog log, Machine machine, Certified before, UpgradeStory.Call call) {
            long height = before.state().height() + 1;
            long timeNanos = HandClock.standingStill().nowNanos() + height;
            var ingress = new Message.Ingress(
                    Hash.sha256(new byte[] {(byte) height}),
                    Node.ALICE.principal(),
                    Optional.empty(),
                    call.receiver(),
                    call.method(),
                    call.argument(),
                    timeNanos + 240_000_000_000L);
            var batch =
                    new Batch(height, timeNanos, new byte[Batch.ENTROPY_BYTES], before.rootHash(), List.of(ingress));
            log.append(List.of(BatchFormat.encode(batch)));
            appended = height;
            var after = machine.run(before, batch).certified();
            hashes.put(height, StateRecords.stateHash(after.state()));
            return after;
        }

        private void beforeOperation() {
            if (operations % every == 0) {
                var copy = directory.resolve("crash" + operations);
                Directories.copy(files, copy);
                crashes.add(new Crash(operations, appended, copy));
            }
            operations++;
        }
    }
}
