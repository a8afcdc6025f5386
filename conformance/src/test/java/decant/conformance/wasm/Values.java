package decant.conformance.wasm;

import decant.wasm.ValueType;
import java.util.List;

/// The arguments and results that scripts write down, as the slots the engine takes and gives.
final class Values {
    private static final long NULL = -1;

    private Values() {}

    /// {@return the slot of a constant such as `(i32.const 1)`}
    static long slot(Sexp sexp) {
        var constant = (Sexp.Form) sexp;
        return switch (constant.head()) {
            case "i32.const" -> (int) Literals.integer(literal(constant));
            case "i64.const" -> Literals.integer(literal(constant));
            case "f32.const" -> Literals.float32(literal(constant));
            case "f64.const" -> Literals.float64(literal(constant));
            case "ref.null" -> NULL;
            case "ref.extern" -> Literals.integer(literal(constant));
            case "v128.const" -> throw new LeftOutException(Exclusions.SIMD);
            default -> throw new LeftOutException("needs " + Exclusions.REFERENCES, constant);
        };
    }

    private static String literal(Sexp.Form constant) {
        return constant.items().get(1).toString();
    }

    /// {@return whether results are as expected}
    static boolean match(List<Sexp> expected, List<ValueType> types, long[] results) {
        if (expected.size() != results.length) {
            return false;
        }
        for (int i = 0; i < results.length; i++) {
            if (!matches((Sexp.Form) expected.get(i), types.get(i), results[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(Sexp.Form expected, ValueType type, long slot) {
        return switch (expected.head()) {
            case "i32.const" -> type == ValueType.I32 && (int) slot == (int) slot(expected);
            case "i64.const" -> type == ValueType.I64 && slot == slot(expected);
            case "f32.const" -> type == ValueType.F32 && matchesFloat(literal(expected), (int) slot);
            case "f64.const" -> type == ValueType.F64 && matchesDouble(literal(expected), slot);
            case "ref.null" -> type.isReference() && slot == NULL;
            case "ref.func" -> type == ValueType.FUNCREF && slot != NULL;
            case "ref.extern" ->
                type == ValueType.EXTERNREF && (expected.items().size() == 1 ? slot != NULL : slot == slot(expected));
            case "v128.const" -> throw new LeftOutException(Exclusions.SIMD);
            default -> throw new LeftOutException("needs " + Exclusions.REFERENCES, expected);
        };
    }

    private static boolean matchesFloat(String expected, int bits) {
        return switch (expected) {
            case "nan:canonical" -> (bits & 0x7FFF_FFFF) == 0x7FC0_0000;
            case "nan:arithmetic" -> (bits & 0x7FC0_0000) == 0x7FC0_0000;
            default -> bits == Literals.float32(expected);
        };
    }

    private static boolean matchesDouble(String expected, long bits) {
        return switch (expected) {
            case "nan:canonical" -> (bits & 0x7FFF_FFFF_FFFF_FFFFL) == 0x7FF8_0000_0000_0000L;
            case "nan:arithmetic" -> (bits & 0x7FF8_0000_0000_0000L) == 0x7FF8_0000_0000_0000L;
            default -> bits == Literals.float64(expected);
        };
    }

    /// {@return slots as text, for messages}
    static String text(List<ValueType> types, long[] slots) {
        var text = new StringBuilder();
        for (int i = 0; i < slots.length; i++) {
            text.append(i == 0 ? "" : " ")
                    .append(
                            switch (types.get(i)) {
                                case I32 -> "i32 " + (int) slots[i];
                                case I64 -> "i64 " + slots[i];
                                case F32 ->
                                    "f32 %s (0x%08x)".formatted(Float.intBitsToFloat((int) slots[i]), (int) slots[i]);
                                case F64 -> "f64 %s (0x%016x)".formatted(Double.longBitsToDouble(slots[i]), slots[i]);
                                case V128, FUNCREF, EXTERNREF -> types.get(i) + " " + slots[i];
                            });
        }
        return "[" + text + "]";
    }
}
