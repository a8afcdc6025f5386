package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import decant.store.PageMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.pcollections.AmortizedPQueue;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/// The bytes of a canister's record: its components in their order, see `RecordWriter` for the primitives.
///
/// The module and the chunks of the chunk store are named by their hashes, and of a memory only the size is there
/// and how much was written: the rest has records and images of its own.
final class CanisterFormat {
    private static final int VERSION = 4;

    /// Where a canister's parts are that have records and images of their own.
    record Parts(
            Function<Hash, ModuleBinary> module,
            Function<Hash, byte[]> chunk,
            Supplier<PageMap> heap,
            Supplier<PageMap> stable) {}

    private CanisterFormat() {}

    static byte[] encode(CanisterState canister) {
        var out = new RecordWriter();
        out.number(VERSION);
        out.optional(canister.name(), out::text);
        writeStatus(out, canister.status());
        writeSettings(out, canister.settings());
        out.number(canister.version());
        out.cycles(canister.cycles());
        out.cycles(canister.reservedCycles());
        writeAccount(out, canister.account());
        out.optional(canister.code(), code -> writeCode(out, code));
        out.bytes(canister.certifiedData());
        out.number(canister.globalTimerNanos());
        out.constant(canister.lowMemoryHook());
        writeCalls(out, canister.calls());
        out.list(canister.inputQueue(), message -> MessageFormat.write(out, message));
        writeHistory(out, canister.history());
        writeLog(out, canister.log());
        out.list(canister.chunkStore().keySet(), out::hash);
        writeQueryStats(out, canister.queryStats());
        out.number(canister.createdNanos());
        out.optional(canister.lastInstalledNanos());
        return out.record();
    }

    static CanisterState decode(Principal id, RecordReader in, Parts parts) {
        in.version(VERSION);
        var canister = new CanisterState(
                id,
                in.optional(in::text),
                readStatus(in),
                readSettings(in),
                in.number(),
                in.cycles(),
                in.cycles(),
                readAccount(in),
                in.optional(() -> readCode(in, parts)),
                in.bytes(),
                in.number(),
                in.constant(LowMemoryHook.class),
                readCalls(in),
                AmortizedPQueue.<Message>empty().plusAll(in.list(() -> MessageFormat.read(in))),
                readHistory(in),
                readLog(in),
                readChunks(in, parts),
                readQueryStats(in),
                in.number(),
                in.optionalNumber());
        in.end();
        return canister;
    }

    private static void writeAccount(RecordWriter out, Account account) {
        out.number(account.chargedNanos());
        out.flag(account.suspended());
        out.list(account.consumed().entrySet(), entry -> {
            out.constant(entry.getKey());
            out.cycles(entry.getValue());
        });
    }

    private static Account readAccount(RecordReader in) {
        var account = new Account(in.number(), in.flag(), TreePMap.empty());
        for (var entry : in.list(() -> Map.entry(in.constant(CyclesUse.class), in.cycles()))) {
            account = account.plus(entry.getKey(), entry.getValue());
        }
        return account;
    }

    private static void writeStatus(RecordWriter out, CanisterStatus status) {
        switch (status) {
            case CanisterStatus.Running _ -> out.number(0);
            case CanisterStatus.Stopping(var waiting) -> {
                out.number(1);
                out.list(waiting, call -> {
                    MessageFormat.writeOrigin(out, call.origin());
                    out.cycles(call.refund());
                    out.number(call.deadlineNanos());
                });
            }
            case CanisterStatus.Stopped _ -> out.number(2);
        }
    }

    private static CanisterStatus readStatus(RecordReader in) {
        long kind = in.number();
        if (kind == 0) {
            return new CanisterStatus.Running();
        }
        if (kind == 1) {
            return new CanisterStatus.Stopping(TreePVector.from(in.list(
                    () -> new CanisterStatus.StopCall(MessageFormat.readOrigin(in), in.cycles(), in.number()))));
        }
        if (kind == 2) {
            return new CanisterStatus.Stopped();
        }
        throw in.malformed("the status " + kind);
    }

