package decant.wasm.compile;

import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.GlobalType;
import decant.wasm.InstantiationFailure;
import decant.wasm.LocalGroup;
import decant.wasm.Module;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;

/// Refuses modules with 128-bit vectors, which are not compiled yet.
final class VectorRefusal {
    private static final int VECTOR_PREFIX = 0xFD;

    private VectorRefusal() {}

    /// @throws InstantiationFailure when the module uses vectors
    static void check(Module module) {
        for (FunctionType type : module.types()) {
            if (type.parameters().contains(ValueType.V128) || type.results().contains(ValueType.V128)) {
                throw refusal("the function type " + type);
            }
        }
        for (GlobalType global : module.globalTypes()) {
            if (global.type() == ValueType.V128) {
                throw refusal("a global");
            }
        }
        for (FunctionBody body : module.bodies()) {
            check(module, body);
        }
    }

    private static void check(Module module, FunctionBody body) {
        for (LocalGroup group : body.locals()) {
            if (group.type() == ValueType.V128) {
                throw refusal("a local of " + module.functionName(body.functionIndex()));
            }
        }
        if (!containsPrefix(module.bytes(), body)) {
            return;
        }
        var reader = new CodeReader(module.bytes(), body.start(), body.end());
        while (!reader.atEnd()) {
            int at = reader.position();
            int opcode = reader.opcode();
            if (opcode >>> 8 == VECTOR_PREFIX) {
                throw refusal("the instruction " + Opcode.name(opcode) + " in "
                        + module.functionName(body.functionIndex()) + " at offset 0x" + Integer.toHexString(at));
            }
            reader.skipImmediates(opcode);
        }
    }

    private static boolean containsPrefix(byte[] bytes, FunctionBody body) {
        for (int i = body.start(); i < body.end(); i++) {
            if ((bytes[i] & 0xFF) == VECTOR_PREFIX) {
                return true;
            }
        }
        return false;
    }

    private static InstantiationFailure refusal(String what) {
        return new InstantiationFailure(
                what + " uses 128-bit vectors (SIMD), which are not supported: compile the module without them");
    }
}
