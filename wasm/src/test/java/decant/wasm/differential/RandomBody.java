package decant.wasm.differential;

import static decant.wasm.ValueType.FUNCREF;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;

import decant.wasm.NumericInstruction;
import decant.wasm.ValueType;
import decant.wasm.VectorInstruction;
import decant.wasm.WasmBuilder.Code;
import decant.wasm.binary.Opcode;
import decant.wasm.differential.Draft.Step;
import java.util.ArrayList;
import java.util.List;

/// Writes the instructions of one random function: nested blocks with any number of values going in and out, branches
/// of all kinds, calls, and whatever else there is, often with values left on the stack meanwhile, and some of it never
/// reached.
final class RandomBody {
    /// How many locals count the rounds of loops: the last ones.
    static final int COUNTERS = 4;

    private static final int NESTING_MAX = 6;
    private static final List<NumericInstruction> NUMERIC = NumericInstruction.all();
    private static final List<VectorInstruction> VECTORS = VectorInstruction.all();

    private final RandomModule module;
    private final Draft draft;
    private final List<Step> steps;
    private final List<ValueType> locals = new ArrayList<>();
    private final List<ValueType> results;
    private final List<ValueType> stack = new ArrayList<>();
    private final List<Label> labels = new ArrayList<>();
    private int counters;
    private int stepsMax;

    /// So many values at the bottom of the stack wait for what is being written now.
    private int untouched;

    /// A block that is open.
    private static final class Label {
        final List<ValueType> carried;
        final boolean isLoop;
        final int base;
        boolean isUnreachable;

        Label(List<ValueType> carried, boolean isLoop, int base) {
            this.carried = carried;
            this.isLoop = isLoop;
            this.base = base;
        }
    }

    RandomBody(RandomModule module, int index) {
        this.module = module;
        this.draft = module.draft;
        var function = draft.functions.get(index);
        this.steps = function.steps();
        Draft.Type type = draft.types.get(function.type());
        locals.addAll(type.parameters());
        locals.addAll(function.locals());
        this.results = type.results();
    }

    void write(int size) {
        stepsMax = size;
        labels.add(new Label(results, false, 0));
        while (steps.size() < stepsMax) {
            statement();
        }
        finish(results);
        labels.removeLast();
        emit(Opcode.END);
    }

    private void emit(int opcode, int... immediates) {
        steps.add(new Step(opcode, new Code().op(opcode, immediates).bytes()));
    }

    private void emit(int opcode, Code code) {
        steps.add(new Step(opcode, code.bytes()));
    }

    private int random(int bound) {
        return module.random.nextInt(bound);
    }

    private boolean chance(int percent) {
        return module.chance(percent);
    }

    private Label innermost() {
        return labels.getLast();
    }

    // Values.

    private void push(ValueType type) {
        stack.add(type);
    }

    private void push(List<ValueType> types) {
        stack.addAll(types);
    }

    private void pop(int count) {
        for (int i = 0; i < count; i++) {
            stack.removeLast();
        }
    }

    /// Makes the top of the stack these types, of what is there already as far as it fits.
    private void operands(List<ValueType> types, int depth) {
        int present = chance(60) ? present(types) : 0;
        for (ValueType type : types.subList(present, types.size())) {
            value(type, depth);
        }
    }

    private int present(List<ValueType> types) {
        int above = stack.size() - Math.max(innermost().base, untouched);
        for (int count = Math.min(types.size(), above); count > 0; count--) {
            if (stack.subList(stack.size() - count, stack.size()).equals(types.subList(0, count))) {
                return count;
            }
        }
        return 0;
    }

    /// Leaves one more value on the stack.
    private void value(ValueType type, int depth) {
        int below = untouched;
        untouched = stack.size();
        newValue(type, depth);
        untouched = below;
    }

    private void newValue(ValueType type, int depth) {
        if (depth <= 0 || steps.size() > stepsMax) {
            leaf(type);
            return;
        }
        switch (random(10)) {
            case 0, 1 -> leaf(type);
            case 2 -> choose(type, depth);
            case 3 -> {
                if (labels.size() < NESTING_MAX && chance(40)) {
                    block(List.of(type));
                } else {
                    operation(type, depth);
                }
            }
            case 4 -> {
                if (!callFor(type)) {
                    operation(type, depth);
                }
            }
            default -> operation(type, depth);
        }
    }

