package decant.wasm.link;

import decant.wasm.Module;
import decant.wasm.binary.CodeReader;

/// Writes instructions once more, for a module in which things have other indices.
final class CodeCopy {
    private final Module module;
    private final Translation translation;

    CodeCopy(Module module, Translation translation) {
        this.module = module;
        this.translation = translation;
    }

    /// Says which index a thing has in the module to be written: its own, unless said otherwise.
    interface Translation {
        default int type(int index) {
            return index;
        }

        default int function(int index) {
            return index;
        }

        default int table(int index) {
            return index;
        }

        default int global(int index) {
            return index;
        }

        default int data(int index) {
            return index;
        }

        default int element(int index) {
            return index;
        }

        /// Writes an instruction in its own way, or writes nothing.
        ///
        /// @param code stands behind the instruction's code, and behind its operands when it was written
        /// @return whether it was written
        default boolean write(int opcode, CodeReader code, BinaryOutput target) {
            return false;
        }
    }

    /// Writes the instructions from `start` to before `end` in the module's bytes.
    void copy(int start, int end, BinaryOutput target) {
        var code = new CodeReader(module.bytes(), start, end);
        while (!code.atEnd()) {
            int opcode = code.opcode();
            if (!translation.write(opcode, code, target)) {
                target.opcode(opcode);
                for (Operand operand : Operand.of(opcode)) {
                    copy(operand, code, target);
                }
            }
        }
    }

    private void copy(Operand operand, CodeReader code, BinaryOutput target) {
        long value = operand.read(code);
        switch (operand) {
            case TYPE -> target.u32(translation.type((int) value));
            case FUNCTION -> target.u32(translation.function((int) value));
            case TABLE -> target.u32(translation.table((int) value));
            case GLOBAL -> target.u32(translation.global((int) value));
            case DATA -> target.u32(translation.data((int) value));
            case ELEMENT -> target.u32(translation.element((int) value));
            case BLOCK_TYPE -> target.signed(value >= 0 ? translation.type((int) value) : value);
            case INDEX, LABELS, VALUE_TYPES, ALIGNMENT, OFFSET -> target.u64(value);
            case INT32, INT64 -> target.signed(value);
            case BITS32 -> target.fixed(value, 4);
            case BITS64, BITS128 -> target.fixed(value, 8);
            case LANE -> target.u8((int) value);
        }
        for (int i = Operand.more(operand, value); i > 0; i--) {
            long more = operand.readMore(code);
            if (operand == Operand.BITS128) {
                target.fixed(more, 8);
            } else {
                target.u64(more);
            }
        }
    }
}
