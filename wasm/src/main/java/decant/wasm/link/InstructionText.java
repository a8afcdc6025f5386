package decant.wasm.link;

import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;

/// One instruction as people read it, near to the text format.
final class InstructionText {
    private static final int SHOWN_MAX = 8;

    private InstructionText() {}

    /// {@return the instruction at an offset of the module, in code that ends before `end`; long lists are cut}
    static String at(Module module, int offset, int end) {
        var code = new CodeReader(module.bytes(), offset, end);
        int opcode = code.opcode();
        var text = new StringBuilder(Opcode.name(opcode));
        for (Operand operand : Operand.of(opcode)) {
            long value = operand.read(code);
            switch (operand) {
                case FUNCTION -> text.append(' ').append(function(module, (int) value));
                case TYPE -> text.append(' ').append(module.types().get((int) value));
                case OFFSET -> text.append(" offset=").append(Long.toUnsignedString(value));
                case ALIGNMENT -> text.append(" align=").append(1L << value);
                case BLOCK_TYPE -> {
                    if (value != CodeReader.EMPTY_BLOCK) {
                        text.append(" type=").append(value);
                    }
                }
                case LABELS, VALUE_TYPES, BITS128 -> {
                    text.append(' ').append(value);
                    int more = Operand.more(operand, value);
                    for (int i = 0; i < more && i < SHOWN_MAX; i++) {
                        text.append(' ').append(operand.readMore(code));
                    }
                    text.append(more > SHOWN_MAX ? " ..." : "");
                }
                case TABLE, GLOBAL, DATA, ELEMENT, INDEX, INT32, INT64, BITS32, BITS64, LANE ->
                    text.append(' ').append(value);
            }
        }
        return text.toString();
    }

    /// {@return a function's name and index}
    static String function(Module module, int index) {
        String name = module.functionName(index);
        return name.startsWith("func[") ? name : "`" + name + "` (func[" + index + "])";
    }
}
