package decant.wasm;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;

import decant.wasm.binary.Opcode;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// An instruction on vectors as tests know it: by its name, from which follow its operands and what stands behind it.
///
/// @param parameters its operands; an address is an i32
/// @param lanes how many lanes its lane index may choose from, 0 without one
/// @param accessBytes how many bytes of memory it loads or stores, 0 for all else
public record VectorInstruction(
        int opcode, String name, List<ValueType> parameters, List<ValueType> results, int lanes, int accessBytes) {
    private static final Set<String> UNARY =
            Set.of("not", "abs", "neg", "popcnt", "ceil", "floor", "trunc", "nearest", "sqrt");
    private static final Pattern CONVERSION = Pattern.compile("(extend|extadd|trunc_sat|convert|demote|promote)_.*");
    private static final Pattern ACCESS = Pattern.compile("(load|store)(\\d+)?(x\\d)?.*");

    /// {@return every instruction on vectors, in the order of their codes}
    public static List<VectorInstruction> all() {
        return IntStream.rangeClosed(Opcode.V128_LOAD, Opcode.F64X2_CONVERT_LOW_I32X4_U)
                .filter(Opcode::exists)
                .mapToObj(VectorInstruction::of)
                .toList();
    }

    static VectorInstruction of(int opcode) {
        String name = Opcode.name(opcode);
        String shape = name.substring(0, name.indexOf('.'));
        String operation = name.substring(name.indexOf('.') + 1);
        if (operation.startsWith("load") || operation.startsWith("store")) {
            return access(opcode, name, operation);
        }
        int lanes = shape.equals("v128") ? 0 : Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
        if (operation.startsWith("extract_lane")) {
            return new VectorInstruction(opcode, name, List.of(V128), List.of(lane(shape)), lanes, 0);
        }
        if (operation.equals("replace_lane")) {
            return new VectorInstruction(opcode, name, List.of(V128, lane(shape)), List.of(V128), lanes, 0);
        }
        var results = List.of(operation.matches("any_true|all_true|bitmask") ? I32 : V128);
        return new VectorInstruction(opcode, name, parameters(shape, operation), results, 0, 0);
    }

    private static List<ValueType> parameters(String shape, String operation) {
        return switch (operation) {
            case "const" -> List.of();
            case "splat" -> List.of(lane(shape));
            case "bitselect" -> List.of(V128, V128, V128);
            case "any_true", "all_true", "bitmask" -> List.of(V128);
            case "shl", "shr_s", "shr_u" -> List.of(V128, I32);
            default ->
                UNARY.contains(operation) || CONVERSION.matcher(operation).matches()
                        ? List.of(V128)
                        : List.of(V128, V128);
        };
    }

    private static VectorInstruction access(int opcode, String name, String operation) {
        var parts = ACCESS.matcher(operation);
        if (!parts.matches()) {
            throw new AssertionError(name);
        }
        int bytes = parts.group(2) == null ? 16 : parts.group(3) != null ? 8 : Integer.parseInt(parts.group(2)) / 8;
        boolean isLane = operation.endsWith("_lane");
        boolean isStore = operation.startsWith("store");
        return new VectorInstruction(
                opcode,
                name,
                isLane || isStore ? List.of(I32, V128) : List.of(I32),
                isStore ? List.of() : List.of(V128),
                isLane ? 16 / bytes : 0,
                bytes);
    }

    private static ValueType lane(String shape) {
        return switch (shape) {
            case "i64x2" -> I64;
            case "f32x4" -> F32;
            case "f64x2" -> F64;
            default -> I32;
        };
    }

    /// {@return its operands in a module whose memory is addressed by i64 or not}
    public List<ValueType> parametersIn(boolean is64) {
        return accessBytes > 0 && is64
                ? Stream.concat(Stream.of(I64), parameters.stream().skip(1)).toList()
                : parameters;
    }

    public boolean isStore() {
        return results.isEmpty();
    }

    /// {@return what stands behind it: 16 bytes, or a lane index, or nothing}
    public byte[] immediates(Random random) {
        var bytes = new byte[16];
        switch (name) {
            case "v128.const" -> random.nextBytes(bytes);
            case "i8x16.shuffle" -> {
                for (int i = 0; i < 16; i++) {
                    bytes[i] = (byte) random.nextInt(32);
                }
            }
            default -> {
                return lanes == 0 ? new byte[0] : new byte[] {(byte) random.nextInt(lanes)};
            }
        }
        return bytes;
    }

    /// Emits the instruction, whose operands are on the stack.
    ///
    /// @param offset of a load or store
    void emit(WasmBuilder.Code code, long offset, byte[] immediates) {
        if (accessBytes > 0) {
            code.access(opcode, 0, offset);
        } else {
            code.op(opcode);
        }
        code.raw(immediates);
    }

    /// Emits the instruction with the locals from 0 on as its operands.
    void emitWithLocals(WasmBuilder.Code code, long offset, byte[] immediates) {
        for (int i = 0; i < parameters.size(); i++) {
            code.localGet(i);
        }
        emit(code, offset, immediates);
    }

    @Override
    public String toString() {
        return name;
    }
}
