package decant.wasm.compile;

import static decant.wasm.binary.Opcode.F32_CONST;
import static decant.wasm.binary.Opcode.F64_CONST;
import static decant.wasm.binary.Opcode.GLOBAL_GET;
import static decant.wasm.binary.Opcode.I32_ADD;
import static decant.wasm.binary.Opcode.I32_CONST;
import static decant.wasm.binary.Opcode.I64_CONST;
import static decant.wasm.binary.Opcode.LOCAL_GET;
import static decant.wasm.binary.Opcode.LOCAL_SET;
import static decant.wasm.binary.Opcode.LOCAL_TEE;

import decant.wasm.binary.CodeReader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds constants that are added to an address, and are nothing but a part of the offset of the load or store then.
///
/// `a[i]` and `b[i]` in arrays at fixed places are two sums of one number: as offsets, they share what is computed of
/// it, and each is one machine instruction behind a comparison.
final class Displacements {
    /// So far a store is looked for behind its address.
    private static final int INSTRUCTIONS_MAX = 32;

    private final CodeReader reader;
    private final ModuleTypes types;
    private final LocalLayout layout;
    private final Set<Integer> borders;

    /// @param reader a cursor of our own
    /// @param borders where other methods begin
    Displacements(CodeReader reader, ModuleTypes types, LocalLayout layout, Set<Integer> borders) {
        this.reader = reader;
        this.types = types;
        this.layout = layout;
        this.borders = borders;
    }

    /// {@return whether a constant is added to what is nothing but the address of a load or store, and fits its offset}
    ///
    /// @param position of the instruction behind the constant
    boolean isOne(long constant, int position) {
        if (constant <= 0 || types.is64) {
            return false;
        }
        reader.seek(position);
        return !isAtEnd() && reader.opcode() == I32_ADD && isAddress(constant);
    }

    /// {@return whether the operand on top of the stack is the address of an access that can take in a constant}
    private boolean isAddress(long constant) {
        int above = 0;
        for (int i = 0; i < INSTRUCTIONS_MAX && !isAtEnd(); i++) {
            int opcode = reader.opcode();
            Operation operation = Operation.of(opcode);
            Effect effect = operation == null ? effect(opcode) : Effect.of(operation);
            if (effect == null) {
                return false;
            }
            if (operation != null && operation.accessBytes() > 0) {
                reader.memoryArgument();
                if (above == effect.taken - 1) {
                    return reader.offset() >= 0 && reader.offset() + constant <= FunctionEmitter.OFFSET_MAX;
                }
            }
            if (above < effect.taken) {
                return false;
            }
            above += effect.given - effect.taken;
        }
        return false;
    }

    private boolean isAtEnd() {
        return reader.atEnd() || borders.contains(reader.position());
    }

    /// How many operands an instruction takes and gives.
    private record Effect(int taken, int given) {
        static Effect of(Operation operation) {
            return new Effect(operation.parameters().length, operation.result() == null ? 0 : 1);
        }
    }

    /// {@return the effect of an instruction whose code has been read; null if it is rare, or control does not just run
    /// on}
    private @Nullable Effect effect(int opcode) {
        return switch (opcode) {
            case LOCAL_GET -> new Effect(0, size(reader.u32()));
            case LOCAL_SET -> new Effect(size(reader.u32()), 0);
            case LOCAL_TEE -> {
                int size = size(reader.u32());
                yield new Effect(size, size);
            }
            case GLOBAL_GET -> new Effect(0, types.global(reader.u32()).length);
            case I32_CONST, I64_CONST, F32_CONST, F64_CONST -> {
                reader.skipImmediates(opcode);
                yield new Effect(0, 1);
            }
            default -> null;
        };
    }

    private int size(int local) {
        return layout.end(local) - layout.first(local);
    }
}
