package decant.replica;

import decant.canister.Limits;
import decant.canister.state.SubnetState;
import decant.store.DirectoryLock;
import decant.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;

/// A node that does not run, opened to look at its state: that of the last durable batch, as the node would find it.
///
/// Nobody else can open the directory meanwhile, and nothing in it is changed. The state's memories are read from its
/// files, so they must not be used after `close`.
public final class StoppedNode implements AutoCloseable {
    private final DirectoryLock lock;
    private final Store store;
    private final SubnetState subnet;

    private StoppedNode(DirectoryLock lock, Store store, SubnetState subnet) {
        this.lock = lock;
        this.store = store;
        this.subnet = subnet;
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
        if (!isStateDirectory(directory)) {
            throw new IllegalStateException(directory
                    + " is not the state directory of a node: it has no keys and no store; name the folder that was"
                    + " given to the node with --state");
        }
        var lock = DirectoryLock.acquire(directory);
        try {
            var store = Store.open(directory.resolve("store"));
            try {
                return new StoppedNode(lock, store, read(directory, store));
            } catch (RuntimeException | Error e) {
                store.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static SubnetState read(Path directory, Store store) {
        var config = ReplicaConfig.of(directory);
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), config.entropy());
        try (var log = InputLog.open(directory.resolve("log"));
                var machine = new Machine(keys, Limits.DEFAULT)) {
            return Replica.recovered(config, machine, store, log).state().subnet();
        }
    }

    public SubnetState subnet() {
        return subnet;
    }

    @Override
    public void close() {
        try (lock) {
            store.close();
        }
    }
}
