package decant.canister.ic0;

import decant.canister.ic0.SystemFunction.Body;
import decant.canister.ic0.SystemFunction.Cost;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.wasm.FunctionType;
import decant.wasm.Imports;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The System API as one instance of a module imports it. Serves one [Invocation] at a time.
///
/// Instances are linked once and live long, while each run is another invocation: so the host functions ask this
/// object for the invocation of the moment.
public final class SystemApi {
    public static final String MODULE = "ic0";

    private static final long COPY = 1;
    private static final long TRANSMISSION = 50;

    private static final Map<String, SystemFunction> TABLE = table();

    private @Nullable Invocation current;

    private static Map<String, SystemFunction> table() {
        var table = new Table();
        table.blob("msg_arg_data", "I U RQ NRQ TQ CQ Ry CRy F", MessageCalls::argument);
        table.blob("msg_caller", "*", MessageCalls::caller);
        table.blob("msg_caller_info_data", "U RQ NRQ CQ Ry Rt CRy CRt C CC F", MessageCalls::callerInfoData);
        table.blob("msg_caller_info_signer", "U RQ NRQ CQ Ry Rt CRy CRt C CC F", MessageCalls::callerInfoSigner);
        table.blob("msg_reject_msg", "Rt CRt", MessageCalls::rejectMessage);
        table.blob("msg_method_name", "F", MessageCalls::methodName);
        table.blob("canister_self", "*", CanisterCalls::self);
        table.blob("subnet_self", "*", CanisterCalls::subnet);
        table.blob("root_key", "I G U RQ Ry Rt C T", CanisterCalls::rootKey);
        table.blob("data_certificate", "NRQ CQ", CanisterCalls::dataCertificate);

        var answering = "U RQ NRQ TQ CQ Ry Rt CRy CRt";
        table.add("msg_reject_code", "() -> i32", "Ry Rt CRy CRt C", 500, MessageCalls::rejectCode);
        table.add("msg_deadline", "() -> i64", "U RQ NRQ CQ Ry Rt CRy CRt", 500, MessageCalls::deadline);
        table.add(
                "msg_reply_data_append",
                "(I, I) -> ()",
                answering,
                new Cost(500, TRANSMISSION, 1),
                MessageCalls::replyDataAppend);
        table.add("msg_reply", "() -> ()", answering, 500, MessageCalls::reply);
        table.add("msg_reject", "(I, I) -> ()", answering, new Cost(500, TRANSMISSION, 1), MessageCalls::reject);
        table.add("accept_message", "() -> ()", "F", 500, MessageCalls::acceptMessage);

        table.amount128("msg_cycles_available128", "U RQ Rt Ry", MessageCalls::available);
        table.amount128("msg_cycles_refunded128", "Rt Ry", MessageCalls::refunded);
        table.amount128("canister_cycle_balance128", "*", run -> run.cycles);
        table.amount128("canister_liquid_cycle_balance128", "*", Invocation::liquid);
        table.amount64("msg_cycles_available", "U RQ Rt Ry", MessageCalls::available);
        table.amount64("msg_cycles_refunded", "Rt Ry", MessageCalls::refunded);
        table.amount64("canister_cycle_balance", "*", run -> run.cycles);
        table.add("msg_cycles_accept128", "(i64, i64, I) -> ()", "U RQ Rt Ry", 500, CycleCalls::accept128);
        table.add(
                "msg_cycles_accept",
                "(i64) -> i64",
                "U RQ Rt Ry",
                500,
                (run, arguments) -> MessageCalls.accept(run, CycleCalls.amount(0, arguments[0]))
                        .low());
        table.add("cycles_burn128", "(i64, i64, I) -> ()", "I G U RQ Ry Rt C T", 500, CycleCalls::burn128);
        table.add("mint_cycles128", "(i64, i64, I) -> ()", "U Ry Rt T", 0, (run, _) -> {
            throw CycleCalls.notMinting(run);
        });

        var calling = "U CQ Ry Rt CRy CRt T";
        table.add(
                "call_new", "(I, I, I, I, I, I, I, I) -> ()", calling, new Cost(1_500, COPY, 1, 3), CallCalls::create);
        table.add("call_on_cleanup", "(I, I) -> ()", calling, 500, CallCalls::onCleanup);
        table.add("call_data_append", "(I, I) -> ()", calling, new Cost(500, TRANSMISSION, 1), CallCalls::dataAppend);
        table.add("call_with_best_effort_response", "(i32) -> ()", calling, 500, CallCalls::withBestEffortResponse);
        table.add("call_cycles_add128", "(i64, i64) -> ()", "U Ry Rt T", 500, (run, arguments) -> {
            CallCalls.addCycles(run, CycleCalls.amount(arguments[0], arguments[1]));
            return 0;
        });
        table.add("call_cycles_add", "(i64) -> ()", "U Ry Rt T", 500, (run, arguments) -> {
            CallCalls.addCycles(run, CycleCalls.amount(0, arguments[0]));
            return 0;
        });
        table.add("call_perform", "() -> i32", calling, 5_000, CallCalls::perform);

        table.add("stable64_size", "() -> i64", "* s", 0, StableCalls::size64);
        table.add("stable64_grow", "(i64) -> i64", "* s", 100, StableCalls::grow64);
        table.add("stable64_write", "(i64, i64, i64) -> ()", "* s", new Cost(20, COPY, 2), StableCalls::write64);
        table.add("stable64_read", "(i64, i64, i64) -> ()", "* s", new Cost(20, COPY, 2), StableCalls::read64);
        table.add("stable_size", "() -> i32", "* s", 0, StableCalls::size32);
        table.add("stable_grow", "(i32) -> i32", "* s", 100, StableCalls::grow32);
        table.add("stable_write", "(i32, i32, i32) -> ()", "* s", new Cost(20, COPY, 2), StableCalls::write32);
        table.add("stable_read", "(i32, i32, i32) -> ()", "* s", new Cost(20, COPY, 2), StableCalls::read32);

        table.add("canister_status", "() -> i32", "*", 500, CanisterCalls::status);
        table.add("canister_version", "() -> i64", "*", 500, CanisterCalls::version);
        table.add("is_controller", "(I, I) -> i32", "* s", new Cost(1_000, COPY, 1), CanisterCalls::isController);
        table.add(
                "certified_data_set",
                "(I, I) -> ()",
                "I G U Ry Rt T",
                new Cost(500, COPY, 1),
                CanisterCalls::certifiedDataSet);
        table.add("data_certificate_present", "() -> i32", "*", 500, CanisterCalls::dataCertificatePresent);

        table.add("time", "() -> i64", "*", 500, TimeCalls::time);
        table.add("global_timer_set", "(i64) -> i64", "I G U Ry Rt C T", 500, TimeCalls::globalTimerSet);
        table.add("performance_counter", "(i32) -> i64", "* s", 200, TimeCalls::performanceCounter);
        table.add("in_replicated_execution", "() -> i32", "* s", 500, TimeCalls::inReplicatedExecution);

        table.add("cost_call", "(i64, i64, I) -> ()", "* s", 500, CycleCalls.cost(2, CycleCalls::call));
        table.add("cost_create_canister", "(I) -> ()", "* s", 500, CycleCalls.cost(0, CycleCalls::creation));
        table.add("cost_http_request", "(i64, i64, I) -> ()", "* s", 500, CycleCalls.cost(2, CycleCalls::outcall));
        table.add(
                "cost_http_request_v2", "(I, I, I) -> ()", "* s", 10_000, CycleCalls.cost(2, CycleCalls::outcallUsed));
        table.signatureCost("cost_sign_with_ecdsa", 1);
        table.signatureCost("cost_sign_with_schnorr", 2);
        table.signatureCost("cost_vetkd_derive_key", 1);

        table.add("env_var_count", "() -> I", "*", 500, VariableCalls::count);
        table.add("env_var_name_size", "(I) -> I", "*", 500, VariableCalls::nameSize);
        table.add("env_var_name_copy", "(I, I, I, I) -> ()", "*", new Cost(500, COPY, 3), VariableCalls::nameCopy);
        table.add("env_var_name_exists", "(I, I) -> i32", "*", 500, VariableCalls::nameExists);
        table.add("env_var_value_size", "(I, I) -> I", "*", 500, VariableCalls::valueSize);
        table.add("env_var_value_copy", "(I, I, I, I, I) -> ()", "*", new Cost(500, COPY, 4), VariableCalls::valueCopy);

        table.add("debug_print", "(I, I) -> ()", "* s", 100, LogCalls::debugPrint);
        table.add("trap", "(I, I) -> ()", "* s", new Cost(500, COPY, 1), LogCalls::trap);
        return table.functions;
    }

