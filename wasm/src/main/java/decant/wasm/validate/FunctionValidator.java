package decant.wasm.validate;

import decant.wasm.Features;
import decant.wasm.FunctionBody;
import decant.wasm.GlobalType;
import decant.wasm.InvalidModuleException;
import decant.wasm.LocalGroup;
import decant.wasm.TableType;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.ImplementationLimits;
import decant.wasm.binary.ModuleSections;
import decant.wasm.binary.Opcode;
import java.util.Arrays;
import java.util.BitSet;

/// Checks the bodies of functions, one after the other, each in a single pass over its bytes.
///
/// WebAssembly specification, "Validation", section "Instructions", by the algorithm of its appendix.
final class FunctionValidator {
    private static final int I32 = ValueType.I32.code();
    private static final int I64 = ValueType.I64.code();
    private static final int F32 = ValueType.F32.code();
    private static final int F64 = ValueType.F64.code();
    private static final int V128 = ValueType.V128.code();

    private static final int ATOMIC_PREFIX = 0xFE;

    private final ModuleSections module;
    private final Features features;
    private final BitSet referencedFunctions;
    private final FunctionTypes types;
    private final byte[] globals;
    private final TypeStack stack = new TypeStack();

    private CodeReader reader;
    private byte[] locals = new byte[64];
    private int localCount;

    /// @param referencedFunctions those that are named outside of code, which `ref.func` may therefore take
    FunctionValidator(ModuleSections module, Features features, BitSet referencedFunctions) {
        this.module = module;
        this.features = features;
        this.referencedFunctions = referencedFunctions;
        this.types = new FunctionTypes(module.types());
        this.globals = new byte[module.globalTypes().size()];
        for (int i = 0; i < globals.length; i++) {
            globals[i] = (byte) module.globalTypes().get(i).type().code();
        }
        this.reader = new CodeReader(module.bytes(), 0, 0);
    }

    void validate(FunctionBody body) {
        reader = new CodeReader(module.bytes(), body.start(), body.end());
        layLocals(body);
        stack.clear();
        stack.open(Opcode.BLOCK, FunctionTypes.NONE, types.results(body.typeIndex()));
        while (stack.openBlocks() > 0) {
            int at = reader.position();
            stack.at(at);
            if (reader.atEnd()) {
                throw stack.fault("unexpected end of section or function: END opcode expected");
            }
            int opcode = reader.opcode();
            int signature = Signatures.of(opcode);
            if (signature != 0) {
                checkPlain(opcode, signature);
            } else {
                check(opcode);
            }
        }
        if (!reader.atEnd()) {
            throw new InvalidModuleException(
                    "section size mismatch: END opcode expected at the end of the body, %d bytes earlier found"
                            .formatted(reader.remaining()),
                    reader.position());
        }
    }

    private void layLocals(FunctionBody body) {
        byte[] parameters = types.parameters(body.typeIndex());
        localCount = 0;
        lay(parameters.length);
        System.arraycopy(parameters, 0, locals, 0, parameters.length);
        for (LocalGroup group : body.locals()) {
            if (group.type() == ValueType.V128) {
                requireSimd();
            }
            int start = localCount;
            lay(group.count());
            Arrays.fill(locals, start, localCount, (byte) group.type().code());
        }
    }

    private void lay(int count) {
        localCount += count;
        if (localCount > ImplementationLimits.LOCALS_MAX) {
            throw stack.fault(
                    "too many locals: at most %d, found %d".formatted(ImplementationLimits.LOCALS_MAX, localCount));
        }
        if (localCount > locals.length) {
            locals = Arrays.copyOf(locals, Math.max(localCount, 2 * locals.length));
        }
    }

    private void checkPlain(int opcode, int signature) {
        if (opcode > 0xFCFF) {
            requireSimd();
        }
        stack.pop(signature >>> 8 & 0xFF);
        if (signature >>> 16 != 0) {
            stack.pop(signature >>> 16 & 0xFF);
            if (signature >>> 24 != 0) {
                stack.pop(signature >>> 24);
            }
        }
        stack.push(signature & 0xFF);
    }