    private void leaf(ValueType type) {
        switch (random(4)) {
            case 0 -> {
                if (type == FUNCREF && chance(70)) {
                    emit(Opcode.REF_FUNC, module.anyFunction());
                } else {
                    steps.add(new Step(RandomModule.constantOpcode(type), module.constant(type)));
                }
            }
            case 1 -> emit(Opcode.GLOBAL_GET, global(type, false));
            default -> emit(Opcode.LOCAL_GET, local(type));
        }
        push(type);
    }

    private int local(ValueType type) {
        var found = new ArrayList<Integer>();
        for (int i = 0; i < locals.size() - COUNTERS; i++) {
            if (locals.get(i) == type) {
                found.add(i);
            }
        }
        return module.one(found);
    }

    private int global(ValueType type, boolean isSet) {
        var found = new ArrayList<Integer>();
        for (int i = 0; i < draft.globals.size(); i++) {
            if (draft.globals.get(i).type() == type
                    && (!isSet || draft.globals.get(i).mutable())) {
                found.add(i);
            }
        }
        return module.one(found);
    }

    private void choose(ValueType type, int depth) {
        value(type, depth - 1);
        value(type, depth - 1);
        value(I32, depth - 1);
        if (type == FUNCREF || chance(30)) {
            emit(Opcode.SELECT_T, new Code().op(Opcode.SELECT_T, 1).u8(type.code()));
        } else {
            emit(Opcode.SELECT);
        }
        pop(2);
    }

    private void operation(ValueType type, int depth) {
        if (type == FUNCREF) {
            reference(depth);
        } else if (type == V128 || module.valueTypes.contains(V128) && chance(15)) {
            vector(type, depth);
        } else {
            number(type, depth);
        }
    }

    private void number(ValueType type, int depth) {
        if (type == I32 && chance(12)) {
            rareNumber(depth);
            return;
        }
        var instruction = module.one(NUMERIC.stream()
                .filter(each -> each.results().equals(List.of(type)))
                .toList());
        if (instruction.accessBytes() > 0) {
            if (draft.memories.isEmpty()) {
                leaf(type);
                return;
            }
            address(depth);
            access(instruction.opcode(), instruction.accessBytes(), new byte[0]);
            pop(1);
            push(type);
            return;
        }
        if (canTrap(instruction.name()) && chance(70)) {
            leaf(type);
            return;
        }
        operands(instruction.parameters(), depth - 1);
        emit(instruction.opcode());
        pop(instruction.parameters().size());
        push(type);
    }

    private static boolean canTrap(String name) {
        return name.contains(".div_") || name.contains(".rem_") || name.contains("trunc_f");
    }

    private void rareNumber(int depth) {
        switch (random(5)) {
            case 0 -> {
                value(FUNCREF, depth - 1);
                emit(Opcode.REF_IS_NULL);
                pop(1);
                push(I32);
            }
            case 1 -> {
                emit(Opcode.CALL, Draft.GIVE);
                push(I32);
            }
            case 2 -> {
                if (draft.memories.isEmpty()) {
                    leaf(I32);
                    return;
                }
                emit(Opcode.MEMORY_SIZE, 0);
                pushNarrow(draft.is64());
            }
            case 3 -> {
                if (draft.tables.isEmpty()) {
                    leaf(I32);
                    return;
                }
                int table = random(draft.tables.size());
                emit(Opcode.TABLE_SIZE, table);
                pushNarrow(draft.tables.get(table).is64());
            }
            default -> {
                if (draft.memories.isEmpty()) {
                    leaf(I32);
                    return;
                }
                constant(draft.is64() ? I64 : I32, random(20) == 0 ? -1 : random(2));
                emit(Opcode.MEMORY_GROW, 0);
                pop(1);
                pushNarrow(draft.is64());
            }
        }
    }

    /// Makes an i32 of the address that an instruction has just left.
    private void pushNarrow(boolean is64) {
        if (is64) {
            emit(Opcode.I32_WRAP_I64);
        }
        push(I32);
    }

