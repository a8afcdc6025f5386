package decant.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.wasm.CallResult;
import decant.wasm.ExternType;
import decant.wasm.HostFunction;
import decant.wasm.HostTrap;
import decant.wasm.Import;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.Memory;
import decant.wasm.Module;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Supplier;

/// The System API as a stub, enough for a Motoko canister that answers: the same one as `module/system.mjs`.
final class SystemStub {
    private final ByteArrayOutputStream reply = new ByteArrayOutputStream();
    private byte[] caller = {};
    private byte[] argument = {};
    private long stablePages;

    /// What the next calls are given. The reply begins anew.
    void next(byte[] caller, byte[] argument) {
        this.caller = caller;
        this.argument = argument;
        reply.reset();
    }

    byte[] reply() {
        return reply.toByteArray();
    }

    Imports imports(Module module) {
        var imports = new Imports.Builder();
        for (Import wanted : module.imports()) {
            if (wanted.type() instanceof ExternType.Function(var type)) {
                imports.add(wanted.module(), wanted.name(), module.types().get(type), stub(wanted.name()));
            }
        }
        return imports.build();
    }

    /// Runs a function as a message, which must not trap.
    static void call(Instance instance, int function) {
        instance.begin();
        if (instance.call(function) instanceof CallResult.Trapped(var trap)) {
            throw new IllegalStateException("function " + function + " trapped: " + trap);
        }
        instance.commit();
    }

    private HostFunction stub(String name) {
        return switch (name) {
            case "msg_arg_data_size" -> (_, slots) -> slots[0] = argument.length;
            case "msg_arg_data_copy" -> copy(() -> argument);
            case "msg_caller_size" -> (_, slots) -> slots[0] = caller.length;
            case "msg_caller_copy" -> copy(() -> caller);
            case "msg_reply_data_append" ->
                (instance, slots) -> reply.writeBytes(memory(instance).read(slots[0], (int) slots[1]));
            case "trap" ->
                (instance, slots) -> {
                    throw new HostTrap(new String(memory(instance).read(slots[0], (int) slots[1]), UTF_8));
                };
            case "stable64_size" -> (_, slots) -> slots[0] = stablePages;
            case "stable64_grow" ->
                (_, slots) -> {
                    long pages = slots[0];
                    slots[0] = stablePages;
                    stablePages += pages;
                };
            case "is_controller", "canister_status" -> (_, slots) -> slots[0] = 1;
            default -> (_, slots) -> Arrays.fill(slots, 0);
        };
    }

    private static HostFunction copy(Supplier<byte[]> source) {
        return (instance, slots) -> memory(instance).write(slots[0], source.get(), (int) slots[1], (int) slots[2]);
    }

    private static Memory memory(Instance instance) {
        return instance.memory().orElseThrow();
    }
}