    private void check(int opcode) {
        switch (opcode) {
            case Opcode.UNREACHABLE -> stack.neverFallsThrough();
            case Opcode.NOP -> {}
            case Opcode.BLOCK, Opcode.LOOP -> open(opcode);
            case Opcode.IF -> {
                stack.pop(I32);
                open(opcode);
            }
            case Opcode.ELSE -> checkElse();
            case Opcode.END -> checkEnd();
            case Opcode.BR -> {
                stack.pop(label());
                stack.neverFallsThrough();
            }
            case Opcode.BR_IF -> {
                stack.pop(I32);
                byte[] label = label();
                stack.pop(label);
                stack.push(label);
            }
            case Opcode.BR_TABLE -> checkBranchTable();
            case Opcode.RETURN -> {
                stack.pop(stack.outermostResults());
                stack.neverFallsThrough();
            }
            case Opcode.CALL -> checkCall(calledType());
            case Opcode.CALL_INDIRECT -> checkCall(indirectlyCalledType());
            case Opcode.RETURN_CALL -> {
                requireTailCalls();
                checkReturnCall(calledType());
            }
            case Opcode.RETURN_CALL_INDIRECT -> {
                requireTailCalls();
                checkReturnCall(indirectlyCalledType());
            }

            case Opcode.DROP -> stack.pop();
            case Opcode.SELECT -> checkSelect();
            case Opcode.SELECT_T -> checkTypedSelect();

            case Opcode.LOCAL_GET -> stack.push(local());
            case Opcode.LOCAL_SET -> stack.pop(local());
            case Opcode.LOCAL_TEE -> {
                int type = local();
                stack.pop(type);
                stack.push(type);
            }
            case Opcode.GLOBAL_GET -> stack.push(globals[global()]);
            case Opcode.GLOBAL_SET -> checkGlobalSet();

            case Opcode.I32_CONST -> {
                reader.s32();
                stack.push(I32);
            }
            case Opcode.I64_CONST -> {
                reader.s64();
                stack.push(I64);
            }
            case Opcode.F32_CONST -> {
                reader.skip(4);
                stack.push(F32);
            }
            case Opcode.F64_CONST -> {
                reader.skip(8);
                stack.push(F64);
            }

            case Opcode.I32_LOAD -> checkLoad(I32, 2);
            case Opcode.I32_LOAD8_S, Opcode.I32_LOAD8_U -> checkLoad(I32, 0);
            case Opcode.I32_LOAD16_S, Opcode.I32_LOAD16_U -> checkLoad(I32, 1);
            case Opcode.I64_LOAD -> checkLoad(I64, 3);
            case Opcode.I64_LOAD8_S, Opcode.I64_LOAD8_U -> checkLoad(I64, 0);
            case Opcode.I64_LOAD16_S, Opcode.I64_LOAD16_U -> checkLoad(I64, 1);
            case Opcode.I64_LOAD32_S, Opcode.I64_LOAD32_U -> checkLoad(I64, 2);
            case Opcode.F32_LOAD -> checkLoad(F32, 2);
            case Opcode.F64_LOAD -> checkLoad(F64, 3);
            case Opcode.I32_STORE -> checkStore(I32, 2);
            case Opcode.I32_STORE8 -> checkStore(I32, 0);
            case Opcode.I32_STORE16 -> checkStore(I32, 1);
            case Opcode.I64_STORE -> checkStore(I64, 3);
            case Opcode.I64_STORE8 -> checkStore(I64, 0);
            case Opcode.I64_STORE16 -> checkStore(I64, 1);
            case Opcode.I64_STORE32 -> checkStore(I64, 2);
            case Opcode.F32_STORE -> checkStore(F32, 2);
            case Opcode.F64_STORE -> checkStore(F64, 3);

            case Opcode.MEMORY_SIZE -> stack.push(memory(reader.u32()));
            case Opcode.MEMORY_GROW -> {
                int address = memory(reader.u32());
                stack.pop(address);
                stack.push(address);
            }
            case Opcode.MEMORY_INIT -> {
                int segment = reader.u32();
                int address = memory(reader.u32());
                requireData(segment);
                pop(address, I32, I32);
            }
            case Opcode.DATA_DROP -> requireData(reader.u32());
            case Opcode.MEMORY_COPY -> {
                int address = memory(reader.u32());
                memory(reader.u32());
                pop(address, address, address);
            }
            case Opcode.MEMORY_FILL -> {
                int address = memory(reader.u32());
                pop(address, I32, address);
            }

            case Opcode.REF_NULL -> stack.push(reader.referenceType().code());
            case Opcode.REF_IS_NULL -> checkIsNull();
            case Opcode.REF_FUNC -> checkFunctionReference();

            case Opcode.TABLE_GET -> {
                TableType table = table(reader.u32());
                stack.pop(table.addressType().code());
                stack.push(table.element().code());
            }
            case Opcode.TABLE_SET -> {
                TableType table = changedTable(opcode, reader.u32());
                stack.pop(table.element().code());
                stack.pop(table.addressType().code());
            }
            case Opcode.TABLE_SIZE ->
                stack.push(table(reader.u32()).addressType().code());
            case Opcode.TABLE_GROW -> {
                TableType table = changedTable(opcode, reader.u32());
                stack.pop(table.addressType().code());
                stack.pop(table.element().code());
                stack.push(table.addressType().code());
            }
            case Opcode.TABLE_FILL -> {
                TableType table = changedTable(opcode, reader.u32());
                int address = table.addressType().code();
                pop(address, table.element().code(), address);
            }
            case Opcode.TABLE_COPY -> checkTableCopy();
            case Opcode.TABLE_INIT -> checkTableInit();
            case Opcode.ELEM_DROP -> element(reader.u32());

            default -> checkVector(opcode);
        }
    }