    /// {@return the type of the import in modules with such addresses, if there is such an import}
    public static Optional<FunctionType> type(String name, boolean addresses64) {
        return Optional.ofNullable(TABLE.get(name))
                .filter(function -> !addresses64 || function.existsWith64BitAddresses())
                .map(function -> function.type(addresses64));
    }

    /// {@return the names of all imports}
    public static Set<String> names() {
        return Collections.unmodifiableSet(TABLE.keySet());
    }

    /// {@return these host functions, for a module with such addresses}
    public Imports imports(boolean addresses64) {
        var imports = new Imports.Builder();
        for (SystemFunction function : TABLE.values()) {
            if (!addresses64 || function.existsWith64BitAddresses()) {
                imports.add(
                        MODULE,
                        function.name(),
                        function.type(addresses64),
                        (_, slots) -> function.call(current(), slots));
            }
        }
        return imports.build();
    }

    /// Makes `invocation` the one that host functions serve, until `leave`.
    public void enter(Invocation invocation) {
        if (current != null) {
            throw new AssertionError("BUG: an instance runs one invocation at a time");
        }
        current = invocation;
    }

    /// Ends the service of the invocation.
    public void leave() {
        current = null;
    }

    /// Asked before the linear memory grows to `bytes`: a canister's own limit traps, all else is the engine's.
    public boolean mayGrowHeap(long bytes) {
        if (current != null && current.context.obeysWasmMemoryLimit()) {
            checkWasmMemoryLimit(current, bytes);
        }
        if (current != null) {
            current.checkGrowth(bytes);
        }
        return true;
    }

