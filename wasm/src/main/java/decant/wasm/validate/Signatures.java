package decant.wasm.validate;

import decant.wasm.ValueType;
import decant.wasm.binary.Opcode;
import java.util.Set;
import java.util.regex.Pattern;

/// What plain numeric and vector instructions pop and push, found from their names.
///
/// A signature is an int of four type codes: the result in the low byte, above it the operands, the last one lowest.
/// Zero stands for "none", and a signature of zero for an instruction that is not plain.
final class Signatures {
    /* The text format names an instruction after its type: `i32.add` is [i32 i32] -> [i32], `f64.lt` is
     * [f64 f64] -> [i32], and a type inside the name is what is converted: `i64.extend_i32_s` is [i32] -> [i64].
     * So a few sets of names say what would otherwise be a table of four hundred rows.
     */
    private static final int CORE_FIRST = Opcode.I32_EQZ;
    private static final int CORE_LAST = Opcode.I64_EXTEND32_S;

    private static final Pattern SCALAR_SOURCE = Pattern.compile(".*_([if](32|64))(_[su])?");
    private static final Set<String> SCALAR_TESTS =
            Set.of("eq", "ne", "lt", "gt", "le", "ge", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u");
    private static final Set<String> SCALAR_UNARY = Set.of(
            "clz",
            "ctz",
            "popcnt",
            "abs",
            "neg",
            "ceil",
            "floor",
            "trunc",
            "nearest",
            "sqrt",
            "extend8_s",
            "extend16_s",
            "extend32_s");

    private static final Set<String> VECTOR_TESTS = Set.of("all_true", "any_true", "bitmask");
    private static final Set<String> VECTOR_SHIFTS = Set.of("shl", "shr_s", "shr_u");
    private static final Set<String> VECTOR_UNARY =
            Set.of("not", "abs", "neg", "popcnt", "ceil", "floor", "trunc", "nearest", "sqrt");
    private static final Pattern VECTOR_CONVERSION =
            Pattern.compile("(extend|extadd|trunc_sat|convert|demote|promote)_.*");

    private static final int[] CORE = new int[0x100];
    private static final int[] MISC = new int[0x100];
    private static final int[] VECTOR = new int[0x100];

    static {
        for (int opcode = CORE_FIRST; opcode <= CORE_LAST; opcode++) {
            CORE[opcode] = ofScalar(Opcode.name(opcode));
        }
        for (int opcode = Opcode.I32_TRUNC_SAT_F32_S; opcode <= Opcode.I64_TRUNC_SAT_F64_U; opcode++) {
            MISC[opcode & 0xFF] = ofScalar(Opcode.name(opcode));
        }
        for (int opcode = Opcode.I8X16_SWIZZLE; opcode <= 0xFDFF; opcode++) {
            if (Opcode.exists(opcode) && isPlainVector(opcode)) {
                VECTOR[opcode & 0xFF] = ofVector(Opcode.name(opcode));
            }
        }
    }

    private Signatures() {}

    /// {@return the signature of a plain instruction, or zero for any other}
    static int of(int opcode) {
        return switch (opcode >>> 8) {
            case 0 -> CORE[opcode];
            case 0xFC -> MISC[opcode & 0xFF];
            case 0xFD -> VECTOR[opcode & 0xFF];
            default -> 0;
        };
    }

    private static int ofScalar(String name) {
        int type = scalar(name.substring(0, 3));
        String operation = name.substring(4);
        var source = SCALAR_SOURCE.matcher(operation);
        if (source.matches()) {
            return signature(0, scalar(source.group(1)), type);
        }
        if (operation.equals("eqz")) {
            return signature(0, type, ValueType.I32.code());
        }
        if (SCALAR_TESTS.contains(operation)) {
            return signature(type, type, ValueType.I32.code());
        }
        return signature(SCALAR_UNARY.contains(operation) ? 0 : type, type, type);
    }

    private static boolean isPlainVector(int opcode) {
        return !(opcode >= Opcode.I8X16_EXTRACT_LANE_S && opcode <= Opcode.F64X2_REPLACE_LANE)
                && !(opcode >= Opcode.V128_LOAD8_LANE && opcode <= Opcode.V128_LOAD64_ZERO);
    }

    private static int ofVector(String name) {
        int vector = ValueType.V128.code();
        String operation = name.substring(name.indexOf('.') + 1);
        if (operation.equals("splat")) {
            return signature(0, lane(name), vector);
        }
        if (operation.equals("bitselect")) {
            return vector << 24 | signature(vector, vector, vector);
        }
        if (VECTOR_TESTS.contains(operation)) {
            return signature(0, vector, ValueType.I32.code());
        }
        if (VECTOR_SHIFTS.contains(operation)) {
            return signature(vector, ValueType.I32.code(), vector);
        }
        boolean unary = VECTOR_UNARY.contains(operation)
                || VECTOR_CONVERSION.matcher(operation).matches();
        return signature(unary ? 0 : vector, vector, vector);
    }

    /// {@return the code of the type that one lane of a vector like `i8x16` is given and taken as}
    static int lane(String shape) {
        String element = shape.substring(0, shape.indexOf('x'));
        return element.equals("i8") || element.equals("i16") ? ValueType.I32.code() : scalar(element);
    }

    private static int scalar(String name) {
        return switch (name) {
            case "i32" -> ValueType.I32.code();
            case "i64" -> ValueType.I64.code();
            case "f32" -> ValueType.F32.code();
            case "f64" -> ValueType.F64.code();
            default -> throw new AssertionError("BUG: " + name);
        };
    }

    private static int signature(int first, int last, int result) {
        return first << 16 | last << 8 | result;
    }
}
