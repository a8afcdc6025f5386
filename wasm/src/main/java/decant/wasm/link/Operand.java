package decant.wasm.link;

import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.util.List;

/// What follows an instruction's code: one of the things that an instruction is about.
enum Operand {
    /// The index of a function type.
    TYPE,
    FUNCTION,
    TABLE,
    GLOBAL,
    /// The index of a data segment.
    DATA,
    /// The index of an element segment.
    ELEMENT,
    /// The type of a block, which may be the index of a function type.
    BLOCK_TYPE,
    /// The index of a local, a label or a memory, or the type of a null: a number that means the same in every module.
    INDEX,
    /// How many labels come, less one, and the labels.
    LABELS,
    /// How many value types come, and the types.
    VALUE_TYPES,
    INT32,
    INT64,
    BITS32,
    BITS64,
    BITS128,
    /// The alignment of a load or store.
    ALIGNMENT,
    /// The constant that a load or store adds to its address.
    OFFSET,
    /// The index of a lane.
    LANE;

    private static final int HAS_MEMORY_INDEX = 0x40;

    private static final List<Operand> NONE = List.of();
    private static final List<Operand> ONE_INDEX = List.of(INDEX);
    private static final List<Operand> ONE_BLOCK = List.of(BLOCK_TYPE);
    private static final List<Operand> ONE_FUNCTION = List.of(FUNCTION);
    private static final List<Operand> ONE_GLOBAL = List.of(GLOBAL);
    private static final List<Operand> ONE_TABLE = List.of(TABLE);
    private static final List<Operand> INDIRECT_CALL = List.of(TYPE, TABLE);
    private static final List<Operand> ACCESS = List.of(ALIGNMENT, OFFSET);
    private static final List<Operand> LANE_ACCESS = List.of(ALIGNMENT, OFFSET, LANE);
    private static final List<Operand> ONE_LANE = List.of(LANE);

    /// {@return what follows an instruction of this code}
    static List<Operand> of(int opcode) {
        return switch (opcode) {
            case Opcode.BLOCK, Opcode.LOOP, Opcode.IF -> ONE_BLOCK;
            case Opcode.CALL, Opcode.RETURN_CALL, Opcode.REF_FUNC -> ONE_FUNCTION;
            case Opcode.CALL_INDIRECT, Opcode.RETURN_CALL_INDIRECT -> INDIRECT_CALL;
            case Opcode.GLOBAL_GET, Opcode.GLOBAL_SET -> ONE_GLOBAL;
            case Opcode.TABLE_GET, Opcode.TABLE_SET, Opcode.TABLE_GROW, Opcode.TABLE_SIZE, Opcode.TABLE_FILL ->
                ONE_TABLE;
            case Opcode.BR,
                    Opcode.BR_IF,
                    Opcode.LOCAL_GET,
                    Opcode.LOCAL_SET,
                    Opcode.LOCAL_TEE,
                    Opcode.MEMORY_SIZE,
                    Opcode.MEMORY_GROW,
                    Opcode.MEMORY_FILL,
                    Opcode.REF_NULL -> ONE_INDEX;
            case Opcode.MEMORY_COPY -> List.of(INDEX, INDEX);
            case Opcode.MEMORY_INIT -> List.of(DATA, INDEX);
            case Opcode.DATA_DROP -> List.of(DATA);
            case Opcode.TABLE_INIT -> List.of(ELEMENT, TABLE);
            case Opcode.ELEM_DROP -> List.of(ELEMENT);
            case Opcode.TABLE_COPY -> List.of(TABLE, TABLE);
            case Opcode.BR_TABLE -> List.of(LABELS);
            case Opcode.SELECT_T -> List.of(VALUE_TYPES);
            case Opcode.I32_CONST -> List.of(INT32);
            case Opcode.I64_CONST -> List.of(INT64);
            case Opcode.F32_CONST -> List.of(BITS32);
            case Opcode.F64_CONST -> List.of(BITS64);
            case Opcode.V128_CONST, Opcode.I8X16_SHUFFLE -> List.of(BITS128);
            default -> ofAccess(opcode);
        };
    }

    private static List<Operand> ofAccess(int opcode) {
        if (opcode >= Opcode.I32_LOAD && opcode <= Opcode.I64_STORE32
                || opcode >= Opcode.V128_LOAD && opcode <= Opcode.V128_STORE
                || opcode == Opcode.V128_LOAD32_ZERO
                || opcode == Opcode.V128_LOAD64_ZERO) {
            return ACCESS;
        }
        if (opcode >= Opcode.V128_LOAD8_LANE && opcode <= Opcode.V128_STORE64_LANE) {
            return LANE_ACCESS;
        }
        return opcode >= Opcode.I8X16_EXTRACT_LANE_S && opcode <= Opcode.F64X2_REPLACE_LANE ? ONE_LANE : NONE;
    }

    /// Reads an operand from valid code: its number, or how many labels or types come. Of 128 bits it reads the lower
    /// half, so read such an operand twice.
    long read(CodeReader code) {
        return switch (this) {
            case TYPE, FUNCTION, TABLE, GLOBAL, DATA, ELEMENT, INDEX, LABELS, VALUE_TYPES -> code.u32() & 0xFFFF_FFFFL;
            case BLOCK_TYPE -> code.blockType();
            case INT32 -> code.s32();
            case INT64 -> code.s64();
            case BITS32 -> code.fixed32();
            case BITS64, BITS128 -> code.fixed64();
            case ALIGNMENT -> alignment(code);
            case OFFSET -> code.u64();
            case LANE -> code.u8();
        };
    }

    private static long alignment(CodeReader code) {
        int flags = code.u32();
        if ((flags & HAS_MEMORY_INDEX) != 0) {
            code.u32();
        }
        return flags & ~HAS_MEMORY_INDEX;
    }

    /// {@return how many numbers come behind the first number of such an operand}
    static int more(Operand operand, long first) {
        return switch (operand) {
            case LABELS -> (int) first + 1;
            case VALUE_TYPES -> (int) first;
            case BITS128 -> 1;
            case TYPE,
                    FUNCTION,
                    TABLE,
                    GLOBAL,
                    DATA,
                    ELEMENT,
                    BLOCK_TYPE,
                    INDEX,
                    INT32,
                    INT64,
                    BITS32,
                    BITS64,
                    ALIGNMENT,
                    OFFSET,
                    LANE -> 0;
        };
    }

    /// {@return one of the numbers that come behind the first one}
    long readMore(CodeReader code) {
        return this == BITS128 ? code.fixed64() : code.u32() & 0xFFFF_FFFFL;
    }
}
