package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.Env;
import decant.canister.Limits;
import decant.canister.management.Rehearsing.Admission;
import decant.canister.state.SubnetState;
import decant.protocol.Response;
import decant.store.Checkpoint;
import decant.store.DirectoryLock;
import decant.store.PageMap;
import decant.store.Store;
import decant.wasm.WasmThreads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// A node that does not run, opened to look at its state: that of the last durable batch, as the node would find it.
///
/// Nobody else can open the directory meanwhile, and nothing in it is changed, but that the log marks its end. The
/// state's memories are read from its files, so they must not be used after `close`.
public final class StoppedNode implements AutoCloseable {
    private final ReplicaConfig config;
    private final NodeKeys keys;
    private final DirectoryLock lock;
    private final Store store;
    private final Supplier<Optional<Checkpoint>> checkpoint;
    private final State state;

    private StoppedNode(
            ReplicaConfig config,
            NodeKeys keys,
            DirectoryLock lock,
            Store store,
            Supplier<Optional<Checkpoint>> checkpoint,
            State state) {
        this.config = config;
        this.keys = keys;
        this.lock = lock;
        this.store = store;
        this.checkpoint = checkpoint;
        this.state = state;
    }

    /// {@return whether a node has its state there}
    public static boolean isStateDirectory(Path directory) {
        return Files.isDirectory(directory.resolve("store")) && Files.exists(directory.resolve("keys"));
    }

    /// Opens the state directory of a node.
    ///
    /// @throws IllegalStateException if it is none
    /// @throws decant.store.StoreException if the node runs, or a file is damaged
    public static StoppedNode open(Path directory) {
        return open(directory, new TreeSet<>());
    }

    /// Opens what was restored of a backup for one canister. Others have their memories empty.
    public static StoppedNode open(NodeBackup.Part part) {
        return open(part.directory(), part.imagesLeftOut());
    }

    private static StoppedNode open(Path directory, SortedSet<String> imagesLeftOut) {
        if (!isStateDirectory(directory)) {
            throw new IllegalStateException(directory
                    + " is not the state directory of a node: it has no keys and no store; name the folder that was"
                    + " given to the node with --state");
        }
        var config = ReplicaConfig.of(directory);
        var lock = DirectoryLock.acquire(directory);
        try {
            var keys = NodeKeys.open(directory.resolve("keys"));
            var store = Store.open(directory.resolve("store"));
            try {
                Supplier<Optional<Checkpoint>> checkpoint =
                        () -> store.latest().map(found -> completed(found, imagesLeftOut));
                return new StoppedNode(config, keys, lock, store, checkpoint, read(config, keys, checkpoint));
            } catch (RuntimeException | Error e) {
                store.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static Checkpoint completed(Checkpoint found, SortedSet<String> imagesLeftOut) {
        var images = new TreeMap<>(found.images());
        imagesLeftOut.forEach(name -> images.put(name, PageMap.empty()));
        return new Checkpoint(found.height(), found.records(), images);
    }

    /// A node that was stopped left a checkpoint of its last batch, so that there is nothing to replay.
    private static State read(ReplicaConfig config, NodeKeys keys, Supplier<Optional<Checkpoint>> checkpoint) {
        try (var log = log(config)) {
            var latest = checkpoint.get();
            if (latest.isPresent() && log.endsWith(latest.get().height())) {
                return Replica.onBigStack(
                        WasmThreads.factory("decant-recovery"), () -> StateRecords.decode(latest.get()));
            }
            try (var machine = new Machine(keys, Limits.DEFAULT)) {
                return Replica.recovered(config, machine, checkpoint, log).state();
            }
        }
    }

    private static InputLog log(ReplicaConfig config) {
        return InputLog.open(config.stateDirectory().resolve("log"));
    }

    public SubnetState subnet() {
        return state.subnet();
    }

    /// {@return the number of the last durable batch}
    public long height() {
        return state.height();
    }

    /// {@return the hash of everything that the input log determines}
    public Hash stateHash() {
        return StateRecords.stateHash(state);
    }

    /// {@return the answer to `decant_rehearse` with this argument, as the node would give it to its operator now}
    public Response rehearse(byte[] argument) {
        var operator = subnet().charter().operator().orElse(Principal.ANONYMOUS);
        try (var log = log(config);
                var machine = new Machine(keys, Limits.DEFAULT)) {
            var payload = switch (machine.rehearsing().admit(subnet(), operator, argument)) {
                case Admission.Refused(var reason) -> reason;
                case Admission.Admitted(var asked) ->
                    Replica.onBigStack(
                            WasmThreads.factory("decant-rehearsal"),
                            () -> asked.answer(
                                    new RecordedCalls(log),
                                    new PastStates(config, machine, checkpoint, log),
                                    env(),
                                    () -> false));
            };
            return RoundDraft.response(payload);
        }
    }

    private Env env() {
        long timeNanos = Math.max(config.clock().nowNanos(), subnet().timeNanos());
        return new Env(timeNanos, keys.subnetId(), keys.rootKeyDer(), Limits.DEFAULT);
    }

    @Override
    public void close() {
        try (lock) {
            store.close();
        }
    }
}