    private static void writeSettings(RecordWriter out, Settings settings) {
        out.list(settings.controllers(), out::principal);
        out.number(settings.computeAllocationPercent());
        out.number(settings.memoryAllocationBytes());
        out.number(settings.freezingThresholdSeconds());
        out.cycles(settings.reservedCyclesLimit());
        out.cycles(settings.minimumIncomingCallCycles());
        writeVisibility(out, settings.logVisibility());
        writeVisibility(out, settings.snapshotVisibility());
        writeVisibility(out, settings.statusVisibility());
        out.number(settings.wasmMemoryLimitBytes());
        out.number(settings.wasmMemoryThresholdBytes());
        out.list(settings.environmentVariables().entrySet(), variable -> {
            out.text(variable.getKey());
            out.text(variable.getValue());
        });
        out.number(settings.logMemoryLimitBytes());
        out.constant(settings.upgradePolicy());
    }

    private static Settings readSettings(RecordReader in) {
        return new Settings(
                TreePSet.from(in.list(in::principal)),
                in.count(),
                in.number(),
                in.number(),
                in.cycles(),
                in.cycles(),
                readVisibility(in),
                readVisibility(in),
                readVisibility(in),
                in.number(),
                in.number(),
                readVariables(in),
                in.number(),
                in.constant(UpgradePolicy.class));
    }

    private static PSortedMap<String, String> readVariables(RecordReader in) {
        PSortedMap<String, String> variables = TreePMap.empty(Settings.BY_CODE_POINTS);
        for (var variable : in.list(() -> Map.entry(in.text(), in.text()))) {
            variables = variables.plus(variable.getKey(), variable.getValue());
        }
        return variables;
    }

    private static void writeVisibility(RecordWriter out, Visibility visibility) {
        switch (visibility) {
            case Visibility.Controllers _ -> out.number(0);
            case Visibility.Public _ -> out.number(1);
            case Visibility.AllowedViewers(var viewers) -> {
                out.number(2);
                out.list(viewers, out::principal);
            }
        }
    }

    private static Visibility readVisibility(RecordReader in) {
        long kind = in.number();
        if (kind == 0) {
            return new Visibility.Controllers();
        }
        if (kind == 1) {
            return new Visibility.Public();
        }
        if (kind == 2) {
            return new Visibility.AllowedViewers(TreePVector.from(in.list(in::principal)));
        }
        throw in.malformed("the visibility " + kind);
    }

    static void writeCode(RecordWriter out, Code code) {
        out.hash(code.module().hash());
        out.number(code.globals().length);
        for (long global : code.globals()) {
            out.number(global);
        }
        writeMemory(out, code.heap());
        writeMemory(out, code.stable());
    }

    private static void writeMemory(RecordWriter out, MemoryImage memory) {
        out.number(memory.bytes());
        out.number(memory.pagesWritten());
    }

    private static MemoryImage readMemory(RecordReader in, Supplier<PageMap> pages) {
        return new MemoryImage(pages.get(), in.number(), in.number());
    }

    static Code readCode(RecordReader in, Parts parts) {
        var module = parts.module().apply(in.hash());
        var globals = new long[in.count()];
        for (int i = 0; i < globals.length; i++) {
            globals[i] = in.number();
        }
        return new Code(module, globals, readMemory(in, parts.heap()), readMemory(in, parts.stable()));
    }

    private static void writeCalls(RecordWriter out, Calls calls) {
        out.list(calls.contexts().entrySet(), entry -> {
            out.number(entry.getKey());
            writeContext(out, entry.getValue());
        });
        out.list(calls.callbacks().entrySet(), entry -> {
            out.number(entry.getKey());
            writeCallback(out, entry.getValue());
        });
        out.number(calls.nextContextId());
        out.number(calls.nextCallbackId());
    }

