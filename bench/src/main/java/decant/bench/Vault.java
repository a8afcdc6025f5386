package decant.bench;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Execution;
import decant.canister.Install;
import decant.canister.Instances;
import decant.canister.Limits;
import decant.canister.ModuleCache;
import decant.canister.Replay;
import decant.canister.SnapshotCode;
import decant.canister.management.Management;
import decant.canister.management.ManagementCall;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Charter;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.Code;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.InstallReport;
import decant.canister.state.MemoryImage;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.SnapshotId;
import decant.canister.state.StateFormat;
import decant.canister.state.SubnetState;
import decant.canister.state.UpgradePolicy;
import decant.canister.system.BuiltIns;
import decant.store.Checkpoint;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.store.Store;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A subnet with one canister, the vault of `examples/`, and the store that its checkpoints are in.
///
/// States are values: the methods take one and return the next. To be used on a thread with a big stack.
final class Vault implements AutoCloseable {
    private static final Principal OWNER = Principal.of(new byte[] {7});
    private static final long INDEX_MAGIC = 0x010000544C554156L;
    private static final int INDEX_ENTRIES_AT = 16;
    private static final int INDEX_ENTRY_BYTES = 16;
    private static final long WASM_PAGE_BYTES = 65_536;

    /// How many pages are written between two checkpoints while the canister is filled.
    private static final long PAGES_AT_ONCE = 32_768;

    /// How many entries the index has that the hooks carry over an upgrade, whatever the size of the rest.
    static final int ENTRIES = 50;

    private final ModuleCache modules = new ModuleCache(16);
    private final Instances instances = new Instances(8);
    private final Management management =
            new Management(new Install(modules, instances), new SnapshotCode(modules), new Replay(modules));
    private final BuiltIns builtIns = new BuiltIns(management);
    private final Execution execution = new Execution(modules, instances, builtIns);
    private final Store store;
    private long height;

    Vault(Path directory) {
        store = Store.open(directory);
        height = store.latest().map(Checkpoint::height).orElse(0L);
    }

    Instances instances() {
        return instances;
    }

    // States.

    /// {@return a subnet in which the vault is installed, with an index that its hooks know}
    SubnetState installed(byte[] module) {
        var empty = SubnetState.create(Hash.sha256(), 1_700_000_000_000_000_000L)
                .withCharter(new Charter(UpgradePolicy.CHECKED, Optional.empty(), false, CostSchedule.FREE));
        var created = managed(empty, "provisional_create_canister_with_cycles", Value.record());
        var installed = installed(created, Value.variant("install"), module, Limits.DEFAULT);
        var indexed = withCode(installed, code -> {
            var index = new PageDelta();
            index.put(0, index());
            return code.withMemory(
                    code.globals(), code.heap(), new MemoryImage(PageMap.empty().with(index), WASM_PAGE_BYTES));
        });
        var skip = Value.some(Value.record().with("skip_pre_upgrade", Value.some(Value.bool(true))));
        return installed(indexed, Value.variant("upgrade", skip), module, Limits.DEFAULT);
    }

