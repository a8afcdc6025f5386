package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.FunctionType;
import decant.wasm.Global;
import decant.wasm.GlobalType;
import decant.wasm.LocalGroup;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.util.List;
import java.util.Optional;

/// Adds to a module the code that puts new constants into its memory when a hook runs, and that notices damage.
final class ConstantsCode {
    /* Design. The memory is in use when a graft is installed, so constants cannot be in an active segment. They wait in
     * a passive one. The first hook that runs grows the memory by some pages and copies them there; a global keeps the
     * address for later hooks, so what a hook stored on the heap may point to them.
     *
     * An allocator that takes all memory up to the end for its own would write over them. That must not go unnoticed,
     * or a hook might save garbage: so their checksum is kept, and checked before and after each hook.
     *
     * A module with hooks from one graft may get those from another one. The globals are carried over then, for no
     * two graft's globals differ; so one of them names the graft whose constants are in place.
     */
    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final int PAGE_BITS = 16;
    private static final FunctionType ACTION = new FunctionType(List.of(), List.of());

    private final ModuleDraft draft;
    private final boolean is64;
    private final NewConstants constants;
    private final int base;
    private final int owner;
    private final int checksum;
    private final int place;
    private final int check;

    ConstantsCode(ModuleDraft draft, boolean is64, NewConstants constants) {
        this.draft = draft;
        this.is64 = is64;
        this.constants = constants;
        base = draft.add(new Global(
                new GlobalType(addressType(), true),
                is64 ? new ConstantExpression.I64Const(0) : new ConstantExpression.I32Const(0)));
        owner = addCounter();
        checksum = addCounter();
        int segment = draft.data.size();
        draft.data.add(new ModuleDraft.Data(Optional.empty(), constants.content()));
        int hash = draft.add(hash(), "checksum of the constants of grafted hooks");
        place = draft.add(place(segment, hash), Graft.PLACEMENT);
        check = draft.add(check(hash), Graft.DAMAGE_CHECK);
    }

    private ValueType addressType() {
        return is64 ? ValueType.I64 : ValueType.I32;
    }

    private int addCounter() {
        return draft.add(new Global(new GlobalType(ValueType.I64, true), new ConstantExpression.I64Const(0)));
    }

    private BinaryOutput address(BinaryOutput code, long value) {
        return is64
                ? code.opcode(Opcode.I64_CONST).signed(value)
                : code.opcode(Opcode.I32_CONST).signed(value << Integer.SIZE >> Integer.SIZE);
    }

    private int wide(int opcode32, int opcode64) {
        return is64 ? opcode64 : opcode32;
    }

    /// Writes instructions that push the address of the constants plus an offset.
    void pushAddress(BinaryOutput code, long offset) {
        address(code.instruction(Opcode.GLOBAL_GET, base), offset);
        add(code);
    }

    /// Writes the addition of two addresses.
    void add(BinaryOutput code) {
        code.opcode(wide(Opcode.I32_ADD, Opcode.I64_ADD));
    }

    /// Adds a function that runs a hook with the constants in place. {@return its index}
    int addAround(int hook, String name) {
        var code = FunctionShift.locals(List.of())
                .instruction(Opcode.CALL, place)
                .instruction(Opcode.CALL, check)
                .instruction(Opcode.CALL, hook)
                .instruction(Opcode.CALL, check)
                .opcode(Opcode.END);
        return draft.add(new ModuleDraft.Function(draft.type(ACTION), code.bytes()), name);
    }

    private ModuleDraft.Function hash() {
        int index = 0;
        int hash = 1;
        var code = FunctionShift.locals(List.of(new LocalGroup(1, addressType()), new LocalGroup(1, ValueType.I64)));
        code.opcode(Opcode.LOOP).signed(CodeReader.EMPTY_BLOCK);
        code.instruction(Opcode.LOCAL_GET, hash).instruction(Opcode.GLOBAL_GET, base);
        add(code.instruction(Opcode.LOCAL_GET, index));
        code.instruction(Opcode.I64_LOAD, 0, 0).opcode(Opcode.I64_XOR);
        code.opcode(Opcode.I64_CONST).signed(29).opcode(Opcode.I64_ROTL);
        code.opcode(Opcode.I64_CONST).signed(MIX).opcode(Opcode.I64_MUL).instruction(Opcode.LOCAL_SET, hash);
        add(address(code.instruction(Opcode.LOCAL_GET, index), Long.BYTES));
        address(code.instruction(Opcode.LOCAL_TEE, index), constants.content().length);
        code.opcode(wide(Opcode.I32_LT_U, Opcode.I64_LT_U))
                .instruction(Opcode.BR_IF, 0)
                .opcode(Opcode.END);
        code.instruction(Opcode.LOCAL_GET, hash).opcode(Opcode.END);
        return new ModuleDraft.Function(draft.type(new FunctionType(List.of(), List.of(ValueType.I64))), code.bytes());
    }

    private ModuleDraft.Function place(int segment, int hash) {
        int pages = 0;
        long identity = constants.identity();
        var code = FunctionShift.locals(List.of(new LocalGroup(1, addressType())));
        code.instruction(Opcode.GLOBAL_GET, owner).opcode(Opcode.I64_CONST).signed(identity);
        code.opcode(Opcode.I64_EQ).opcode(Opcode.IF).signed(CodeReader.EMPTY_BLOCK);
        code.opcode(Opcode.RETURN).opcode(Opcode.END);

        address(code, pages()).instruction(Opcode.MEMORY_GROW, 0);
        address(code.instruction(Opcode.LOCAL_TEE, pages), -1);
        code.opcode(wide(Opcode.I32_EQ, Opcode.I64_EQ));
        trapIf(code);
        address(code.instruction(Opcode.LOCAL_GET, pages), PAGE_BITS);
        code.opcode(wide(Opcode.I32_SHL, Opcode.I64_SHL)).instruction(Opcode.GLOBAL_SET, base);

        code.instruction(Opcode.GLOBAL_GET, base).opcode(Opcode.I32_CONST).signed(0);
        code.opcode(Opcode.I32_CONST).signed(constants.content().length);
        code.instruction(Opcode.MEMORY_INIT, segment, 0);
        for (NewConstants.Patch patch : constants.patches()) {
            code.instruction(Opcode.GLOBAL_GET, base);
            pushAddress(code, patch.target());
            code.instruction(wide(Opcode.I32_STORE, Opcode.I64_STORE), 0, patch.offset());
        }
        code.opcode(Opcode.I64_CONST).signed(identity).instruction(Opcode.GLOBAL_SET, owner);
        code.instruction(Opcode.CALL, hash).instruction(Opcode.GLOBAL_SET, checksum);
        return new ModuleDraft.Function(
                draft.type(ACTION), code.opcode(Opcode.END).bytes());
    }

    private int pages() {
        return (constants.content().length - 1 >> PAGE_BITS) + 1;
    }

    private ModuleDraft.Function check(int hash) {
        var code = FunctionShift.locals(List.of())
                .instruction(Opcode.CALL, hash)
                .instruction(Opcode.GLOBAL_GET, checksum)
                .opcode(Opcode.I64_NE);
        trapIf(code);
        return new ModuleDraft.Function(
                draft.type(ACTION), code.opcode(Opcode.END).bytes());
    }

    private static void trapIf(BinaryOutput code) {
        code.opcode(Opcode.IF).signed(CodeReader.EMPTY_BLOCK);
        code.opcode(Opcode.UNREACHABLE).opcode(Opcode.END);
    }
}