    /// Checks the instructions on vectors that are more than a signature.
    private void checkVector(int opcode) {
        if (opcode >>> 8 != 0xFD || !Opcode.exists(opcode)) {
            throw stack.fault("illegal opcode " + Opcode.hex(opcode)
                    + (opcode == ATOMIC_PREFIX ? ": threads must be enabled for atomic instructions" : ""));
        }
        requireSimd();
        switch (opcode) {
            case Opcode.V128_CONST -> {
                reader.skip(16);
                stack.push(V128);
            }
            case Opcode.I8X16_SHUFFLE -> {
                for (int i = 0; i < 16; i++) {
                    lane(32);
                }
                stack.pop(V128);
                stack.pop(V128);
                stack.push(V128);
            }
            case Opcode.V128_LOAD -> checkLoad(V128, 4);
            case Opcode.V128_LOAD8X8_S,
                    Opcode.V128_LOAD8X8_U,
                    Opcode.V128_LOAD16X4_S,
                    Opcode.V128_LOAD16X4_U,
                    Opcode.V128_LOAD32X2_S,
                    Opcode.V128_LOAD32X2_U,
                    Opcode.V128_LOAD64_SPLAT,
                    Opcode.V128_LOAD64_ZERO -> checkLoad(V128, 3);
            case Opcode.V128_LOAD8_SPLAT -> checkLoad(V128, 0);
            case Opcode.V128_LOAD16_SPLAT -> checkLoad(V128, 1);
            case Opcode.V128_LOAD32_SPLAT, Opcode.V128_LOAD32_ZERO -> checkLoad(V128, 2);
            case Opcode.V128_STORE -> checkStore(V128, 4);
            case Opcode.V128_LOAD8_LANE, Opcode.V128_LOAD16_LANE, Opcode.V128_LOAD32_LANE, Opcode.V128_LOAD64_LANE -> {
                checkLaneAccess(opcode - Opcode.V128_LOAD8_LANE);
                stack.push(V128);
            }
            case Opcode.V128_STORE8_LANE,
                    Opcode.V128_STORE16_LANE,
                    Opcode.V128_STORE32_LANE,
                    Opcode.V128_STORE64_LANE -> checkLaneAccess(opcode - Opcode.V128_STORE8_LANE);
            default -> checkLane(Opcode.name(opcode));
        }
    }

    /// Checks `extract_lane` and `replace_lane`, whose names say the shape.
    private void checkLane(String name) {
        int type = Signatures.lane(name);
        lane(Integer.parseInt(name.substring(name.indexOf('x') + 1, name.indexOf('.'))));
        if (name.contains("replace")) {
            stack.pop(type);
            stack.pop(V128);
            stack.push(V128);
        } else {
            stack.pop(V128);
            stack.push(type);
        }
    }

    private void checkLaneAccess(int alignmentMax) {
        int address = memoryArgument(alignmentMax);
        lane(16 >>> alignmentMax);
        stack.pop(V128);
        stack.pop(address);
    }

    private void lane(int count) {
        int lane = reader.u8();
        if (lane >= count) {
            throw stack.fault("invalid lane index %d: there are %d lanes".formatted(lane, count));
        }
    }

    private void open(int opcode) {
        int type = reader.blockType();
        byte[] parameters = FunctionTypes.NONE;
        byte[] results = FunctionTypes.NONE;
        if (type >= 0) {
            requireType(type);
            parameters = types.parameters(type);
            results = types.results(type);
        } else if (type != CodeReader.EMPTY_BLOCK) {
            int code = 0x80 + type;
            if (!ValueType.isCode(code)) {
                throw stack.fault("malformed block type %02x".formatted(code & 0xFF));
            }
            results = FunctionTypes.single(code);
        }
        stack.pop(parameters);
        stack.open(opcode, parameters, results);
    }