    private static byte[] index() {
        var page = ByteBuffer.allocate(PageMap.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        page.putLong(0, INDEX_MAGIC).putLong(Long.BYTES, ENTRIES);
        for (int i = 0; i < ENTRIES; i++) {
            int at = INDEX_ENTRIES_AT + i * INDEX_ENTRY_BYTES;
            page.putLong(at, i % 2).putLong(at + Long.BYTES, i * 31L);
        }
        return page.array();
    }

    /// {@return the state with a heap of so many bytes in which pages are written that the vault knows nothing of}
    SubnetState withHeap(SubnetState state, long bytes) {
        long first = code(state).heap().bytes() / PageMap.PAGE_BYTES;
        var sized = withCode(
                state,
                code -> code.withMemory(
                        code.globals(), new MemoryImage(code.heap().pages(), bytes), code.stable()));
        return written(sized, first, bytes / PageMap.PAGE_BYTES, 1, (code, delta) -> {
            var heap = new MemoryImage(code.heap().pages().with(delta), bytes);
            return code.withMemory(code.globals(), heap, code.stable());
        });
    }

    /// {@return the state with a stable memory of so many bytes, in which every page is written, or one of so many}
    SubnetState withStable(SubnetState state, long bytes, long oneOf) {
        var sized = withCode(
                state,
                code -> code.withMemory(
                        code.globals(),
                        code.heap(),
                        new MemoryImage(code.stable().pages(), bytes)));
        return written(sized, 1, bytes / PageMap.PAGE_BYTES, oneOf, (code, delta) -> {
            var stable = new MemoryImage(code.stable().pages().with(delta), bytes);
            return code.withMemory(code.globals(), code.heap(), stable);
        });
    }

    /// {@return the state with so many bytes of the heap, unknown to the vault, written anew and in no file}
    SubnetState rewritten(SubnetState state, long bytes) {
        return withCode(state, code -> {
            var delta = new PageDelta();
            long end = code.heap().bytes() / PageMap.PAGE_BYTES;
            for (long page = end - bytes / PageMap.PAGE_BYTES; page < end; page++) {
                delta.put(page, content(-page));
            }
            var heap =
                    new MemoryImage(code.heap().pages().with(delta), code.heap().bytes());
            return code.withMemory(code.globals(), heap, code.stable());
        });
    }

    private interface Write {
        Code apply(Code code, PageDelta delta);
    }

    private interface Change {
        Code apply(Code code);
    }

    private SubnetState written(SubnetState state, long first, long end, long step, Write write) {
        var next = state;
        for (long from = first; from < end; from += PAGES_AT_ONCE * step) {
            var delta = new PageDelta();
            for (long page = from; page < Math.min(end, from + PAGES_AT_ONCE * step); page += step) {
                delta.put(page, content(page));
            }
            next = checkpointed(withCode(next, code -> write.apply(code, delta)));
        }
        return next;
    }

    /// {@return bytes that are those of no other page}
    private static byte[] content(long page) {
        var bytes = ByteBuffer.allocate(PageMap.PAGE_BYTES);
        for (long i = 1; bytes.hasRemaining(); i++) {
            bytes.putLong((page + 1) * 0x9E37_79B9_7F4A_7C15L * i);
        }
        return bytes.array();
    }

    private static SubnetState withCode(SubnetState state, Change change) {
        var code = change.apply(code(state));
        return state.with(canister(state).with(draft -> draft.code = Optional.of(code)));
    }

    static CanisterState canister(SubnetState state) {
        return state.canisters().values().iterator().next();
    }

    static Code code(SubnetState state) {
        return canister(state).code().orElseThrow();
    }

    /// {@return the same state, all of it in files}
    SubnetState checkpointed(SubnetState state) {
        var written = StateFormat.images(state);
        var durable = store.write(new Checkpoint(++height, StateFormat.records(state), written));
        return StateFormat.withImages(state, (name, image) -> image.rebase(written.get(name), durable.get(name)));
    }

    /// {@return the state that the latest checkpoint holds}
    SubnetState latest() {
        var checkpoint = store.latest().orElseThrow();
        return StateFormat.read(checkpoint.records(), checkpoint.images());
    }

    // Calls.

    /// {@return what an update call that changes nothing of the vault comes to: it was woken if need be, and ran}
    SubnetState touched(SubnetState state, int entries) {
        return touched(execution, state, entries);
    }

    /// {@return what the same message comes to on a copy of the vault that has instances of its own, which end with it}
    SubnetState touchedApart(SubnetState state, int entries) {
        try (var apart = new Instances(2)) {
            return touched(new Execution(modules, apart, builtIns), state, entries);
        }
    }

    private static SubnetState touched(Execution execution, SubnetState state, int entries) {
        var fillNothing = new byte[] {'D', 'I', 'D', 'L', 0, 1, 0x78, 0, 0, 0, 0, 0, 0, 0, 0};
        var canister = canister(state);
        var message = new Message.Ingress(
                Hash.sha256(), OWNER, Optional.empty(), canister.id(), "fill", fillNothing, Long.MAX_VALUE);
        var outcome = execution.execute(canister, message, env(state, Limits.DEFAULT));
        byte[] reply = reply(outcome.answers());
        long count = ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN).getLong(reply.length - Long.BYTES);
        if (count != entries) {
            throw new IllegalStateException("the vault has an index of " + count + " entries, expected " + entries);
        }
        return state.with(outcome.next());
    }

    /// {@return the state after a request to put code into the vault, whether that succeeded or not}
    SubnetState installed(SubnetState state, Value mode, byte[] module, Limits limits) {
        var argument = Value.record()
                .with("mode", mode)
                .with("canister_id", Value.principal(canister(state).id()))
                .with("wasm_module", Value.blob(module))
                .with("arg", Value.blob(new byte[] {'D', 'I', 'D', 'L', 0, 0}));
        return management
                .execute(state, call("install_code", argument), env(state, limits))
                .next();
    }

    SubnetState undone(SubnetState state) {
        var argument = Value.record()
                .with("canister_id", Value.principal(canister(state).id()));
        return managed(state, "decant_undo", argument);
    }

    SubnetState withSnapshot(SubnetState state) {
        var argument = Value.record()
                .with("canister_id", Value.principal(canister(state).id()));
        return managed(state, "take_canister_snapshot", argument);
    }

    /// {@return the state with its vault as it was when the snapshot with this number was taken}
    SubnetState restored(SubnetState state, long snapshot) {
        var id = canister(state).id();
        var argument = Value.record()
                .with("canister_id", Value.principal(id))
                .with("snapshot_id", Value.blob(new SnapshotId(id, snapshot).bytes()));
        return managed(state, "load_canister_snapshot", argument);
    }

    /// {@return the report of the last request to put code into the vault}
    static InstallReport report(SubnetState state) {
        var entry = state.chronicle(canister(state).id()).entries().getLast();
        if (entry.event() instanceof Event.Installation(var report)) {
            return report;
        }
        throw new IllegalStateException("the last thing done to the vault was " + entry);
    }

    private SubnetState managed(SubnetState state, String method, Value argument) {
        var outcome = management.execute(state, call(method, argument), env(state, Limits.DEFAULT));
        reply(outcome.answers());
        return outcome.next();
    }

    private static ManagementCall call(String method, Value argument) {
        var origin = new CallOrigin.FromUser(Hash.sha256(), OWNER, Optional.empty());
        return new ManagementCall(origin, method, Candid.encode(List.of(argument)), Cycles.ZERO);
    }

    private static Env env(SubnetState state, Limits limits) {
        return new Env(state.timeNanos(), Principal.of(new byte[] {9}), new byte[] {1}, limits);
    }

    private static byte[] reply(List<Answer> answers) {
        if (answers.getFirst().payload() instanceof Payload.Reply(var data)) {
            return data;
        }
        throw new IllegalStateException("a call was answered " + answers.getFirst());
    }

    @Override
    public void close() {
        instances.close();
        store.close();
    }
}