    private void constant(ValueType type, long value) {
        if (type == I64) {
            emit(Opcode.I64_CONST, new Code().i64(value));
        } else {
            emit(Opcode.I32_CONST, new Code().i32((int) value));
        }
        push(type);
    }

    private void vector(ValueType type, int depth) {
        var candidates = VECTORS.stream()
                .filter(each -> each.results().equals(List.of(type)))
                .toList();
        if (candidates.isEmpty()) {
            leaf(type);
            return;
        }
        var instruction = module.one(candidates);
        byte[] immediates = instruction.immediates(module.random);
        if (instruction.accessBytes() == 0) {
            operands(instruction.parameters(), depth - 1);
            emit(instruction.opcode(), new Code().op(instruction.opcode()).raw(immediates));
        } else {
            if (draft.memories.isEmpty()) {
                leaf(type);
                return;
            }
            address(depth);
            if (instruction.parameters().size() > 1) {
                value(V128, depth - 1);
            }
            access(instruction.opcode(), instruction.accessBytes(), immediates);
        }
        pop(instruction.parameters().size());
        push(type);
    }

    private void reference(int depth) {
        if (draft.tables.isEmpty() || chance(40)) {
            leaf(FUNCREF);
            return;
        }
        int table = random(draft.tables.size());
        index(table, depth);
        emit(Opcode.TABLE_GET, table);
        pop(1);
        push(FUNCREF);
    }

    /// Leaves the index of an element on the stack, which rarely is beyond the table.
    private void index(int table, int depth) {
        ValueType type = draft.tables.get(table).is64() ? I64 : I32;
        if (chance(90)) {
            constant(type, random(draft.tables.get(table).minimum()));
        } else {
            value(type, depth - 1);
        }
    }

    // Memory.

    /// Leaves an address on the stack, which rarely is beyond the memory.
    private void address(int depth) {
        ValueType type = draft.is64() ? I64 : I32;
        switch (random(12)) {
            case 0 -> value(type, depth - 1);
            case 1 -> constant(type, 65536L * (1 + random(2)) - random(20));
            case 2 -> constant(type, 4096L * (1 + random(15)) - random(18));
            case 3, 4, 5 -> constant(type, random(65000));
            default -> {
                value(type, depth - 1);
                constant(type, 0x7FFF);
                emit(type == I64 ? Opcode.I64_AND : Opcode.I32_AND);
                pop(2);
                push(type);
            }
        }
    }

    private void access(int opcode, int bytes, byte[] immediates) {
        long offset = switch (random(30)) {
            case 0 -> draft.is64() ? module.random.nextLong() : module.random.nextInt() & 0xFFFF_FFFFL;
            case 1 -> (1L << 31) - random(40);
            case 2 -> draft.is64() ? -1L - random(40) : 0xFFFF_FFFFL - random(40);
            case 3 -> 65536 - random(20);
            default -> (long) random(2) * random(300);
        };
        int alignment = random(1 + Integer.numberOfTrailingZeros(bytes));
        emit(opcode, new Code().access(opcode, alignment, offset).raw(immediates));
    }

    private void store(int depth) {
        if (module.valueTypes.contains(V128) && chance(30)) {
            var store = module.one(
                    VECTORS.stream().filter(VectorInstruction::isStore).toList());
            address(depth);
            value(V128, depth);
            access(store.opcode(), store.accessBytes(), store.immediates(module.random));
        } else {
            var store = module.one(
                    NUMERIC.stream().filter(NumericInstruction::isStore).toList());
            address(depth);
            value(store.type(), depth);
            access(store.opcode(), store.accessBytes(), new byte[0]);
        }
        pop(2);
    }

    private void bulkMemory() {
        ValueType address = draft.is64() ? I64 : I32;
        switch (random(4)) {
            case 0 -> {
                address(1);
                value(I32, 1);
                size(address, 3000);
                emit(Opcode.MEMORY_FILL, 0);
                pop(3);
            }
            case 1 -> {
                address(1);
                address(1);
                size(address, 3000);
                emit(Opcode.MEMORY_COPY, 0, 0);
                pop(3);
            }
            case 2 -> {
                address(1);
                constant(I32, random(100));
                size(I32, 150);
                emit(Opcode.MEMORY_INIT, random(draft.data.size()), 0);
                pop(3);
            }
            default -> emit(Opcode.DATA_DROP, random(draft.data.size()));
        }
    }

