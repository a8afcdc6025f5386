package decant.wasm.validate;

import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.util.List;

/// The parameters and results of all function types of a module, as type codes.
final class FunctionTypes {
    static final byte[] NONE = {};
    private static final byte[][] SINGLE = new byte[0x80][];

    static {
        for (ValueType type : ValueType.values()) {
            SINGLE[type.code()] = new byte[] {(byte) type.code()};
        }
    }

    private final byte[][] parameters;
    private final byte[][] results;

    FunctionTypes(List<FunctionType> types) {
        parameters = new byte[types.size()][];
        results = new byte[types.size()][];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = codes(types.get(i).parameters());
            results[i] = codes(types.get(i).results());
        }
    }

    private static byte[] codes(List<ValueType> types) {
        return switch (types.size()) {
            case 0 -> NONE;
            case 1 -> single(types.getFirst().code());
            default -> {
                var codes = new byte[types.size()];
                for (int i = 0; i < codes.length; i++) {
                    codes[i] = (byte) types.get(i).code();
                }
                yield codes;
            }
        };
    }

    /// {@return a list of one type}
    static byte[] single(int code) {
        return SINGLE[code];
    }

    int count() {
        return parameters.length;
    }

    byte[] parameters(int index) {
        return parameters[index];
    }

    byte[] results(int index) {
        return results[index];
    }
}
