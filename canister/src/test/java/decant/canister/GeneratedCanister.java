package decant.canister;

import decant.base.Leb128;
import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A small canister that keeps numbers, made to order: as it should be, or with a known fault.
///
/// Each number `vN` is a nat64 with a query of its name; the update `bump` makes number N greater by 7 (N + 1). Where
/// it keeps them is its style.
record GeneratedCanister(Style style, int numbers, Set<Fault> faults, Set<Change> changes) {
    /// Where the numbers are.
    enum Style {
        /// On the heap; the hooks carry them over in stable memory.
        HOOKS,
        /// In stable memory, always.
        STABLE,
        /// On a heap that is kept.
        KEPT
    }

    /// What is wrong with a version.
    enum Fault {
        PRE_UPGRADE_TRAPS,
        PRE_UPGRADE_CALLS,
        PRE_UPGRADE_NEVER_ENDS,
        POST_UPGRADE_TRAPS,
        POST_UPGRADE_TRAPS_AFTER_GROWING,
        POST_UPGRADE_NEVER_ENDS,
        /// The first and the last number are exchanged.
        NUMBERS_SWAPPED,
        /// The last number is not read.
        NUMBER_FORGOTTEN,
        /// The last number is not saved, though it is read.
        NUMBER_NOT_SAVED,
        /// What is saved is laid out as by the next version, what is read as by the last one.
        LAYOUT_OF_THE_CODE,
        /// Every upgrade doubles the numbers.
        NUMBERS_DOUBLED,
        /// Every upgrade begins anew.
        NUMBERS_WIPED,
        METHOD_REMOVED,
        METHOD_TRAPS,
        ANSWER_OF_ANOTHER_TYPE,
        HEARTBEAT_TRAPS,
        TIMER_TRAPS;

        boolean suits(Style style) {
            boolean isOfHooks = this == NUMBER_FORGOTTEN || this == NUMBER_NOT_SAVED || this == LAYOUT_OF_THE_CODE;
            return !isOfHooks || style == Style.HOOKS;
        }
    }

    /// What is new in a version, and harmless.
    enum Change {
        MORE_NUMBERS,
        MORE_STABLE_MEMORY,
        MORE_CODE,
        HEARTBEAT,
        TIMER,
        COUNTS_UPGRADES
    }

    private static final int HEADER = 16;
    private static final int SCRATCH = 512;
    private static final int COUNTER = 600;
    private static final int UPGRADES = 800;
    private static final int NUMBERS = 1024;
    private static final long SECOND_LAYOUT = 1 << 14;
    private static final long UPGRADES_SAVED = 1 << 15;

    private static final int SIZE = 0;
    private static final int GROW = 1;
    private static final int READ = 2;
    private static final int WRITE = 3;
    private static final int APPEND = 4;
    private static final int REPLY = 5;
    private static final int CALL_NEW = 6;
    private static final int TIMER_SET = 7;
    private static final int TIME = 8;

    GeneratedCanister with(Fault fault) {
        return new GeneratedCanister(style, numbers, EnumSet.of(fault), changes);
    }

    GeneratedCanister with(Set<Change> others) {
        return new GeneratedCanister(style, numbers, faults, others);
    }

    boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private int numbersNow() {
        return numbers + (changes.contains(Change.MORE_NUMBERS) ? 2 : 0);
    }

    byte[] module() {
        var builder = new ModuleBuilder()
                .importFunction("ic0", "stable64_size", type(0, 0, 1))
                .importFunction("ic0", "stable64_grow", type(0, 1, 1))
                .importFunction("ic0", "stable64_read", type(0, 3, 0))
                .importFunction("ic0", "stable64_write", type(0, 3, 0))
                .importFunction("ic0", "msg_reply_data_append", type(2, 0, 0))
                .importFunction("ic0", "msg_reply", type(0, 0, 0))
                .importFunction("ic0", "call_new", type(8, 0, 0))
                .importFunction("ic0", "global_timer_set", type(0, 1, 1))
                .importFunction("ic0", "time", type(0, 0, 1))
                .memory(1, false)
                .data(HEADER, "DIDL\0\1" + (has(Fault.ANSWER_OF_ANOTHER_TYPE) ? "}" : "x"));
        var functions = new Functions(builder);
        functions.add("canister_init", style == Style.STABLE ? new Code().ensureStable() : new Code());
        functions.add("canister_pre_upgrade", preUpgrade());
        functions.add("canister_post_upgrade", postUpgrade());
        functions.add("canister_update bump", bump());
        for (int number = 0; number < numbersNow(); number++) {
            if (!(has(Fault.METHOD_REMOVED) && number == 0)) {
                functions.add("canister_query v" + number, query(number));
            }
        }
        if (changes.contains(Change.COUNTS_UPGRADES)) {
            functions.add("canister_query upgrades", new Code().reply(UPGRADES));
        }
        if (changes.contains(Change.HEARTBEAT) || has(Fault.HEARTBEAT_TRAPS)) {
            functions.add("canister_heartbeat", has(Fault.HEARTBEAT_TRAPS) ? new Code().trap() : new Code());
        }
        if (changes.contains(Change.TIMER) || has(Fault.TIMER_TRAPS)) {
            functions.add("canister_global_timer", has(Fault.TIMER_TRAPS) ? new Code().trap() : new Code());
        }
        if (changes.contains(Change.MORE_CODE)) {
            functions.add("unused", new Code().spin(3));
        }
        var described = WasmFiles.withCustomSection(
                builder.build(), "icp:public candid:service", service().getBytes(StandardCharsets.UTF_8));
        return style == Style.KEPT ? WasmFiles.withPersistence(described) : described;
    }

