package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.ElementSegment;
import decant.wasm.FunctionBody;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What a module's tables hold from the beginning, and whether that can change.
final class TableSlots {
    private static final Set<Integer> MUTATIONS =
            Set.of(Opcode.TABLE_SET, Opcode.TABLE_GROW, Opcode.TABLE_FILL, Opcode.TABLE_COPY, Opcode.TABLE_INIT);

    static final int EMPTY = -1;

    private static final int SLOTS_MAX = 10_000_000;

    private TableSlots() {}

    /// {@return the function in each slot of a table, up to the last that holds one, or {@link #EMPTY}}
    static int[] of(Module module, int table) {
        long end = 0;
        for (ElementSegment segment : module.elements()) {
            if (fills(segment, table)) {
                end = Math.max(
                        end, place(segment).orElseThrow() + segment.elements().size());
            }
        }
        var slots = new int[Math.toIntExact(end)];
        Arrays.fill(slots, EMPTY);
        for (ElementSegment segment : module.elements()) {
            if (fills(segment, table)) {
                fill(slots, segment);
            }
        }
        return slots;
    }

    private static boolean fills(ElementSegment segment, int table) {
        return segment.mode() == ElementSegment.Mode.ACTIVE && segment.table() == table;
    }

    private static void fill(int[] slots, ElementSegment segment) {
        int slot = Math.toIntExact(place(segment).orElseThrow());
        for (ConstantExpression element : segment.elements()) {
            slots[slot] = element instanceof ConstantExpression.RefFunc(int function) ? function : EMPTY;
            slot++;
        }
    }

    /// {@return the function in a slot, or {@link #EMPTY}}
    static int at(int[] slots, int slot) {
        return slot < slots.length ? slots[slot] : EMPTY;
    }

    /// {@return why the slots are not known before the module runs, if so}
    static Optional<String> unknown(Module module) {
        for (int i = 0; i < module.elements().size(); i++) {
            var segment = module.elements().get(i);
            if (segment.mode() == ElementSegment.Mode.ACTIVE
                    && (place(segment).isEmpty() || !areKnown(segment.elements()))) {
                return Optional.of("element segment " + i + ", which depends on an imported global");
            }
            if (segment.mode() == ElementSegment.Mode.ACTIVE
                    && Long.compareUnsigned(
                                    place(segment).get() + segment.elements().size(), SLOTS_MAX)
                            > 0) {
                return Optional.of("element segment " + i + ", which ends behind slot " + SLOTS_MAX);
            }
        }
        return Optional.empty();
    }

    private static boolean areKnown(List<ConstantExpression> elements) {
        return elements.stream()
                .allMatch(element ->
                        element instanceof ConstantExpression.RefFunc || element instanceof ConstantExpression.RefNull);
    }

    private static Optional<Long> place(ElementSegment segment) {
        return segment.offset().flatMap(offset -> switch (offset) {
            case ConstantExpression.I32Const(int value) -> Optional.of(value & 0xFFFF_FFFFL);
            case ConstantExpression.I64Const(long value) -> Optional.of(value);
            case ConstantExpression.F32Const _,
                    ConstantExpression.F64Const _,
                    ConstantExpression.V128Const _,
                    ConstantExpression.RefNull _,
                    ConstantExpression.RefFunc _,
                    ConstantExpression.GlobalGet _ -> Optional.empty();
        });
    }

    /// {@return where a function's code changes a table, if it does}
    static OptionalInt mutation(Module module, FunctionBody body) {
        var code = new CodeReader(module.bytes(), body.start(), body.end());
        while (!code.atEnd()) {
            int at = code.position();
            int opcode = code.opcode();
            if (opcode > 0xFF && MUTATIONS.contains(opcode) || opcode == Opcode.TABLE_SET) {
                return OptionalInt.of(at);
            }
            code.skipImmediates(opcode);
        }
        return OptionalInt.empty();
    }
}