    private void size(ValueType type, int usual) {
        switch (random(12)) {
            case 0 -> value(type, 1);
            case 1 -> constant(type, 0);
            case 2 -> constant(type, -1);
            default -> constant(type, random(usual));
        }
    }

    private void bulkTable() {
        int table = random(draft.tables.size());
        boolean is64 = draft.tables.get(table).is64();
        ValueType index = is64 ? I64 : I32;
        switch (random(7)) {
            case 0 -> {
                index(table, 1);
                value(FUNCREF, 1);
                emit(Opcode.TABLE_SET, table);
                pop(2);
            }
            case 1 -> {
                value(FUNCREF, 1);
                constant(index, random(4));
                emit(Opcode.TABLE_GROW, table);
                pop(2);
                push(index);
                drop();
            }
            case 2 -> {
                index(table, 1);
                value(FUNCREF, 1);
                size(index, 5);
                emit(Opcode.TABLE_FILL, table);
                pop(3);
            }
            case 3, 4 -> {
                int source = random(draft.tables.size());
                boolean isNarrow = !is64 || !draft.tables.get(source).is64();
                index(table, 1);
                index(source, 1);
                size(isNarrow ? I32 : I64, 4);
                emit(Opcode.TABLE_COPY, table, source);
                pop(3);
            }
            case 5 -> {
                index(table, 1);
                constant(I32, random(3));
                size(I32, 3);
                emit(Opcode.TABLE_INIT, random(draft.elements.size()), table);
                pop(3);
            }
            default -> emit(Opcode.ELEM_DROP, random(draft.elements.size()));
        }
    }

    // Calls.

    private boolean callFor(ValueType type) {
        var found = new ArrayList<Integer>();
        for (int i = Draft.IMPORTED; i < Draft.IMPORTED + draft.functions.size(); i++) {
            if (draft.typeOf(i).results().equals(List.of(type))) {
                found.add(i);
            }
        }
        if (found.isEmpty() || chance(70)) {
            return false;
        }
        call(module.one(found));
        return true;
    }

    private void call(int function) {
        Draft.Type type = draft.typeOf(function);
        operands(type.parameters(), 2);
        emit(Opcode.CALL, function);
        pop(type.parameters().size());
        push(type.results());
    }

    private void callIndirect() {
        int table = random(draft.tables.size());
        int typeIndex = random(draft.types.size());
        Draft.Type type = draft.types.get(typeIndex);
        operands(type.parameters(), 2);
        index(table, 1);
        emit(Opcode.CALL_INDIRECT, typeIndex, table);
        pop(type.parameters().size() + 1);
        push(type.results());
    }

    private void tailCall() {
        boolean isIndirect = !draft.tables.isEmpty() && chance(50);
        var found = new ArrayList<Integer>();
        int count = isIndirect ? draft.types.size() : Draft.IMPORTED + draft.functions.size();
        for (int i = 0; i < count; i++) {
            Draft.Type type = isIndirect ? draft.types.get(i) : draft.typeOf(i);
            if (type.results().equals(results) && (isIndirect || i != Draft.OUT)) {
                found.add(i);
            }
        }
        if (found.isEmpty()) {
            return;
        }
        int which = module.one(found);
        operands((isIndirect ? draft.types.get(which) : draft.typeOf(which)).parameters(), 2);
        if (isIndirect) {
            int table = random(draft.tables.size());
            index(table, 1);
            emit(Opcode.RETURN_CALL_INDIRECT, which, table);
        } else {
            emit(Opcode.RETURN_CALL, which);
        }
        becomeUnreachable();
    }

    // Statements.

