package decant.canister.ic0;

/// Is told of every call that guest code makes to the System API: before anything is done, and when all is done.
///
/// It may throw a [decant.wasm.HostTrap], which the guest then runs into. Nodes have no listener; tests have one that
/// interrupts a run wherever it can be interrupted.
public interface HostCallListener {
    HostCallListener NONE = new HostCallListener() {};

    default void before(String name) {}

    default void after(String name) {}
}
