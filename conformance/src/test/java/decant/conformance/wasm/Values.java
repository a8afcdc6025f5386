package decant.conformance.wasm;

import decant.wasm.ValueType;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.LongStream;

/// The arguments and results that scripts write down, as the slots the engine takes and gives.
final class Values {
    private static final long NULL = -1;

    private Values() {}

    /// {@return the slots of a constant such as `(i32.const 1)`}
    static LongStream slots(Sexp sexp) {
        var constant = (Sexp.Form) sexp;
        return constant.head().equals("v128.const") ? Vector.of(constant).slots() : LongStream.of(slot(constant));
    }

    private static long slot(Sexp.Form constant) {
        return switch (constant.head()) {
            case "i32.const" -> (int) Literals.integer(literal(constant));
            case "i64.const" -> Literals.integer(literal(constant));
            case "f32.const" -> Literals.float32(literal(constant));
            case "f64.const" -> Literals.float64(literal(constant));
            case "ref.null" -> NULL;
            case "ref.extern" -> Literals.integer(literal(constant));
            default -> throw new LeftOutException("needs " + Exclusions.REFERENCES, constant);
        };
    }

    private static String literal(Sexp.Form constant) {
        return constant.items().get(1).toString();
    }

    /// {@return whether results are as expected}
    static boolean match(List<Sexp> expected, List<ValueType> types, long[] results) {
        if (expected.size() != types.size()) {
            return false;
        }
        int slot = 0;
        for (int i = 0; i < expected.size(); i++) {
            var value = (Sexp.Form) expected.get(i);
            boolean matches = types.get(i) == ValueType.V128
                    ? value.head().equals("v128.const") && Vector.of(value).matches(results[slot], results[slot + 1])
                    : matches(value, types.get(i), results[slot]);
            if (!matches) {
                return false;
            }
            slot += types.get(i).slots();
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
            case "v128.const" -> false;
            default -> throw new LeftOutException("needs " + Exclusions.REFERENCES, expected);
        };
    }

    /// A constant such as `(v128.const f32x4 1 2 nan:canonical 4)`.
    private record Vector(String shape, List<String> lanes) {
        static Vector of(Sexp.Form constant) {
            var items = constant.items().stream().map(Sexp::toString).toList();
            return new Vector(items.get(1), items.subList(2, items.size()));
        }

        LongStream slots() {
            return LongStream.of(half(0), half(1));
        }

        private long half(int half) {
            int count = lanes.size() / 2;
            int bits = Long.SIZE / count;
            long slot = 0;
            for (int i = 0; i < count; i++) {
                slot |= lane(half * count + i) << i * bits;
            }
            return slot;
        }

        private long lane(int index) {
            String literal = lanes.get(index);
            return switch (shape) {
                case "f32x4" -> Literals.float32(literal) & 0xFFFF_FFFFL;
                case "f64x2" -> Literals.float64(literal);
                default -> Literals.integer(literal) & -1L >>> Long.SIZE - 128 / lanes.size();
            };
        }

        boolean matches(long low, long high) {
            return switch (shape) {
                case "f32x4" ->
                    matchesFloat(lanes.get(0), (int) low)
                            && matchesFloat(lanes.get(1), (int) (low >> 32))
                            && matchesFloat(lanes.get(2), (int) high)
                            && matchesFloat(lanes.get(3), (int) (high >> 32));
                case "f64x2" -> matchesDouble(lanes.get(0), low) && matchesDouble(lanes.get(1), high);
                default -> low == half(0) && high == half(1);
            };
        }
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
        var texts = new StringJoiner(" ", "[", "]");
        int next = 0;
        for (ValueType type : types) {
            long slot = slots[next];
            texts.add(
                    switch (type) {
                        case I32 -> "i32 " + (int) slot;
                        case I64 -> "i64 " + slot;
                        case F32 -> "f32 %s (0x%08x)".formatted(Float.intBitsToFloat((int) slot), (int) slot);
                        case F64 -> "f64 %s (0x%016x)".formatted(Double.longBitsToDouble(slot), slot);
                        case V128 -> "v128 0x%016x%016x".formatted(slots[next + 1], slot);
                        case FUNCREF, EXTERNREF -> type + " " + slot;
                    });
            next += type.slots();
        }
        return texts.toString();
    }
}
