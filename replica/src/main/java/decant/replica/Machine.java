package decant.replica;

import decant.canister.Execution;
import decant.canister.Install;
import decant.canister.Instances;
import decant.canister.Limits;
import decant.canister.ModuleCache;
import decant.canister.Replay;
import decant.canister.SnapshotCode;
import decant.canister.management.Management;
import decant.canister.management.Rehearsing;
import decant.canister.rehearsal.Rehearsal;
import decant.canister.rehearsal.RehearsalGate;
import decant.canister.state.Charter;
import decant.canister.system.BuiltIns;
import decant.wasm.CodeCache;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// The state machine: everything that computes, and nothing that waits, writes or asks for the time.
///
/// Its rounds and replays must run on a thread with a big stack.
final class Machine implements AutoCloseable {
    private static final int MODULES_MAX = 1_000;
    private static final int INSTANCES_MAX = 256;

    /// What a copy may write in a rehearsal that somebody asks for: pages are kept in the memory of this process.
    private static final long REHEARSAL_BYTES_MAX =
            Math.max(256L << 20, Runtime.getRuntime().maxMemory() / 4);

    private final NodeKeys keys;
    private final Limits limits;
    private final Instances instances = new Instances(INSTANCES_MAX);
    private final Management management;
    private final BuiltIns builtIns;
    private final Rehearsal rehearsal;
    private final Rehearsing rehearsing;
    private final Execution execution;
    private final Round round;
    private final StateTree stateTree;

    Machine(NodeKeys keys, Limits limits) {
        this(keys, limits, CodeCache.NONE);
    }

    Machine(NodeKeys keys, Limits limits, CodeCache code) {
        this.keys = keys;
        this.limits = limits;
        var modules = new ModuleCache(MODULES_MAX, code);
        var install = new Install(modules, instances).tryingBy(new RehearsalGate(modules));
        management = new Management(
                install, new SnapshotCode(modules), new Replay(modules), Optional.of(new KeyRing(keys.canisterSeed())));
        rehearsal = new Rehearsal(modules);
        rehearsing = new Rehearsing(rehearsal, REHEARSAL_BYTES_MAX);
        builtIns = new BuiltIns(management);
        execution = new Execution(modules, instances, builtIns);
        round = new Round(execution, builtIns, keys.subnetId(), keys.rootKeyDer(), limits);
        stateTree = new StateTree(keys, builtIns);
    }

    NodeKeys keys() {
        return keys;
    }

    Limits limits() {
        return limits;
    }

    Management management() {
        return management;
    }

    BuiltIns builtIns() {
        return builtIns;
    }

    Rehearsal rehearsal() {
        return rehearsal;
    }

    Rehearsing rehearsing() {
        return rehearsing;
    }

    Execution execution() {
        return execution;
    }

    Instances instances() {
        return instances;
    }

    /// A round that was run: what it came to, and how the outside sees it.
    record Step(RoundResult result, Certified certified) {}

    /// {@return the state before the first round}
    Certified genesis(Charter charter) {
        return certified(State.genesis(keys.subnetId(), charter));
    }

    /// {@return the state as the outside sees it}
    Certified certified(State state) {
        return new Certified(state, stateTree.of(state), keys);
    }

    /// Runs one round.
    Step run(Certified before, Batch batch) {
        var result = round.run(before.state(), batch);
        if (result.deletesCanisters()) {
            instances.retainOnly(id -> result.state().subnet().canister(id).isPresent());
        }
        var tree = stateTree.after(before.tree(), before.state(), result);
        return new Step(result, new Certified(result.state(), tree, keys));
    }

    /// Runs the rounds of all logged batches after `from`; `finished` is told each of them.
    ///
    /// @return the last round
    Certified replay(Certified from, InputLog log, Consumer<Certified> finished) {
        return replay(from, log, (_, certified) -> finished.accept(certified));
    }

    /// Runs the rounds of all logged batches after `from`; `finished` is told each of them, with its batch.
    ///
    /// @return the last round
    Certified replay(Certified from, InputLog log, BiConsumer<Batch, Certified> finished) {
        var rerun = new Rerun(from, finished);
        log.forEachAfter(from.state().height(), rerun::run);
        return rerun.last;
    }

    private final class Rerun {
        private final BiConsumer<Batch, Certified> finished;
        private Certified last;

        Rerun(Certified from, BiConsumer<Batch, Certified> finished) {
            this.finished = finished;
            last = from;
        }

        void run(Batch batch) {
            if (!batch.rootBefore().equals(last.rootHash())) {
                throw new IllegalStateException("replaying the input log went another way than the first time: round "
                        + (batch.height() - 1) + " now has the certified root " + last.rootHash() + ", then it had "
                        + batch.rootBefore() + "; open the state directory with the version of Decant that wrote it");
            }
            last = Machine.this.run(last, batch).certified();
            finished.accept(batch, last);
        }
    }

    /// Gives the memories of all instances back.
    @Override
    public void close() {
        instances.close();
    }
}
