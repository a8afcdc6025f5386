package decant.conformance.wasm;

import decant.wasm.ValueType;
import decant.wasm.binary.Opcode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Assembles the instructions of one function or constant expression, folded or flat.
final class WatCode {
    private static final Map<String, Integer> OPCODES = new HashMap<>();

    static {
        for (int prefix : new int[] {0, 0xFC00, 0xFD00}) {
            for (int number = 0; number <= 0xFF; number++) {
                if (Opcode.exists(prefix | number)) {
                    OPCODES.putIfAbsent(Opcode.name(prefix | number), prefix | number);
                }
            }
        }
    }

    private final WatModule module;
    private final IndexSpace locals;
    private final Deque<Optional<String>> labels = new ArrayDeque<>();
    private boolean usesDataSegments;
    private boolean isExtended;

    WatCode(WatModule module, IndexSpace locals) {
        this.module = module;
        this.locals = locals;
    }

    /// {@return whether `memory.init` or `data.drop` occurs}
    boolean usesDataSegments() {
        return usesDataSegments;
    }

    /// {@return whether, were this a constant expression, it would compute}
    boolean isExtended() {
        return isExtended;
    }

    /// Writes all instructions that are left.
    void writeAll(Pieces pieces, Bytes out) {
        while (!pieces.atEnd()) {
            write(pieces, out);
        }
    }

    private void write(Pieces pieces, Bytes out) {
        if (pieces.nextIsForm()) {
            writeFolded(pieces.form(), out);
            return;
        }
        var word = pieces.take();
        switch (text(word)) {
            case "block", "loop", "if" -> {
                var label = open(word, pieces, out);
                writeFlatBlock(pieces, out);
                close(pieces, label, out);
            }
            case "else", "end" -> throw new WatException("unexpected token " + word, word);
            default -> writePlain(word, pieces, out);
        }
    }

    private void writeFlatBlock(Pieces pieces, Bytes out) {
        while (!pieces.nextIs("end")) {
            if (pieces.takeIf("else")) {
                pieces.identifier();
                out.u8(Opcode.ELSE);
            } else {
                write(pieces, out);
            }
        }
    }

    private void close(Pieces pieces, Optional<String> label, Bytes out) {
        pieces.take();
        var name = pieces.identifier();
        if (name.isPresent() && !name.equals(label)) {
            throw new WatException("mismatching label " + name.get(), pieces.line());
        }
        labels.pop();
        out.u8(Opcode.END);
    }

    private Optional<String> open(Sexp word, Pieces pieces, Bytes out) {
        out.u8(opcode(word));
        var label = pieces.identifier();
        module.types().writeBlockType(pieces, out);
        labels.push(label);
        return label;
    }

    private void writeFolded(Sexp.Form form, Bytes out) {
        var word = form.items().getFirst();
        var pieces = Pieces.of(form);
        switch (form.head()) {
            case "block", "loop" -> {
                open(word, pieces, out);
                writeAll(pieces, out);
                labels.pop();
                out.u8(Opcode.END);
            }
            case "if" -> writeFoldedIf(word, pieces, out);
            default -> {
                var instruction = new Bytes();
                writePlain(word, pieces, instruction);
                while (!pieces.atEnd()) {
                    writeFolded(pieces.form(), out);
                }
                out.raw(instruction);
            }
        }
    }

    private void writeFoldedIf(Sexp word, Pieces pieces, Bytes out) {
        var header = new Bytes();
        open(word, pieces, header);
        var label = labels.pop();
        while (!pieces.nextIsForm("then")) {
            writeFolded(pieces.form(), out);
        }
        labels.push(label);
        out.raw(header);
        writeAll(Pieces.of(pieces.form()), out);
        if (pieces.nextIsForm("else")) {
            out.u8(Opcode.ELSE);
            writeAll(Pieces.of(pieces.form()), out);
        }
        if (!pieces.atEnd()) {
            throw new WatException("unexpected token " + pieces.peek(), pieces.peek());
        }
        labels.pop();
        out.u8(Opcode.END);
    }

    private void writePlain(Sexp word, Pieces pieces, Bytes out) {
        int opcode = opcode(word);
        if (opcode == Opcode.SELECT && pieces.nextIsForm("result")) {
            writeTypedSelect(pieces, out);
            return;
        }
        if (opcode > 0xFF) {
            out.u8(opcode >>> 8).u32(opcode & 0xFF);
        } else {
            out.u8(opcode);
        }
        writeImmediates(opcode, pieces, out);
    }