    private static void checkWasmMemoryLimit(Invocation run, long bytes) {
        long limit = run.canister.settings().wasmMemoryLimitBytes();
        if (limit != 0 && bytes > limit) {
            throw Fault.trap(ErrorCode.CANISTER_WASM_MEMORY_LIMIT_EXCEEDED, wasmMemoryLimitText(limit, bytes));
        }
    }

    /// {@return what a canister is told that needs `bytes` of heap although its own limit is `limit`}
    public static String wasmMemoryLimitText(long limit, long bytes) {
        return "Canister exceeded its current Wasm memory limit of " + limit
                + " bytes. The peak Wasm memory usage was " + bytes
                + " bytes. If this use of memory is expected, a controller can raise wasm_memory_limit; if not, move"
                + " data from the Wasm memory to stable memory before the memory is full and the canister stuck.";
    }

    private Invocation current() {
        if (current == null) {
            throw new AssertionError("BUG: guest code runs outside of an invocation");
        }
        return current;
    }

    /// Where the table is put together; imports of one shape share a method.
    private static final class Table {
        /// Finds bytes that the guest copies out piece by piece.
        private interface Blob {
            byte[] of(Invocation run);
        }

        /// Finds an amount of cycles.
        private interface Amount {
            Cycles of(Invocation run);
        }

        private final Map<String, SystemFunction> functions = new LinkedHashMap<>();

        void add(String name, String signature, String contexts, long cost, Body body) {
            add(name, signature, contexts, Cost.fixed(cost), body);
        }

        void add(String name, String signature, String contexts, Cost cost, Body body) {
            functions.put(name, new SystemFunction(name, signature, contexts, cost, body));
        }

        void blob(String name, String contexts, Blob blob) {
            add(name + "_size", "() -> I", contexts, 500, (run, _) -> blob.of(run).length);
            add(name + "_copy", "(I, I, I) -> ()", contexts, new Cost(500, COPY, 2), (run, arguments) -> {
                run.copy(blob.of(run), arguments[0], arguments[1], arguments[2]);
                return 0;
            });
        }

        void amount128(String name, String contexts, Amount amount) {
            add(name, "(I) -> ()", contexts, 500, (run, arguments) -> {
                run.writeCycles(arguments[0], amount.of(run));
                return 0;
            });
        }

        void amount64(String name, String contexts, Amount amount) {
            add(name, "() -> i64", contexts, 500, (run, _) -> CycleCalls.as64Bits(amount.of(run)));
        }

        void signatureCost(String name, int curves) {
            add(name, "(I, I, i32, I) -> i32", "* s", new Cost(500, COPY, 1), CycleCalls.signature(curves));
        }
    }
}