    private void checkElse() {
        if (stack.innermost() != Opcode.IF) {
            throw stack.fault("else without if: END opcode expected");
        }
        byte[] parameters = stack.innermostParameters();
        byte[] results = stack.innermostResults();
        stack.close();
        stack.open(Opcode.ELSE, parameters, results);
    }

    private void checkEnd() {
        byte[] results = stack.innermostResults();
        if (stack.innermost() == Opcode.IF && !Arrays.equals(stack.innermostParameters(), results)) {
            throw stack.fault("type mismatch: an if without else must have results like its parameters");
        }
        stack.close();
        if (stack.openBlocks() > 0) {
            stack.push(results);
        }
    }

    private byte[] label() {
        return stack.label(reader.u32(), Opcode.LOOP);
    }

    private void checkBranchTable() {
        stack.pop(I32);
        long count = reader.u32() & 0xFFFF_FFFFL;
        if (count > reader.remaining()) {
            throw stack.fault("unexpected end of section or function: br_table announces %d labels, %d bytes are left"
                    .formatted(count, reader.remaining()));
        }
        byte[] first = label();
        stack.require(first);
        byte[] checked = first;
        for (long left = count; left > 0; left--) {
            byte[] label = label();
            if (label.length != first.length) {
                throw stack.fault("type mismatch: br_table has labels for %d and for %d values"
                        .formatted(first.length, label.length));
            }
            if (!Arrays.equals(label, checked)) {
                stack.require(label);
                checked = label;
            }
        }
        stack.neverFallsThrough();
    }

    private int calledType() {
        return module.functionTypes()[function()];
    }

    private int indirectlyCalledType() {
        int type = reader.u32();
        TableType table = table(reader.u32());
        requireType(type);
        if (table.element() != ValueType.FUNCREF) {
            throw stack.fault("type mismatch: a table of funcref is expected, found " + table.element());
        }
        stack.pop(table.addressType().code());
        return type;
    }

    private void checkCall(int type) {
        stack.pop(types.parameters(type));
        stack.push(types.results(type));
    }

    private void checkReturnCall(int type) {
        if (!Arrays.equals(types.results(type), stack.outermostResults())) {
            throw stack.fault("type mismatch: the results of the called function, %s, are not those of the caller"
                    .formatted(module.types().get(type)));
        }
        stack.pop(types.parameters(type));
        stack.neverFallsThrough();
    }

    private void checkSelect() {
        stack.pop(I32);
        int first = stack.pop();
        int second = stack.pop();
        if (isReference(first) || isReference(second)) {
            throw stack.fault("type mismatch: select without a type is for numbers and vectors, found "
                    + TypeStack.text(isReference(first) ? first : second));
        }
        if (first != second && first != TypeStack.UNKNOWN && second != TypeStack.UNKNOWN) {
            throw stack.fault(
                    "type mismatch: select between %s and %s".formatted(TypeStack.text(second), TypeStack.text(first)));
        }
        stack.push(first == TypeStack.UNKNOWN ? second : first);
    }

    private void checkTypedSelect() {
        int count = reader.u32();
        if (count != 1) {
            throw stack.fault("invalid result arity: select has one result, found " + Integer.toUnsignedString(count));
        }
        int type = reader.valueType().code();
        stack.pop(I32);
        stack.pop(type);
        stack.pop(type);
        stack.push(type);
    }

    private int local() {
        int index = reader.u32();
        if (Integer.compareUnsigned(index, localCount) >= 0) {
            throw stack.fault("unknown local %s: there are %d".formatted(Integer.toUnsignedString(index), localCount));
        }
        return locals[index];
    }

    private int global() {
        int index = reader.u32();
        if (Integer.compareUnsigned(index, globals.length) >= 0) {
            throw stack.fault(
                    "unknown global %s: there are %d".formatted(Integer.toUnsignedString(index), globals.length));
        }
        return index;
    }

    private void checkGlobalSet() {
        int index = global();
        GlobalType type = module.globalTypes().get(index);
        if (!type.mutable()) {
            throw stack.fault("immutable global " + index + ": only a mutable global can be set");
        }
        stack.pop(type.type().code());
    }

    private void checkLoad(int type, int alignmentMax) {
        int address = memoryArgument(alignmentMax);
        stack.pop(address);
        stack.push(type);
    }