    private void writeTypedSelect(Pieces pieces, Bytes out) {
        List<ValueType> types = new ArrayList<>();
        while (pieces.nextIsForm("result")) {
            WatTypes.takeTypes(pieces.form(), types, new ArrayList<>());
        }
        out.u8(Opcode.SELECT_T).u32(types.size());
        types.forEach(type -> out.u8(type.code()));
    }

    private void writeImmediates(int opcode, Pieces pieces, Bytes out) {
        switch (opcode) {
            case Opcode.BR, Opcode.BR_IF -> out.u32(label(pieces.take()));
            case Opcode.BR_TABLE -> writeLabels(pieces, out);
            case Opcode.CALL, Opcode.RETURN_CALL, Opcode.REF_FUNC ->
                out.u32(module.functions().index(pieces.take()));
            case Opcode.CALL_INDIRECT, Opcode.RETURN_CALL_INDIRECT -> {
                int table = optional(pieces, module.tables());
                out.u32(module.types().use(pieces).index()).u32(table);
            }
            case Opcode.LOCAL_GET, Opcode.LOCAL_SET, Opcode.LOCAL_TEE -> out.u32(locals.index(pieces.take()));
            case Opcode.GLOBAL_GET, Opcode.GLOBAL_SET ->
                out.u32(module.globals().index(pieces.take()));
            case Opcode.TABLE_GET, Opcode.TABLE_SET, Opcode.TABLE_SIZE, Opcode.TABLE_GROW, Opcode.TABLE_FILL ->
                out.u32(optional(pieces, module.tables()));
            case Opcode.TABLE_COPY -> {
                int target = optional(pieces, module.tables());
                out.u32(target).u32(optional(pieces, module.tables()));
            }
            case Opcode.TABLE_INIT -> {
                var first = pieces.take();
                boolean hasTable = pieces.nextIsIndex();
                out.u32(module.elements().index(hasTable ? pieces.take() : first));
                out.u32(
                        hasTable
                                ? module.tables().index(first)
                                : module.tables().checked(0));
            }
            case Opcode.ELEM_DROP -> out.u32(module.elements().index(pieces.take()));
            case Opcode.MEMORY_SIZE, Opcode.MEMORY_GROW, Opcode.MEMORY_FILL -> out.u32(memory(pieces));
            case Opcode.MEMORY_COPY -> {
                int target = memory(pieces);
                out.u32(target).u32(memory(pieces));
            }
            case Opcode.MEMORY_INIT -> {
                usesDataSegments = true;
                var first = pieces.take();
                boolean hasMemory = pieces.nextIsIndex();
                out.u32(module.data().index(hasMemory ? pieces.take() : first));
                out.u32(hasMemory ? module.memory(first) : 0);
            }
            case Opcode.DATA_DROP -> {
                usesDataSegments = true;
                out.u32(module.data().index(pieces.take()));
            }
            case Opcode.REF_NULL -> out.u8(WatTypes.heapType(pieces.take()));
            case Opcode.I32_CONST -> out.signed(int32(pieces.take()));
            case Opcode.I64_CONST -> out.signed(Literals.integer(pieces.word()));
            case Opcode.F32_CONST -> out.fixed(Literals.float32(pieces.word()), 4);
            case Opcode.F64_CONST -> out.fixed(Literals.float64(pieces.word()), 8);
            case Opcode.V128_CONST -> writeVector(pieces, out);
            case Opcode.I8X16_SHUFFLE -> {
                for (int i = 0; i < 16; i++) {
                    out.u8(lane(pieces));
                }
            }
            case Opcode.I32_ADD, Opcode.I32_SUB, Opcode.I32_MUL, Opcode.I64_ADD, Opcode.I64_SUB, Opcode.I64_MUL ->
                isExtended = true;
            default -> writeAccessOrLane(opcode, pieces, out);
        }
    }

    private void writeAccessOrLane(int opcode, Pieces pieces, Bytes out) {
        if (opcode >= Opcode.V128_LOAD8_LANE && opcode <= Opcode.V128_STORE64_LANE) {
            writeMemoryArgument((opcode - Opcode.V128_LOAD8_LANE) % 4, true, pieces, out);
            out.u8(lane(pieces));
        } else if (opcode >= Opcode.I8X16_EXTRACT_LANE_S && opcode <= Opcode.F64X2_REPLACE_LANE) {
            out.u8(lane(pieces));
        } else if (opcode >= Opcode.I32_LOAD && opcode <= Opcode.I64_STORE32
                || opcode >= Opcode.V128_LOAD && opcode <= Opcode.V128_STORE
                || opcode == Opcode.V128_LOAD32_ZERO
                || opcode == Opcode.V128_LOAD64_ZERO) {
            writeMemoryArgument(naturalAlignment(Opcode.name(opcode)), false, pieces, out);
        }
    }