    private void statement() {
        if (innermost().isUnreachable && chance(50)) {
            polymorphic();
            return;
        }
        switch (random(24)) {
            case 0, 1, 2 -> {
                ValueType type = module.anyType();
                operands(List.of(type), 3);
                emit(Opcode.LOCAL_SET, local(type));
                pop(1);
            }
            case 3 -> {
                ValueType type = module.anyType();
                operands(List.of(type), 3);
                emit(Opcode.LOCAL_TEE, local(type));
            }
            case 4 -> {
                ValueType type = module.anyType();
                operands(List.of(type), 3);
                emit(Opcode.GLOBAL_SET, global(type, true));
                pop(1);
            }
            case 5, 6, 7 -> {
                if (!draft.memories.isEmpty()) {
                    store(3);
                }
            }
            case 8 -> {
                if (!draft.memories.isEmpty()) {
                    bulkMemory();
                }
            }
            case 9 -> {
                if (!draft.tables.isEmpty()) {
                    bulkTable();
                }
            }
            case 10 -> {
                operands(List.of(I64), 2);
                emit(Opcode.CALL, Draft.NOTE);
                pop(1);
            }
            case 11 -> {
                if (chance(30)) {
                    constant(I32, random(3000));
                    emit(Opcode.CALL, Draft.PAY);
                    pop(1);
                } else {
                    emit(Opcode.NOP);
                }
            }
            case 12, 13 -> {
                if (labels.size() < NESTING_MAX) {
                    block(
                            chance(50)
                                    ? List.of()
                                    : draft.types
                                            .get(random(draft.types.size()))
                                            .results());
                }
            }
            case 14, 15 -> {
                if (labels.size() < NESTING_MAX) {
                    loop();
                }
            }
            case 16, 17 -> branchIf();
            case 18 -> branchTable();
            case 19 -> {
                if (chance(25)) {
                    branchAlways();
                }
            }
            case 20 -> call(module.anyFunction());
            case 21 -> {
                if (!draft.tables.isEmpty()) {
                    callIndirect();
                }
            }
            case 22 -> value(module.anyType(), 3);
            default -> {
                if (stack.size() > innermost().base) {
                    drop();
                }
            }
        }
    }

    private void drop() {
        emit(Opcode.DROP);
        pop(1);
    }

    /// An instruction that takes what is not there, as it may where nothing is reached.
    private void polymorphic() {
        if (stack.size() > innermost().base) {
            drop();
            return;
        }
        var instruction = module.one(
                NUMERIC.stream().filter(each -> each.accessBytes() == 0).toList());
        emit(instruction.opcode());
        push(instruction.type());
    }

    private void becomeUnreachable() {
        while (stack.size() > innermost().base) {
            pop(1);
        }
        innermost().isUnreachable = true;
    }

    private void branchAlways() {
        switch (random(5)) {
            case 0 -> {
                if (chance(25)) {
                    emit(Opcode.UNREACHABLE);
                    becomeUnreachable();
                }
            }
            case 1 -> {
                operands(results, 2);
                emit(Opcode.RETURN);
                becomeUnreachable();
            }
            case 2 -> tailCall();
            default -> {
                int depth = anyDepth();
                operands(label(depth).carried, 2);
                emit(Opcode.BR, depth);
                becomeUnreachable();
            }
        }
    }

    /// {@return the depth of a label, of a loop only now and then: it would be gone through for ever}
    private int anyDepth() {
        int depth = random(labels.size());
        while (label(depth).isLoop && chance(85)) {
            depth = random(labels.size());
            if (labels.stream().skip(1).allMatch(label -> label.isLoop)) {
                return labels.size() - 1;
            }
        }
        return depth;
    }

    private Label label(int depth) {
        return labels.get(labels.size() - 1 - depth);
    }

    private void branchIf() {
        int depth = anyDepth();
        operands(label(depth).carried, 2);
        value(I32, 2);
        emit(Opcode.BR_IF, depth);
        pop(1);
    }

    private void branchTable() {
        int last = anyDepth();
        var carried = label(last).carried;
        var depths = new ArrayList<Integer>();
        for (int depth = 0; depth < labels.size(); depth++) {
            if (label(depth).carried.equals(carried) && !label(depth).isLoop) {
                depths.add(depth);
            }
        }
        depths.add(last);
        operands(carried, 2);
        value(I32, 2);
        int count = chance(5) ? 600 : random(8);
        if (chance(60)) {
            constant(I32, Math.max(1, count + 1));
            emit(Opcode.I32_REM_U);
            pop(1);
        }
        var code = new Code().op(Opcode.BR_TABLE, count);
        for (int i = 0; i < count; i++) {
            code.u32(module.one(depths));
        }
        emit(Opcode.BR_TABLE, code.u32(last));
        becomeUnreachable();
    }