    private void checkStore(int type, int alignmentMax) {
        int address = memoryArgument(alignmentMax);
        stack.pop(type);
        stack.pop(address);
    }

    /// {@return the type of addresses of the memory that a load or store works on}
    private int memoryArgument(int alignmentMax) {
        reader.memoryArgument();
        int address = memory(reader.memoryIndex());
        if (reader.alignment() > alignmentMax) {
            throw stack.fault("alignment must not be larger than natural: at most 2^%d bytes, found 2^%d"
                    .formatted(alignmentMax, reader.alignment()));
        }
        if (address == I32 && reader.offset() >>> 32 != 0) {
            throw stack.fault("offset out of range: " + Long.toUnsignedString(reader.offset()));
        }
        return address;
    }

    /// {@return the type of addresses of the memory}
    private int memory(int index) {
        if (Integer.compareUnsigned(index, module.memories().size()) >= 0) {
            throw stack.fault("unknown memory " + Integer.toUnsignedString(index));
        }
        return module.memories().get(index).is64() ? I64 : I32;
    }

    private void requireData(int segment) {
        if (module.dataCount().isEmpty()) {
            throw stack.fault("data count section required");
        }
        if (Integer.compareUnsigned(segment, module.dataCount().getAsInt()) >= 0) {
            throw stack.fault("unknown data segment " + Integer.toUnsignedString(segment));
        }
    }

    private void checkIsNull() {
        int type = stack.pop();
        if (type != TypeStack.UNKNOWN && !isReference(type)) {
            throw stack.fault("type mismatch: a reference is expected, found " + TypeStack.text(type));
        }
        stack.push(I32);
    }

    private void checkFunctionReference() {
        int function = function();
        if (!referencedFunctions.get(function)) {
            throw stack.fault("undeclared function reference: "
                    + module.functionName(function)
                    + " must be exported or occur in an element segment or global");
        }
        stack.push(ValueType.FUNCREF.code());
    }

    private int function() {
        int index = reader.u32();
        if (Integer.compareUnsigned(index, module.functionTypes().length) >= 0) {
            throw stack.fault("unknown function " + Integer.toUnsignedString(index));
        }
        return index;
    }

    private void checkTableCopy() {
        TableType target = changedTable(Opcode.TABLE_COPY, reader.u32());
        TableType source = table(reader.u32());
        if (target.element() != source.element()) {
            throw stack.fault("type mismatch: table.copy from a table of %s to one of %s"
                    .formatted(source.element(), target.element()));
        }
        int count = target.is64() && source.is64() ? I64 : I32;
        pop(target.addressType().code(), source.addressType().code(), count);
    }

    private void checkTableInit() {
        int segment = reader.u32();
        TableType table = changedTable(Opcode.TABLE_INIT, reader.u32());
        ValueType found = element(segment);
        if (found != table.element()) {
            throw stack.fault("type mismatch: table.init of %s into a table of %s".formatted(found, table.element()));
        }
        pop(table.addressType().code(), I32, I32);
    }

    private ValueType element(int segment) {
        if (Integer.compareUnsigned(segment, module.elements().size()) >= 0) {
            throw stack.fault("unknown elem segment " + Integer.toUnsignedString(segment));
        }
        return module.elements().get(segment).type();
    }

    private TableType table(int index) {
        if (Integer.compareUnsigned(index, module.tables().size()) >= 0) {
            throw stack.fault("unknown table " + Integer.toUnsignedString(index));
        }
        return module.tables().get(index);
    }

    private TableType changedTable(int opcode, int index) {
        if (!features.tableMutation()) {
            throw stack.fault("unsupported instruction " + Opcode.name(opcode) + ": tables may not be changed by code");
        }
        return table(index);
    }

    private void pop(int first, int second, int last) {
        stack.pop(last);
        stack.pop(second);
        stack.pop(first);
    }

    private static boolean isReference(int type) {
        return type == ValueType.FUNCREF.code() || type == ValueType.EXTERNREF.code();
    }

    private void requireType(int index) {
        if (Integer.compareUnsigned(index, types.count()) >= 0) {
            throw stack.fault("unknown type " + Integer.toUnsignedString(index));
        }
    }

    private void requireSimd() {
        if (!features.simd()) {
            throw stack.fault("unsupported instruction or type: vectors are not allowed");
        }
    }

    private void requireTailCalls() {
        if (!features.tailCalls()) {
            throw stack.fault("unsupported instruction: tail calls are not allowed");
        }
    }
}