    private void writeMemoryArgument(int naturalAlignment, boolean laneFollows, Pieces pieces, Bytes out) {
        int memory = 0;
        boolean hasMemory = pieces.nextIsIndex();
        if (hasMemory && laneFollows) {
            var rest = pieces.rest();
            hasMemory = rest.size() > 1 && rest.get(1) instanceof Sexp.Word;
        }
        if (hasMemory) {
            memory = module.memory(pieces.take());
        }
        long offset = 0;
        int alignment = naturalAlignment;
        while (pieces.nextIsWord()) {
            String word = ((Sexp.Word) pieces.peek()).text();
            if (word.startsWith("offset=")) {
                offset = Literals.integer(word.substring(7));
            } else if (word.startsWith("align=")) {
                long bytes = Literals.integer(word.substring(6));
                if (Long.bitCount(bytes) != 1) {
                    throw new WatException("alignment must be a power of two", pieces.line());
                }
                alignment = Long.numberOfTrailingZeros(bytes);
            } else {
                break;
            }
            pieces.take();
        }
        if (memory == 0) {
            out.u32(alignment);
        } else {
            out.u32(alignment | 0x40).u32(memory);
        }
        out.u64(offset);
    }

    /// {@return the binary logarithm of how many bytes a load or store moves, by its name}
    private static int naturalAlignment(String name) {
        String operation = name.substring(name.indexOf('.') + 1);
        String width = operation.replaceFirst("(load|store)", "");
        if (width.isEmpty()) {
            return switch (name.substring(0, 3)) {
                case "i32", "f32" -> 2;
                case "i64", "f64" -> 3;
                default -> 4;
            };
        }
        if (width.contains("x")) {
            return 3;
        }
        int bits = Integer.parseInt(width.replaceFirst("_.*", ""));
        return Integer.numberOfTrailingZeros(bits / 8);
    }

    private static void writeVector(Pieces pieces, Bytes out) {
        String shape = pieces.word();
        int lanes = Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
        for (int i = 0; i < lanes; i++) {
            String literal = pieces.word();
            switch (shape) {
                case "f32x4" -> out.fixed(Literals.float32(literal), 4);
                case "f64x2" -> out.fixed(Literals.float64(literal), 8);
                default -> out.fixed(Literals.integer(literal), 16 / lanes);
            }
        }
    }

    private static int lane(Pieces pieces) {
        return (int) Literals.integer(pieces.word());
    }

    private static int int32(Sexp word) {
        long value = Literals.integer(text(word));
        if (value < Integer.MIN_VALUE || value > 0xFFFF_FFFFL) {
            throw new WatException("constant out of range " + word, word);
        }
        return (int) value;
    }

    private void writeLabels(Pieces pieces, Bytes out) {
        List<Bytes> targets = new ArrayList<>();
        while (pieces.nextIsIndex()) {
            targets.add(new Bytes().u32(label(pieces.take())));
        }
        if (targets.isEmpty()) {
            throw new WatException("a label is expected", pieces.line());
        }
        out.u32(targets.size() - 1);
        targets.forEach(out::raw);
    }

    private int label(Sexp word) {
        String text = text(word);
        if (!text.startsWith("$")) {
            return (int) Literals.integer(text);
        }
        int depth = 0;
        for (Optional<String> label : labels) {
            if (label.isPresent() && label.get().equals(text)) {
                return depth;
            }
            depth++;
        }
        throw new WatException("unknown label " + text, word);
    }

    private int memory(Pieces pieces) {
        return pieces.nextIsIndex() ? module.memory(pieces.take()) : 0;
    }

    private static int optional(Pieces pieces, IndexSpace space) {
        return pieces.nextIsIndex() ? space.index(pieces.take()) : space.checked(0);
    }

    private static int opcode(Sexp word) {
        String text = text(word);
        Integer opcode = OPCODES.get(text);
        if (opcode != null) {
            return opcode;
        }
        if (text.contains("relaxed")) {
            throw new LeftOutException("the relaxed SIMD proposal", word);
        }
        if (text.startsWith("throw") || text.equals("try_table") || text.equals("rethrow")) {
            throw new LeftOutException("the exception handling proposal", word);
        }
        if (text.matches("(struct|array|ref|i31|any|extern)\\..*|br_on_.*|(return_)?call_ref")) {
            throw new LeftOutException("typed references (function references and GC proposals)", word);
        }
        throw new WatException("unknown operator " + text, word);
    }

    private static String text(Sexp sexp) {
        if (sexp instanceof Sexp.Word(String text, int _)) {
            return text;
        }
        throw new WatException("unexpected token " + sexp, sexp);
    }
}