    // Blocks.

    private Code opened(int opcode, List<ValueType> parameters, List<ValueType> itsResults) {
        var code = new Code().op(opcode);
        if (parameters.isEmpty() && itsResults.isEmpty() && chance(90)) {
            return code.u8(0x40);
        }
        if (parameters.isEmpty() && itsResults.size() == 1 && chance(90)) {
            return code.u8(itsResults.getFirst().code());
        }
        int type = draft.type(parameters, itsResults);
        // A type index is a signed number here.
        return type < 64 ? code.u8(type) : code.u8(type & 0x7F | 0x80).u8(type >>> 7);
    }

    private List<ValueType> parameters() {
        return chance(75)
                ? List.of()
                : draft.types.get(random(draft.types.size())).parameters();
    }

    /// Writes a block or an `if` and leaves its results on the stack.
    private void block(List<ValueType> itsResults) {
        List<ValueType> parameters = parameters();
        boolean isIf = chance(50);
        operands(parameters, 2);
        if (isIf) {
            value(I32, 2);
            pop(1);
        }
        emit(isIf ? Opcode.IF : Opcode.BLOCK, opened(isIf ? Opcode.IF : Opcode.BLOCK, parameters, itsResults));
        pop(parameters.size());
        body(parameters, itsResults, itsResults, false);
        if (isIf && (!parameters.equals(itsResults) || chance(60))) {
            emit(Opcode.ELSE);
            body(parameters, itsResults, itsResults, false);
        }
        emit(Opcode.END);
        push(itsResults);
    }

    private void body(List<ValueType> parameters, List<ValueType> itsResults, List<ValueType> carried, boolean isLoop) {
        labels.add(new Label(carried, isLoop, stack.size()));
        push(parameters);
        for (int count = random(5); count > 0 && steps.size() < stepsMax; count--) {
            statement();
        }
        if (!isLoop) {
            finish(itsResults);
            leave(itsResults);
        }
    }

    private void leave(List<ValueType> itsResults) {
        pop(stack.size() - innermost().base);
        assert itsResults.isEmpty() || !labels.isEmpty();
        labels.removeLast();
    }

    private void loop() {
        if (counters == COUNTERS) {
            return;
        }
        List<ValueType> parameters = parameters();
        List<ValueType> itsResults = chance(60)
                ? List.of()
                : draft.types.get(random(draft.types.size())).results();
        int counter = locals.size() - COUNTERS + counters++;
        constant(I32, random(6));
        emit(Opcode.LOCAL_SET, counter);
        pop(1);
        operands(parameters, 2);
        emit(Opcode.LOOP, opened(Opcode.LOOP, parameters, itsResults));
        pop(parameters.size());
        body(parameters, itsResults, parameters, true);
        if (!innermost().isUnreachable) {
            operands(parameters, 1);
            emit(Opcode.LOCAL_GET, counter);
            emit(Opcode.I32_CONST, new Code().i32(1));
            emit(Opcode.I32_SUB);
            emit(Opcode.LOCAL_TEE, counter);
            if (chance(50)) {
                emit(Opcode.I32_CONST, new Code().i32(0));
                emit(Opcode.I32_GT_S);
            }
            emit(Opcode.BR_IF, 0);
        }
        finish(itsResults);
        leave(itsResults);
        emit(Opcode.END);
        push(itsResults);
        counters--;
    }

    /// Makes what is on the stack within the block its results.
    private void finish(List<ValueType> itsResults) {
        int base = innermost().base;
        if (innermost().isUnreachable && stack.size() == base && chance(70)) {
            return;
        }
        var there = stack.subList(base, stack.size());
        while (!there.isEmpty()
                && (there.size() > itsResults.size() || !there.equals(itsResults.subList(0, there.size())))) {
            drop();
            there = stack.subList(base, stack.size());
        }
        for (ValueType type : itsResults.subList(there.size(), itsResults.size())) {
            leaf(type);
        }
    }
}
