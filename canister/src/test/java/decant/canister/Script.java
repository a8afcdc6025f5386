package decant.canister;

import decant.base.Principal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// What the canister of `puppet.wat` is told to do: a sequence of operations.
final class Script {
    /// The hooks that a script can be set for.
    enum Hook {
        HEARTBEAT(0),
        TIMER(1),
        LOW_MEMORY(2),
        PRE_UPGRADE(3),
        INSPECT(4);

        private final int code;

        Hook(int code) {
            this.code = code;
        }
    }

    /// The facts that a puppet can append to its reply, each as a number.
    enum Fact {
        TIME(0),
        VERSION(1),
        STATUS(2),
        INSTRUCTIONS(3),
        INSTRUCTIONS_OF_CALL(4),
        STABLE_PAGES(5),
        HEAP_PAGES(6),
        IS_REPLICATED(7),
        DEADLINE(8),
        CYCLES_AVAILABLE(9),
        CYCLES_REFUNDED(10),
        HAS_CERTIFICATE(11),
        PERFORM_RESULT(12);

        private final int code;

        Fact(int code) {
            this.code = code;
        }
    }

    /// A call to another canister, with what to do when it is answered.
    record Call(
            Principal callee,
            String method,
            byte[] payload,
            Script onReply,
            Script onReject,
            Script onCleanup,
            long cycles,
            long timeoutSeconds) {
        static Call of(Principal callee, String method, Script payload) {
            return new Call(callee, method, payload.bytes(), new Script(), new Script(), new Script(), 0, 0);
        }

        Call onReply(Script script) {
            return new Call(callee, method, payload, script, onReject, onCleanup, cycles, timeoutSeconds);
        }

        Call onReject(Script script) {
            return new Call(callee, method, payload, onReply, script, onCleanup, cycles, timeoutSeconds);
        }

        Call onCleanup(Script script) {
            return new Call(callee, method, payload, onReply, onReject, script, cycles, timeoutSeconds);
        }

        Call withCycles(long amount) {
            return new Call(callee, method, payload, onReply, onReject, onCleanup, amount, timeoutSeconds);
        }

        Call withTimeout(long seconds) {
            return new Call(callee, method, payload, onReply, onReject, onCleanup, cycles, seconds);
        }
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static Script script() {
        return new Script();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    Script append(String text) {
        return operation(1).blob(text);
    }

    Script append(byte[] bytes) {
        return operation(1).blob(bytes);
    }

    Script reply() {
        return operation(2);
    }

    Script reply(String text) {
        return append(text).reply();
    }

    Script reject(String text) {
        return operation(3).blob(text);
    }

    Script trap(String text) {
        return operation(4).blob(text);
    }

    Script print(String text) {
        return operation(5).blob(text);
    }

    Script append(Fact fact) {
        return operation(6).number(fact.code);
    }

    Script appendArgument() {
        return operation(7);
    }

    Script appendCaller() {
        return operation(8);
    }

    Script appendReject() {
        return operation(9);
    }

    Script call(Call call) {
        return operation(10)
                .blob(call.callee().bytes())
                .blob(call.method())
                .blob(call.payload())
                .blob(call.onReply().bytes())
                .blob(call.onReject().bytes())
                .blob(call.onCleanup().bytes())
                .number(call.cycles())
                .number(call.timeoutSeconds());
    }

    Script set(Hook hook, Script script) {
        return operation(11).number(hook.code).blob(script.bytes());
    }

    Script setValue(String text) {
        return operation(12).blob(text);
    }

    Script appendValue() {
        return operation(13);
    }

    Script stableGrow(long pages) {
        return operation(14).number(pages);
    }

    Script stableWrite(long offset, String text) {
        return operation(15).number(offset).blob(text);
    }

    Script appendStable(long offset, long size) {
        return operation(16).number(offset).number(size);
    }

    Script setTimer(long nanos) {
        return operation(17).number(nanos);
    }

    Script certify(String text) {
        return operation(18).blob(text);
    }

    Script accept(long cycles) {
        return operation(19).number(cycles);
    }

    Script appendBalance() {
        return operation(20);
    }

    Script burn(long cycles) {
        return operation(21).number(cycles);
    }

    Script acceptMessage() {
        return operation(22);
    }

    Script appendCertificate() {
        return operation(23);
    }

    Script unreachable() {
        return operation(24);
    }

    Script divideByZero() {
        return operation(25);
    }

    Script loopForEver() {
        return operation(26);
    }

    Script recurseForEver() {
        return operation(27);
    }

    Script growHeap(long pages) {
        return operation(28).number(pages);
    }

    /// Calls a canister with callbacks that are in no table.
    Script callWithoutCallbacks(Principal callee) {
        return operation(29).blob(callee.bytes());
    }

    Script appendStable32(long offset) {
        return operation(30).number(offset);
    }

    Script stableWrite32(long offset, String text) {
        return operation(31).number(offset).blob(text);
    }

    Script stableGrow32(long pages) {
        return operation(32).number(pages);
    }

    Script appendStablePages32() {
        return operation(33);
    }

    Script appendIsController(Principal principal) {
        return operation(34).blob(principal.bytes());
    }

    Script appendEnvironmentVariable(String name) {
        return operation(35).blob(name);
    }

    /// Adds a fact to the end of the value.
    Script remember(Fact fact) {
        return operation(36).number(fact.code);
    }

    private Script operation(int code) {
        out.write(code);
        return this;
    }

    private Script number(long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    private Script blob(String text) {
        return blob(text.getBytes(StandardCharsets.UTF_8));
    }

    private Script blob(byte[] bytes) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .array());
        out.writeBytes(bytes);
        return this;
    }
}