    private String service() {
        var methods = new ArrayList<String>(List.of("bump : () -> (nat64)"));
        var result = has(Fault.ANSWER_OF_ANOTHER_TYPE) ? "nat" : "nat64";
        for (int number = 0; number < numbersNow(); number++) {
            if (!(has(Fault.METHOD_REMOVED) && number == 0)) {
                methods.add("v" + number + " : () -> (" + result + ") query");
            }
        }
        if (changes.contains(Change.COUNTS_UPGRADES)) {
            methods.add("upgrades : () -> (nat64) query");
        }
        return "service : { " + String.join("; ", methods) + " }";
    }

    private Code preUpgrade() {
        var code = new Code();
        if (has(Fault.PRE_UPGRADE_TRAPS)) {
            code.trap();
        }
        if (has(Fault.PRE_UPGRADE_CALLS)) {
            code.callSomebody();
        }
        if (has(Fault.PRE_UPGRADE_NEVER_ENDS)) {
            code.spin(Long.MAX_VALUE);
        }
        if (style != Style.HOOKS) {
            return code;
        }
        code.ensureStable();
        long layout = has(Fault.LAYOUT_OF_THE_CODE) ? SECOND_LAYOUT : 0;
        int saved = has(Fault.NUMBER_NOT_SAVED) ? numbersNow() - 1 : numbersNow();
        if (has(Fault.NUMBER_NOT_SAVED)) {
            code.zero(SCRATCH).stableWrite(8L * saved, SCRATCH);
        }
        for (int number = 0; number < saved; number++) {
            code.stableWrite(layout + 8L * number, NUMBERS + 8 * number);
        }
        if (has(Fault.LAYOUT_OF_THE_CODE)) {
            for (int number = 0; number < saved; number++) {
                code.zero(SCRATCH).stableWrite(8L * number, SCRATCH);
            }
        }
        return code.stableWrite(UPGRADES_SAVED, UPGRADES);
    }

    private Code postUpgrade() {
        var code = new Code();
        if (has(Fault.POST_UPGRADE_TRAPS_AFTER_GROWING)) {
            code.growStable(3).trap();
        }
        if (has(Fault.POST_UPGRADE_TRAPS)) {
            code.trap();
        }
        if (has(Fault.POST_UPGRADE_NEVER_ENDS)) {
            code.spin(Long.MAX_VALUE);
        }
        if (style == Style.HOOKS) {
            int read = has(Fault.NUMBER_FORGOTTEN) ? numbers - 1 : numbersNow();
            for (int number = 0; number < read; number++) {
                int from = has(Fault.NUMBERS_SWAPPED) ? swapped(number) : number;
                code.stableRead(NUMBERS + 8 * number, 8L * from);
            }
            code.stableRead(UPGRADES, UPGRADES_SAVED);
        }
        for (int number = 0; number < numbers; number++) {
            long offset = 8L * number;
            int address = NUMBERS + 8 * number;
            if (has(Fault.NUMBERS_DOUBLED)) {
                load(code, offset, address);
                code.addTo(SCRATCH, SCRATCH);
                store(code, offset, address);
            }
            if (has(Fault.NUMBERS_WIPED)) {
                code.zero(SCRATCH);
                store(code, offset, address);
            }
        }
        if (changes.contains(Change.MORE_STABLE_MEMORY)) {
            code.growStable(1);
        }
        if (changes.contains(Change.COUNTS_UPGRADES)) {
            code.add(UPGRADES, 1);
        }
        if (changes.contains(Change.TIMER) || has(Fault.TIMER_TRAPS)) {
            code.setTimer();
        }
        return code;
    }

