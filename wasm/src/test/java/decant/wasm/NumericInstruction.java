package decant.wasm;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;

import decant.wasm.binary.Opcode;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// An instruction on numbers, or a load or store of one, as tests know it: by its name, from which follow its operands.
///
/// @param parameters its operands; an address is an i32
/// @param accessBytes how many bytes of memory it loads or stores, 0 for all else
public record NumericInstruction(
        int opcode, String name, List<ValueType> parameters, ValueType type, boolean isStore, int accessBytes) {
    private static final Pattern CONVERSION =
            Pattern.compile("(wrap|extend|trunc|trunc_sat|convert|demote|promote|reinterpret)_(i32|i64|f32|f64).*");
    private static final Pattern COMPARISON = Pattern.compile("(eq|ne|lt|gt|le|ge)(_[su])?");
    private static final Pattern ACCESS = Pattern.compile("(load|store)(8|16|32)?(_[su])?");
    private static final Set<String> UNARY = Set.of(
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

    /// {@return all of them, in the order of their codes}
    public static List<NumericInstruction> all() {
        return IntStream.of(Opcode.I32_LOAD, Opcode.I32_EQZ, Opcode.I32_TRUNC_SAT_F32_S)
                .boxed()
                .flatMap(first -> IntStream.rangeClosed(first, lastOf(first)).boxed())
                .map(NumericInstruction::of)
                .toList();
    }

    private static int lastOf(int first) {
        return switch (first) {
            case Opcode.I32_LOAD -> Opcode.I64_STORE32;
            case Opcode.I32_EQZ -> Opcode.I64_EXTEND32_S;
            default -> Opcode.I64_TRUNC_SAT_F64_U;
        };
    }

    private static NumericInstruction of(int opcode) {
        String name = Opcode.name(opcode);
        ValueType type = type(name.substring(0, 3));
        String operation = name.substring(4);
        var access = ACCESS.matcher(operation);
        if (access.matches()) {
            int bytes = access.group(2) != null
                    ? Integer.parseInt(access.group(2)) / 8
                    : type == I32 || type == F32 ? 4 : 8;
            boolean isStore = operation.startsWith("store");
            return new NumericInstruction(
                    opcode, name, isStore ? List.of(I32, type) : List.of(I32), type, isStore, bytes);
        }
        var conversion = CONVERSION.matcher(operation);
        if (conversion.matches()) {
            return of(opcode, name, List.of(type(conversion.group(2))), type);
        }
        if (UNARY.contains(operation)) {
            return of(opcode, name, List.of(type), type);
        }
        if (operation.equals("eqz")) {
            return of(opcode, name, List.of(type), I32);
        }
        return of(
                opcode, name, List.of(type, type), COMPARISON.matcher(operation).matches() ? I32 : type);
    }

    private static NumericInstruction of(int opcode, String name, List<ValueType> parameters, ValueType result) {
        return new NumericInstruction(opcode, name, parameters, result, false, 0);
    }

    private static ValueType type(String name) {
        return switch (name) {
            case "i32" -> I32;
            case "i64" -> I64;
            case "f32" -> F32;
            case "f64" -> F64;
            default -> throw new AssertionError(name);
        };
    }

    public List<ValueType> results() {
        return isStore ? List.of() : List.of(type);
    }

    /// {@return its operands in a module whose memory is addressed by i64 or not}
    public List<ValueType> parametersIn(boolean is64) {
        return accessBytes > 0 && is64
                ? Stream.concat(Stream.of(I64), parameters.stream().skip(1)).toList()
                : parameters;
    }

    @Override
    public String toString() {
        return name;
    }
}