    private static Calls readCalls(RecordReader in) {
        PSortedMap<Long, CallContext> contexts = TreePMap.empty();
        for (var entry : in.list(() -> Map.entry(in.number(), readContext(in)))) {
            contexts = contexts.plus(entry.getKey(), entry.getValue());
        }
        PSortedMap<Long, Callback> callbacks = TreePMap.empty();
        PSortedMap<Principal, Integer> outstanding = TreePMap.empty();
        var traffic = Traffic.NONE;
        for (var entry : in.list(() -> Map.entry(in.number(), readCallback(in)))) {
            callbacks = callbacks.plus(entry.getKey(), entry.getValue());
            var callee = entry.getValue().callee();
            outstanding = outstanding.plus(callee, outstanding.getOrDefault(callee, 0) + 1);
            traffic = traffic.plus(entry.getValue());
        }
        return new Calls(contexts, callbacks, outstanding, traffic, in.number(), in.number());
    }

    private static void writeContext(RecordWriter out, CallContext context) {
        MessageFormat.writeOrigin(out, context.origin());
        out.number(context.startedNanos());
        out.cycles(context.available());
        out.flag(context.responded());
        out.flag(context.deleted());
        out.number(context.outstandingCalls());
        out.number(context.instructionsUsed());
    }

    private static CallContext readContext(RecordReader in) {
        return new CallContext(
                MessageFormat.readOrigin(in),
                in.number(),
                in.cycles(),
                in.flag(),
                in.flag(),
                Math.toIntExact(in.number()),
                in.number());
    }

    private static void writeCallback(RecordWriter out, Callback callback) {
        out.number(callback.callContextId());
        out.principal(callback.callee());
        out.cycles(callback.cyclesSent());
        writeClosure(out, callback.onReply());
        writeClosure(out, callback.onReject());
        out.optional(callback.onCleanup(), closure -> writeClosure(out, closure));
        out.number(callback.deadlineNanos());
        out.cycles(callback.prepaid().execution());
        out.cycles(callback.prepaid().transmission());
        out.number(callback.requestBytes());
    }

    private static Callback readCallback(RecordReader in) {
        return new Callback(
                in.number(),
                in.principal(),
                in.cycles(),
                readClosure(in),
                readClosure(in),
                in.optional(() -> readClosure(in)),
                in.number(),
                new Prepaid(in.cycles(), in.cycles()),
                in.number());
    }

    private static void writeClosure(RecordWriter out, Closure closure) {
        out.number(closure.tableIndex());
        out.number(closure.environment());
    }

    private static Closure readClosure(RecordReader in) {
        return new Closure(in.number(), in.number());
    }

    private static void writeHistory(RecordWriter out, History history) {
        out.list(history.recent(), change -> ChangeFormat.write(out, change));
        out.number(history.totalChanges());
    }

    private static History readHistory(RecordReader in) {
        PVector<Change> recent = TreePVector.from(in.list(() -> ChangeFormat.read(in)));
        return new History(recent, in.number());
    }

    private static void writeLog(RecordWriter out, CanisterLog log) {
        out.list(log.lines(), line -> {
            out.number(line.index());
            out.number(line.timeNanos());
            out.bytes(line.content());
        });
        out.number(log.nextIndex());
        out.number(log.bytes());
    }

    private static CanisterLog readLog(RecordReader in) {
        PVector<CanisterLog.Line> lines =
                TreePVector.from(in.list(() -> new CanisterLog.Line(in.number(), in.number(), in.bytes())));
        return new CanisterLog(lines, in.number(), in.number());
    }

    static PSortedMap<Hash, byte[]> readChunks(RecordReader in, Parts parts) {
        PSortedMap<Hash, byte[]> chunks = TreePMap.empty();
        for (Hash hash : in.list(in::hash)) {
            chunks = chunks.plus(hash, parts.chunk().apply(hash));
        }
        return chunks;
    }

    private static void writeQueryStats(RecordWriter out, QueryStats stats) {
        out.number(stats.calls());
        out.number(stats.instructions());
        out.number(stats.requestBytes());
        out.number(stats.responseBytes());
    }

    private static QueryStats readQueryStats(RecordReader in) {
        return new QueryStats(in.number(), in.number(), in.number(), in.number());
    }
}