    /// Brings a number to the scratch place.
    private void load(Code code, long offset, int address) {
        if (style == Style.STABLE) {
            code.stableRead(SCRATCH, offset);
        } else {
            code.copy(SCRATCH, address);
        }
    }

    private void store(Code code, long offset, int address) {
        if (style == Style.STABLE) {
            code.stableWrite(offset, SCRATCH);
        } else {
            code.copy(address, SCRATCH);
        }
    }

    private Code bump() {
        var code = new Code();
        for (int number = 0; number < numbersNow(); number++) {
            load(code, 8L * number, NUMBERS + 8 * number);
            code.add(SCRATCH, 7L * (number + 1));
            store(code, 8L * number, NUMBERS + 8 * number);
        }
        return code.reply(SCRATCH);
    }

    private Code query(int number) {
        var code = new Code();
        if (has(Fault.METHOD_TRAPS) && number == 0) {
            return code.trap();
        }
        boolean isSwappedHere = has(Fault.NUMBERS_SWAPPED) && style != Style.HOOKS;
        int read = isSwappedHere ? swapped(number) : number;
        load(code, 8L * read, NUMBERS + 8 * read);
        return code.reply(SCRATCH);
    }

    private int swapped(int number) {
        return number == 0 ? numbers - 1 : number == numbers - 1 ? 0 : number;
    }

    private static FunctionType type(int i32s, int i64s, int results) {
        var parameters = new ArrayList<ValueType>();
        for (int i = 0; i < i32s; i++) {
            parameters.add(ValueType.I32);
        }
        for (int i = 0; i < i64s; i++) {
            parameters.add(ValueType.I64);
        }
        return new FunctionType(parameters, results == 0 ? List.of() : List.of(ValueType.I64));
    }

    /// Adds functions and counts them.
    private static final class Functions {
        private static final int IMPORTED = 9;

        private final ModuleBuilder builder;
        private int count = IMPORTED;

        Functions(ModuleBuilder builder) {
            this.builder = builder;
        }

        void add(String name, Code code) {
            builder.functionOfBytes(code.bytes()).export(name, count++);
        }
    }

    /// The instructions of a function. Addresses are of numbers on the heap, 8 bytes each.
    private static final class Code {
        private static final int BLOCK_VOID = 0x40;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        byte[] bytes() {
            return out.toByteArray();
        }

        private Code op(int... bytes) {
            for (int value : bytes) {
                out.write(value);
            }
            return this;
        }

        private Code i32(int value) {
            out.write(0x41);
            Leb128.writeSigned(out, value);
            return this;
        }

        private Code i64(long value) {
            out.write(0x42);
            Leb128.writeSigned(out, value);
            return this;
        }

        private Code call(int function) {
            return op(0x10, function);
        }

        private Code load(int address) {
            return i32(address).op(0x29, 0, 0);
        }

        /// Stores what is on the stack above the address.
        private Code store() {
            return op(0x37, 0, 0);
        }

        Code trap() {
            return op(0x00);
        }

        Code zero(int address) {
            return i32(address).i64(0).store();
        }

        Code copy(int target, int source) {
            return i32(target).load(source).store();
        }

        Code add(int address, long amount) {
            return i32(address).load(address).i64(amount).op(0x7C).store();
        }

        Code addTo(int address, int other) {
            return i32(address).load(address).load(other).op(0x7C).store();
        }

        Code reply(int address) {
            return i32(HEADER)
                    .i32(7)
                    .call(APPEND)
                    .i32(address)
                    .i32(8)
                    .call(APPEND)
                    .call(REPLY);
        }

        Code stableRead(int address, long offset) {
            return i64(address).i64(offset).i64(8).call(READ);
        }

        Code stableWrite(long offset, int address) {
            return i64(offset).i64(address).i64(8).call(WRITE);
        }

        Code growStable(long pages) {
            return i64(pages).call(GROW).op(0x1A);
        }

        Code ensureStable() {
            return call(SIZE).op(0x50, 0x04, BLOCK_VOID).growStable(1).op(0x0B);
        }

        Code setTimer() {
            return call(TIME).i64(1_000_000_000L).op(0x7C).call(TIMER_SET).op(0x1A);
        }

        Code callSomebody() {
            for (int i = 0; i < 8; i++) {
                i32(0);
            }
            return call(CALL_NEW);
        }

        Code spin(long count) {
            return zero(COUNTER)
                    .op(0x03, BLOCK_VOID)
                    .add(COUNTER, 1)
                    .load(COUNTER)
                    .i64(count)
                    .op(0x54, 0x0D, 0, 0x0B);
        }
    }
}
