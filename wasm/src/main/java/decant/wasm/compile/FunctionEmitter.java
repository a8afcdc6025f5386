package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.TrapException;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import decant.wasm.compile.Addresses.Sum;
import decant.wasm.run.Bulk;
import decant.wasm.run.InstanceState;
import decant.wasm.run.Numeric;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Emits the method for one function, or for one region of a large function.
///
/// One pass over the instructions. Operands are kept by {@link Operands}, locals by {@link Locals}. Unreachable
/// instructions are skipped.
final class FunctionEmitter {
    private static final ClassDesc NUMERIC = Numeric.class.describeConstable().orElseThrow();
    private static final ClassDesc BULK = Bulk.class.describeConstable().orElseThrow();
    /// The largest offset that a load or store can have without being slow.
    static final int OFFSET_MAX = Integer.MAX_VALUE - 16;

    private static final ClassDesc TRAP =
            TrapException.class.describeConstable().orElseThrow();

    private final ModuleTypes types;
    private final FunctionBody body;
    private final FunctionType type;
    private final @Nullable Plan plan;
    private final @Nullable Region region;
    private final CodeBuilder code;
    private final CodeReader reader;
    private final Sites sites;

    private final Operands operands;
    private final VectorEmitter vectors;
    private final Meter meter;
    private final Addresses addresses;
    private final Cases cases;
    private final Displacements displacements;
    private final LocalLayout layout;
    private final Locals locals;
    private final int frame;
    private final int stackLeft;
    private final int state;

    private final List<Control> controls = new ArrayList<>();
    private final Map<Integer, Region> inner = new HashMap<>();
    private final Map<List<Block>, Dispatch> dispatches = new LinkedHashMap<>();
    private final Map<Integer, Control> exitLabels = new HashMap<>();
    private Region.Payment due = Region.Payment.NONE;
    private boolean unreachable;

    /// A block that is being emitted, or around what is being emitted.
    private static final class Control {
        final Block block;
        final boolean isOutside;
        final Label label;

        @Nullable
        Label otherwise;

        boolean isBranchedTo;
        boolean isCase;

        Control(Block block, boolean isOutside, Label label) {
            this.block = block;
            this.isOutside = isOutside;
            this.label = label;
        }
    }

    /// The jump to where a region left for, shared by all regions with the same ways out.
    private record Dispatch(Label label, int codeSlot) {}

    /// @param plan how the function is divided, or null when it is not
    /// @param region the region to emit; the first one is the function itself
    FunctionEmitter(
            ModuleTypes types,
            FunctionBody body,
            @Nullable Plan plan,
            @Nullable Region region,
            CodeBuilder code,
            Sites sites) {
        this.types = types;
        this.body = body;
        this.type = types.type(body.typeIndex());
        this.plan = plan;
        this.region = region;
        this.code = code;
        this.sites = sites;
        this.layout = LocalLayout.of(type, body.locals());
        this.locals = new Locals(code, layout.kinds);
        this.addresses = new Addresses(layout.count());
        if (region != null && region.number != 0) {
            this.frame = 0;
            this.stackLeft = 1;
            this.state = 2;
            this.operands = new Operands(code, 3);
            this.reader = new CodeReader(types.bytes, region.start, region.end);
        } else {
            int arguments = 0;
            if (Kinds.areArgumentsPacked(type)) {
                arguments = 1;
            } else {
                for (int i = 0; i < layout.parameterCount; i++) {
                    locals.putInSlot(i, arguments);
                    arguments += locals.kind(i).slotSize();
                }
            }
            this.stackLeft = arguments;
            this.state = arguments + 1;
            this.frame = arguments + 2;
            this.operands = new Operands(code, arguments + (plan == null ? 2 : 3));
            this.reader = new CodeReader(types.bytes, body.start(), body.end());
        }
        if (region != null) {
            region.inner.forEach(part -> inner.put(part.start, part));
        }
        this.cases = new Cases(code, locals, operands);
        this.displacements = new Displacements(
                new CodeReader(types.bytes, reader.position(), reader.end()), types, layout, inner.keySet());
        this.vectors = new VectorEmitter(
                code, reader, operands, state, (operation, offset) -> emitAccess(operation, offset, 0, null));
        var instructions = new CodeReader(types.bytes, reader.position(), reader.end());
        this.meter = new Meter(code, operands, state, () -> Meter.callFreeLoops(instructions, inner.keySet()));
    }

    /// Emits the whole function.
    ///
    /// @param frameBytes what a call of it takes from the stack; 0 when it calls nothing
    void emitFunction(int frameBytes) {
        boolean packed = Kinds.areArgumentsPacked(type);
        if (packed) {
            unpackArguments();
        }
        sites.mark(code, body.start());
        int cost = Costs.FUNCTION_ENTRY + Costs.ofBlock(reader, types.is64);
        meter.enter(cost);
        if (frameBytes > 0) {
            code.iload(stackLeft)
                    .loadConstant(frameBytes)
                    .invokestatic(Kinds.STATE, "descend", MethodTypeDesc.of(CD_int, CD_int, CD_int))
                    .istore(stackLeft);
        }
        if (plan == null) {
            zeroLocals();
        } else {
            beginFrame(plan);
        }
        controls.add(new Control(Block.function(Kinds.of(type.results())), false, code.newLabel()));
        emitInstructions();
        emitDispatches();
        meter.emitHandler();
    }

    private void unpackArguments() {
        for (int i = 0; i < layout.parameterCount; i++) {
            code.aload(0).loadConstant(i).laload();
            Kinds.fromSlot(code, locals.kind(i));
            locals.store(i, operands);
        }
    }

    private void zeroLocals() {
        for (int i = layout.parameterCount; i < layout.count(); i++) {
            zero(i);
        }
    }

    private void zero(int local) {
        if (layout.isReference(local)) {
            code.iconst_m1();
        } else {
            emitZero(locals.kind(local));
        }
        locals.store(local, operands);
    }

    private void emitZero(Kind kind) {
        switch (kind) {
            case INT -> code.iconst_0();
            case LONG, HIGH -> code.lconst_0();
            case FLOAT -> code.fconst_0();
            case DOUBLE -> code.dconst_0();
        }
    }

    private void beginFrame(Plan division) {
        locals.setFrame(frame);
        code.loadConstant(division.frameSize()).newarray(TypeKind.LONG).astore(frame);
        int parameters = layout.parameterCount;
        for (int i = 0; i < parameters; i++) {
            if (division.isShared(i)) {
                locals.load(i, operands);
                int value = operands.slot(-2, locals.kind(i));
                code.storeLocal(locals.kind(i).type, value);
                locals.copyToFrame(division.frameIndex(i), locals.kind(i), value);
            }
        }
        for (int i = 0; i < layout.count(); i++) {
            boolean isBegun = i >= parameters && division.liveAtEntry.get(i);
            if (division.isShared(i)) {
                locals.putInFrame(i, division.frameIndex(i));
                // All of the frame begins as zero.
                if (isBegun && layout.isReference(i)) {
                    zero(i);
                }
            } else if (isBegun) {
                zero(i);
            }
        }
    }

    /// Emits a region that is not the whole function.
    void emitRegion() {
        Plan division = division();
        Region part = part();
        locals.setFrame(frame);
        if (!part.inner.isEmpty()) {
            for (int i = 0; i < layout.count(); i++) {
                if (division.isShared(i)) {
                    locals.putInFrame(i, division.frameIndex(i));
                }
            }
        }
        due = part.paymentBefore;
        locals.loadAll(part.loads, division, operands);
        operands.reset(0, part.stackBefore);
        loadOperands(division, part.low, part.stackBefore);
        addOutside(part.block);
        int outside = controls.size();
        emitInstructions();
        if (!unreachable) {
            operands.settleNans();
            operands.spill();
            for (int at = part.low; at < operands.height(); at++) {
                copyOperandToFrame(division, at, operands.kind(at));
            }
            leave(division, part, 0);
        }
        for (int depth = 0; depth < outside; depth++) {
            emitExit(division, part, controls.get(depth));
        }
        emitDispatches();
        meter.emitHandler();
    }

    private void addOutside(Block block) {
        var chain = new ArrayList<Block>();
        for (Block around = block; around != null; around = around.parent()) {
            chain.add(around);
        }
        for (Block around : chain.reversed()) {
            controls.add(new Control(around, true, code.newLabel()));
        }
    }

    private void emitExit(Plan division, Region part, Control control) {
        if (!control.isBranchedTo) {
            return;
        }
        code.labelBinding(control.label);
        Kind[] carried = control.block.branchOperands();
        for (int i = 0; i < carried.length; i++) {
            copyOperandToFrame(division, control.block.height() + i, carried[i]);
        }
        leave(division, part, 1 + part.exits.indexOf(control.block));
    }

    private void leave(Plan division, Region part, int exitCode) {
        locals.storeAll(part.stores.get(exitCode), division, operands);
        code.loadConstant(exitCode).ireturn();
    }

    private void copyOperandToFrame(Plan division, int at, Kind kind) {
        locals.copyToFrame(division.frameIndexOfOperand(at), kind, operands.slot(at, kind));
    }

    private void loadOperands(Plan division, int from, Kind[] kinds) {
        for (int at = from; at < kinds.length; at++) {
            loadOperand(division, at, kinds[at]);
        }
    }

    private void loadOperand(Plan division, int at, Kind kind) {
        locals.loadFromFrame(division.frameIndexOfOperand(at), kind);
        code.storeLocal(kind.type, operands.slot(at, kind));
    }

    private Plan division() {
        if (plan == null) {
            throw new AssertionError("BUG: a region without a plan");
        }
        return plan;
    }

    private Region part() {
        if (region == null) {
            throw new AssertionError("BUG: a plan without a region");
        }
        return region;
    }

    private void emitInstructions() {
        while (!reader.atEnd()) {
            Region part = inner.get(reader.position());
            if (part != null && !unreachable) {
                emitCall(part);
            } else if (unreachable) {
                skipUnreachable();
            } else {
                pay();
                int at = reader.position();
                emit(reader.opcode(), at);
            }
        }
    }

    private void pay() {
        if (due == Region.Payment.NONE) {
            return;
        }
        // Also for the part of the block behind a region that ends in the middle of it.
        int cost = Costs.ofBlock(new CodeReader(types.bytes, reader.position(), body.end()), types.is64);
        if (due == Region.Payment.LOOP_BODY) {
            sites.mark(code, reader.position());
            meter.enter(cost);
        } else {
            meter.spend(cost);
        }
        due = Region.Payment.NONE;
    }

    /// Reads on to the `else` or `end` of the innermost block, or to the end of the region.
    private void skipUnreachable() {
        int depth = 0;
        while (!reader.atEnd()) {
            int opcode = reader.opcode();
            switch (opcode) {
                case BLOCK, LOOP, IF -> depth++;
                case ELSE -> {
                    if (depth == 0) {
                        emitElse();
                        return;
                    }
                }
                case END -> {
                    if (depth == 0) {
                        emitEnd();
                        return;
                    }
                    depth--;
                }
                default -> {}
            }
            reader.skipImmediates(opcode);
        }
    }

    private void emit(int opcode, int at) {
        Operation operation = Operation.of(opcode);
        if (operation != null) {
            emitOperation(operation, opcode, at);
            return;
        }
        if (!isPush(opcode)) {
            operands.settleNans();
        }
        VectorOperation vector = VectorOperation.of(opcode);
        if (vector != null) {
            if (vector.accessesMemory()) {
                sites.mark(code, at);
            }
            vectors.emit(vector);
            return;
        }
        switch (opcode) {
            case NOP -> {}
            case UNREACHABLE -> {
                sites.mark(code, at);
                code.invokestatic(NUMERIC, "unreachable", MethodTypeDesc.of(TRAP))
                        .athrow();
                becomeUnreachable();
            }
            case BLOCK -> emitBlock(opcode, at);
            case LOOP -> emitLoop(opcode, at);
            case IF -> {
                operands.requireOnly(1);
                operands.pop(1);
                emitIf(opcode, at, Condition.NOT_ZERO);
            }
            case ELSE -> emitElse();
            case END -> emitEnd();
            case BR -> {
                branch(target(reader.u32()));
                becomeUnreachable();
            }
            case BR_IF -> {
                operands.requireOnly(1);
                operands.pop(1);
                branchIf(target(reader.u32()), Condition.NOT_ZERO);
            }
            case BR_TABLE -> emitBranchTable();
            case RETURN -> {
                branch(controls.getFirst());
                becomeUnreachable();
            }
            case CALL -> emitCall(reader.u32(), at);
            case CALL_INDIRECT -> {
                int typeIndex = reader.u32();
                emitCallIndirect(typeIndex, reader.u32(), at);
            }
            case RETURN_CALL -> emitTailCall(reader.u32(), at);
            case RETURN_CALL_INDIRECT -> {
                int typeIndex = reader.u32();
                emitTailCallIndirect(typeIndex, reader.u32(), at);
            }
            case DROP -> {
                boolean isVector = operands.kind(operands.height() - 1) == Kind.HIGH;
                operands.dropTop();
                if (isVector) {
                    operands.dropTop();
                }
            }
            case SELECT, SELECT_T -> {
                reader.skipImmediates(opcode);
                Kind kind = operands.kind(operands.height() - 2);
                if (kind == Kind.HIGH) {
                    vectors.emitSelect();
                    return;
                }
                operands.require(3);
                ClassDesc desc = kind.descriptor();
                code.invokestatic(NUMERIC, "select", MethodTypeDesc.of(desc, desc, desc, CD_int));
                operands.pop(2);
            }
            case LOCAL_GET -> emitLocalGet(reader.u32());
            case LOCAL_SET -> emitLocalSet(reader.u32());
            case LOCAL_TEE -> {
                int local = reader.u32();
                if (layout.isVector(local)) {
                    emitLocalSet(local);
                    emitLocalGet(local);
                    return;
                }
                int place = layout.first(local);
                operands.require(1);
                if (locals.kind(place).slotSize() == 2) {
                    code.dup2();
                } else {
                    code.dup();
                }
                addresses.assign(place, operands.sum(operands.height() - 1));
                operands.setSum(addresses.ofLocal(place));
                storeLocal(place);
            }
            case GLOBAL_GET -> emitGlobalGet(reader.u32());
            case GLOBAL_SET -> emitGlobalSet(reader.u32());
            case I32_CONST -> {
                int value = reader.s32();
                if (displacements.isOne(value, reader.position())) {
                    reader.opcode();
                    operands.displace(value);
                    return;
                }
                code.loadConstant(value);
                operands.push(Kind.INT);
                operands.setSum(Sum.of(value));
            }
            case I64_CONST -> {
                long value = reader.s64();
                code.loadConstant(value);
                operands.push(Kind.LONG);
                operands.setSum(Sum.of(value));
            }
            case F32_CONST -> emitF32(reader.fixed32());
            case F64_CONST -> emitF64(reader.fixed64());
            default -> emitRare(opcode, at);
        }
    }

    /// {@return whether an instruction that is no operation leaves the operands alone that are there}
    private static boolean isPush(int opcode) {
        return switch (opcode) {
            case LOCAL_GET, I32_CONST, I64_CONST, F32_CONST, F64_CONST, NOP -> true;
            default -> false;
        };
    }

    private void emitLocalGet(int local) {
        for (int place = layout.first(local); place < layout.end(local); place++) {
            if (mayBeAddress(place)) {
                cases.load(place);
            } else {
                locals.load(place, operands);
            }
            operands.push(locals.kind(place));
            operands.setSum(addresses.ofLocal(place));
        }
    }

    private boolean mayBeAddress(int place) {
        return locals.kind(place) == (types.is64 ? Kind.LONG : Kind.INT) && !layout.isReference(place);
    }

    private void emitLocalSet(int local) {
        operands.require(layout.end(local) - layout.first(local));
        for (int place = layout.end(local) - 1; place >= layout.first(local); place--) {
            addresses.assign(place, operands.sum(operands.height() - 1));
            operands.pop(1);
            storeLocal(place);
        }
    }

    private void storeLocal(int place) {
        locals.store(place, operands);
        cases.assign(place);
    }

    private void emitF32(int bits) {
        if (Float.isNaN(Float.intBitsToFloat(bits))) {
            // A class file's constant does not keep the bits of a NaN.
            code.loadConstant(bits);
            Operation.numeric(F32_REINTERPRET_I32).emit(code);
        } else {
            code.loadConstant(Float.intBitsToFloat(bits));
        }
        operands.push(Kind.FLOAT);
    }

    private void emitF64(long bits) {
        if (Double.isNaN(Double.longBitsToDouble(bits))) {
            code.loadConstant(bits);
            Operation.numeric(F64_REINTERPRET_I64).emit(code);
        } else {
            code.loadConstant(Double.longBitsToDouble(bits));
        }
        operands.push(Kind.DOUBLE);
    }

    // Arithmetic, loads and stores.

    private void emitOperation(Operation operation, int opcode, int at) {
        Condition condition = Condition.of(opcode);
        int count = operation.parameters().length;
        int left = operands.height() - count;
        boolean mayBranch = condition != null && operands.isAnyNanBelow(left);
        if (mayBranch || !Operation.takesAnyNan(opcode) && operands.isAnyNanFrom(left)) {
            operands.settleNans();
        }
        operands.require(count);
        if (condition != null && operands.areResidentOnly(count) && emitFused(condition, count)) {
            return;
        }
        if (operation.canTrap()) {
            sites.mark(code, at);
        }
        Sum sum = sum(opcode);
        if (operation.accessBytes() > 0) {
            reader.memoryArgument();
            int address = operands.height() - count;
            emitAccess(operation, reader.offset(), operands.displacement(address), operands.sum(address));
        } else {
            operation.emit(code);
        }
        operands.pop(count);
        if (operation.result() != null) {
            operands.push(operation.result());
            operands.setSum(sum);
            if (Operation.givesAnyNan(opcode)) {
                operands.setAnyNan();
            }
        }
    }

    /// {@return what is known of the result of the instruction to be emitted}
    private @Nullable Sum sum(int opcode) {
        boolean isAddition = opcode == I32_ADD || opcode == I64_ADD;
        if (!isAddition && opcode != I32_SUB && opcode != I64_SUB) {
            return null;
        }
        Sum left = operands.sum(operands.height() - 2);
        Sum right = operands.sum(operands.height() - 1);
        if (left == null || right == null) {
            return null;
        }
        if (right.isConstant()) {
            return left.plus(isAddition ? right.addend() : -right.addend());
        }
        return isAddition && left.isConstant() ? right.plus(left.addend()) : null;
    }

    /// Joins a comparison with the branch that uses it.
    ///
    /// @return whether there is such a branch; otherwise nothing was emitted
    private boolean emitFused(Condition comparison, int count) {
        int behind = reader.position();
        Condition condition = comparison;
        while (!reader.atEnd() && !inner.containsKey(reader.position())) {
            int at = reader.position();
            int opcode = reader.opcode();
            if (opcode == I32_EQZ) {
                condition = condition.negated();
                continue;
            }
            if (opcode == BR_IF || opcode == IF) {
                condition.emitComparison(code);
                operands.pop(count);
                if (opcode == IF) {
                    emitIf(opcode, at, condition);
                } else {
                    branchIf(target(reader.u32()), condition);
                }
                return true;
            }
            break;
        }
        reader.seek(behind);
        return false;
    }

    /// @param address what is known of the address
    /// @param displacement what is to be added to the address
    private void emitAccess(Operation operation, long offset, int displacement, @Nullable Sum address) {
        Kind stored = operation.isStore() ? operation.parameters()[1] : null;
        boolean isFar = offset < 0
                || offset > OFFSET_MAX
                || types.is64 && InstanceState.reach(offset + operation.accessBytes()) > types.memoryBytesMin;
        if (!isFar) {
            boolean mustMark = stored == null
                    ? types.marksReads && addresses.mustMarkRead(address, offset)
                    : addresses.mustMark(address, offset, operation.accessBytes());
            operation.emitAccess(code, state, (int) offset, displacement, types.is64, mustMark);
            return;
        }
        int value = 0;
        if (stored != null) {
            value = operands.slot(-2, stored);
            code.storeLocal(stored.type, value);
        }
        if (!types.is64) {
            Operation.numeric(I64_EXTEND_I32_U).emit(code);
        }
        code.aload(state)
                .loadConstant(offset)
                .loadConstant(operation.accessBytes())
                .invokestatic(Kinds.STATE, "far", MethodTypeDesc.of(CD_long, CD_long, Kinds.STATE, CD_long, CD_int));
        if (stored != null) {
            code.loadLocal(stored.type, value);
        }
        operation.emitAccess(code, state, 0, 0, true, stored != null || types.marksReads);
    }

    private void emitGlobalGet(int global) {
        Kind[] kinds = types.global(global);
        for (int part = 0; part < kinds.length; part++) {
            code.aload(state);
            if (types.isGlobalElsewhere(global)) {
                code.loadConstant(global)
                        .loadConstant(part)
                        .invokestatic(
                                Kinds.STATE, "importedGlobal", MethodTypeDesc.of(CD_long, Kinds.STATE, CD_int, CD_int));
                Kinds.fromSlot(code, kinds[part]);
            } else {
                StateClass.emitField(code, Opcode.GETFIELD, types.globalSlot(global) + part, kinds[part]);
            }
            operands.push(kinds[part]);
        }
    }

    private void emitGlobalSet(int global) {
        Kind[] kinds = types.global(global);
        operands.require(kinds.length);
        operands.pop(kinds.length);
        for (int part = kinds.length - 1; part >= 0; part--) {
            if (types.isGlobalElsewhere(global)) {
                Kinds.toSlot(code, kinds[part]);
                code.aload(state)
                        .loadConstant(global)
                        .loadConstant(part)
                        .invokestatic(
                                Kinds.STATE,
                                "setImportedGlobal",
                                MethodTypeDesc.of(CD_void, CD_long, Kinds.STATE, CD_int, CD_int));
                continue;
            }
            if (kinds[part].slotSize() == 2) {
                code.aload(state).dup_x2().pop();
            } else {
                code.aload(state).swap();
            }
            StateClass.emitField(code, Opcode.PUTFIELD, types.globalSlot(global) + part, kinds[part]);
        }
    }

    // Blocks and branches.

    private void emitBlock(int opcode, int at) {
        Block block = block(opcode, at);
        operands.spill();
        controls.add(new Control(block, false, code.newLabel()));
    }

    private void emitLoop(int opcode, int at) {
        Block block = block(opcode, at);
        operands.spill();
        var control = new Control(block, false, code.newLabel());
        meter.beginLoop(at, controls.size());
        addresses.forget();
        cases.end();
        operands.forgetSums(block.height());
        code.labelBinding(control.label);
        controls.add(control);
        due = Region.Payment.LOOP_BODY;
    }

    private Block block(int opcode, int at) {
        int blockType = reader.blockType();
        Kind[] parameters = types.blockParameters(blockType);
        return new Block(
                at,
                opcode,
                controls.getLast().block,
                operands.height() - parameters.length,
                parameters,
                types.blockResults(blockType));
    }

    private void emitIf(int opcode, int at, Condition condition) {
        Block block = block(opcode, at);
        assert operands.areResidentOnly(0);
        var control = new Control(block, false, code.newLabel());
        Label otherwise = code.newLabel();
        control.otherwise = otherwise;
        code.with(BranchInstruction.of(condition.negated().jump(), otherwise));
        controls.add(control);
        due = Region.Payment.BLOCK;
    }

    private void emitElse() {
        Control control = controls.getLast();
        if (!unreachable) {
            operands.spill();
            code.goto_(control.label);
            control.isBranchedTo = true;
        }
        if (control.otherwise != null) {
            code.labelBinding(control.otherwise);
            control.otherwise = null;
        }
        unreachable = false;
        addresses.forget();
        cases.forget();
        operands.reset(control.block.height(), control.block.parameters());
        due = Region.Payment.BLOCK;
    }

    private void emitEnd() {
        Control control = controls.getLast();
        if (controls.size() == 1 && control.block.isFunction() && !control.isOutside) {
            controls.removeLast();
            emitFunctionEnd(control);
            return;
        }
        controls.removeLast();
        if (!unreachable) {
            operands.spill();
        }
        boolean isReached = !unreachable;
        meter.endBlock(controls.size(), isReached);
        if (control.otherwise != null) {
            code.labelBinding(control.otherwise);
            isReached = true;
        }
        if (control.isBranchedTo && !control.block.isLoop()) {
            code.labelBinding(control.label);
            isReached = true;
        }
        unreachable = !isReached;
        addresses.forget();
        if (control.isCase) {
            cases.begin();
        } else {
            cases.forget();
        }
        operands.reset(control.block.height(), control.block.results());
        due = isReached ? Region.Payment.BLOCK : Region.Payment.NONE;
    }

    private void emitFunctionEnd(Control function) {
        if (!unreachable) {
            emitReturn();
        }
        if (function.isBranchedTo) {
            code.labelBinding(function.label);
            operands.reset(0, function.block.results());
            emitReturn();
        }
        unreachable = true;
    }

    private void emitReturn() {
        meter.leave(0);
        Kind[] results = Kinds.of(type.results());
        switch (results.length) {
            case 0 -> code.return_();
            case 1 -> {
                operands.require(1);
                code.return_(results[0].type);
            }
            default -> {
                operands.spill();
                int base = operands.height() - results.length;
                for (int i = 0; i < results.length; i++) {
                    code.aload(state)
                            .getfield(Kinds.STATE, "results", Kinds.LONGS)
                            .loadConstant(i);
                    code.loadLocal(results[i].type, operands.slot(base + i, results[i]));
                    Kinds.toSlot(code, results[i]);
                    code.lastore();
                }
                code.return_();
            }
        }
    }

    private void becomeUnreachable() {
        unreachable = true;
        due = Region.Payment.NONE;
    }

    private Control target(int depth) {
        return controls.get(controls.size() - 1 - depth);
    }

    private static boolean isReturn(Control target) {
        return target.block.isFunction() && !target.isOutside;
    }

    private void branch(Control target) {
        if (isReturn(target)) {
            emitReturn();
            return;
        }
        int count = target.block.branchOperands().length;
        moveTo(target, count);
        operands.drop();
        meter.leave(controls.indexOf(target));
        code.goto_(target.label);
        target.isBranchedTo = true;
    }

    /// Puts the top operands where a branch to the target expects them.
    private void moveTo(Control target, int count) {
        int to = target.block.height();
        if (count > 0 && to == operands.height() - count) {
            operands.spill();
        } else if (count > 0) {
            operands.require(count);
            operands.moveTo(to, count);
        }
    }

    /// Emits a branch if the condition holds for the operands of its comparison, which are all that is on the JVM's
    /// stack.
    private void branchIf(Control target, Condition condition) {
        Kind[] carried = target.block.branchOperands();
        int from = operands.height() - carried.length;
        boolean isInPlace = carried.length == 0 || from == target.block.height();
        if (isInPlace && target.block.isLoop() && !target.isOutside) {
            Label otherwise = code.newLabel();
            code.with(BranchInstruction.of(condition.negated().jump(), otherwise));
            meter.leave(controls.indexOf(target));
            code.goto_(target.label);
            code.labelBinding(otherwise);
        } else if (isInPlace && !isReturn(target) && !meter.isLeft(controls.indexOf(target))) {
            code.with(BranchInstruction.of(condition.jump(), target.label));
            target.isBranchedTo = true;
        } else {
            Label otherwise = code.newLabel();
            code.with(BranchInstruction.of(condition.negated().jump(), otherwise));
            branchKeepingOperands(target, carried, from);
            code.labelBinding(otherwise);
        }
        due = Region.Payment.BLOCK;
    }

    /// Emits a branch while all operands are in their locals, and leaves them there for what comes after.
    private void branchKeepingOperands(Control target, Kind[] carried, int from) {
        if (isReturn(target)) {
            emitReturnKeepingOperands(carried, from);
            return;
        }
        for (int i = 0; i < carried.length; i++) {
            code.loadLocal(carried[i].type, operands.slot(from + i, carried[i]));
        }
        for (int i = carried.length - 1; i >= 0; i--) {
            code.storeLocal(carried[i].type, operands.slot(target.block.height() + i, carried[i]));
        }
        meter.leave(controls.indexOf(target));
        code.goto_(target.label);
        target.isBranchedTo = true;
    }

    private void emitReturnKeepingOperands(Kind[] results, int from) {
        if (results.length == 1) {
            meter.leave(0);
            code.loadLocal(results[0].type, operands.slot(from, results[0])).return_(results[0].type);
        } else {
            emitReturn();
        }
    }

    private void emitBranchTable() {
        operands.requireOnly(1);
        operands.pop(1);
        Map<Control, Label> stubs = new LinkedHashMap<>();
        Set<Control> targets = new LinkedHashSet<>();
        BranchTables.emit(code, reader, depth -> {
            Control target = target(depth);
            targets.add(target);
            Kind[] carried = target.block.branchOperands();
            boolean isInPlace = carried.length == 0 || target.block.height() == operands.height() - carried.length;
            if (isInPlace && !isReturn(target) && !meter.isLeft(controls.indexOf(target))) {
                target.isBranchedTo = true;
                return target.label;
            }
            return stubs.computeIfAbsent(target, _ -> code.newLabel());
        });
        stubs.forEach((target, label) -> {
            Kind[] carried = target.block.branchOperands();
            code.labelBinding(label);
            branchKeepingOperands(target, carried, operands.height() - carried.length);
        });
        if (targets.size() >= Cases.TARGETS_MIN) {
            targets.forEach(target -> target.isCase = !target.block.isLoop());
        }
        becomeUnreachable();
    }

    // Regions.

    private void emitCall(Region part) {
        Plan division = division();
        due = Region.Payment.NONE;
        operands.settleNans();
        operands.spill();
        for (int at = part.low; at < part.stackBefore.length; at++) {
            copyOperandToFrame(division, at, part.stackBefore[at]);
        }
        code.aload(frame)
                .iload(stackLeft)
                .aload(state)
                .invokestatic(
                        CompiledModule.regionClass(body.functionIndex(), part.number),
                        CompiledModule.METHOD,
                        CompiledModule.REGION_TYPE);
        reader.seek(part.end);
        emitExits(part);
        addresses.forget();
        cases.forget();
        if (part.endReached) {
            operands.reset(0, part.stackAfter);
            loadOperands(division, part.low, part.stackAfter);
            due = part.paymentAfter;
        } else {
            becomeUnreachable();
        }
    }

    private void emitExits(Region part) {
        if (part.exits.isEmpty()) {
            if (part.endReached) {
                code.pop();
            } else {
                code.pop()
                        .invokestatic(NUMERIC, "unreachable", MethodTypeDesc.of(TRAP))
                        .athrow();
            }
            return;
        }
        Block first = part.exits.getFirst();
        if (part.exits.size() == 1 && first.branchOperands().length == 0) {
            Label label = labelOf(first);
            if (part.endReached) {
                code.ifne(label);
            } else {
                code.pop().goto_(label);
            }
            return;
        }
        Dispatch dispatch =
                dispatches.computeIfAbsent(part.exits, _ -> new Dispatch(code.newLabel(), operands.newSlot(Kind.INT)));
        code.istore(dispatch.codeSlot);
        if (part.endReached) {
            code.iload(dispatch.codeSlot).ifne(dispatch.label);
        } else {
            code.goto_(dispatch.label);
        }
        part.exits.forEach(this::labelOf);
    }

    private Control controlOf(Block block) {
        for (Control control : controls) {
            if (control.block.offset() == block.offset()) {
                return control;
            }
        }
        throw new AssertionError("BUG: a region leaves for a block that is not around it");
    }

    private Label labelOf(Block block) {
        Control control = controlOf(block);
        control.isBranchedTo = true;
        exitLabels.put(block.offset(), control);
        return control.label;
    }

    private void emitDispatches() {
        dispatches.forEach((exits, dispatch) -> {
            code.labelBinding(dispatch.label);
            List<SwitchCase> cases = new ArrayList<>();
            List<Label> landings = new ArrayList<>();
            for (int i = 0; i < exits.size(); i++) {
                Label landing = exits.get(i).branchOperands().length == 0 ? label(exits.get(i)) : code.newLabel();
                landings.add(landing);
                cases.add(SwitchCase.of(i + 1, landing));
            }
            code.iload(dispatch.codeSlot);
            if (cases.size() == 1) {
                code.pop().goto_(landings.getFirst());
            } else {
                code.tableswitch(1, cases.size() - 1, landings.getLast(), cases.subList(0, cases.size() - 1));
            }
            for (int i = 0; i < exits.size(); i++) {
                Kind[] carried = exits.get(i).branchOperands();
                if (carried.length > 0) {
                    code.labelBinding(landings.get(i));
                    for (int operand = 0; operand < carried.length; operand++) {
                        loadOperand(division(), exits.get(i).height() + operand, carried[operand]);
                    }
                    code.goto_(label(exits.get(i)));
                }
            }
        });
    }

    private Label label(Block block) {
        Control control = exitLabels.get(block.offset());
        if (control == null) {
            throw new AssertionError("BUG: no label for a way out");
        }
        return control.label;
    }

    // Calls.

    private void emitCall(int function, int at) {
        FunctionType callee = types.functionType(function);
        int count = ValueType.slots(callee.parameters());
        operands.require(count);
        packArguments(callee);
        sites.mark(code, at);
        code.iload(stackLeft)
                .aload(state)
                .invokestatic(CompiledModule.functionClass(function), CompiledModule.METHOD, Kinds.methodType(callee));
        receiveResults(callee, count);
    }

    private void emitCallIndirect(int typeIndex, int table, int at) {
        FunctionType callee = types.type(typeIndex);
        int count = ValueType.slots(callee.parameters());
        sites.mark(code, at);
        emitElement(count, table);
        if (Kinds.areArgumentsPacked(callee)) {
            int handle = operands.slot(-3, Kind.INT);
            code.istore(handle);
            operands.pop(1);
            emitSlots(callee, operands.height() - count);
            operands.push(Kind.INT);
            code.iload(handle);
        }
        code.iload(stackLeft)
                .aload(state)
                .invokestatic(
                        CompiledModule.dispatcherClass(types.canonicalType(typeIndex)),
                        CompiledModule.METHOD,
                        Kinds.methodType(callee, List.of(CD_int)));
        receiveResults(callee, count + 1);
    }

    /// Replaces the table index on top of the stack by the funcref, its arguments below packed where they must be.
    private void emitElement(int argumentCount, int table) {
        operands.require(argumentCount + 1);
        boolean is64 = types.table(table).is64();
        boolean isSlow = is64 || types.isTableImported(table);
        if (isSlow && !is64) {
            Operation.numeric(I64_EXTEND_I32_U).emit(code);
        }
        code.aload(state)
                .loadConstant(table)
                .invokestatic(
                        BULK,
                        isSlow ? "anyElement" : "element",
                        MethodTypeDesc.of(CD_int, isSlow ? CD_long : CD_int, Kinds.STATE, CD_int));
        operands.pop(1);
        operands.push(Kind.INT);
    }

    /// Packs the top operands into an array when the callee wants that. Without packing it leaves them as they are.
    private void packArguments(FunctionType callee) {
        if (Kinds.areArgumentsPacked(callee)) {
            emitSlots(callee, operands.height() - ValueType.slots(callee.parameters()));
        }
    }

    /// Emits an array of slots with the operands from a height on, which it takes off the JVM's stack.
    private void emitSlots(FunctionType callee, int from) {
        operands.spill();
        int count = ValueType.slots(callee.parameters());
        code.loadConstant(Math.max(count, ValueType.slots(callee.results()))).newarray(TypeKind.LONG);
        for (int i = 0; i < count; i++) {
            Kind kind = operands.kind(from + i);
            code.dup().loadConstant(i).loadLocal(kind.type, operands.slot(from + i, kind));
            Kinds.toSlot(code, kind);
            code.lastore();
        }
    }

    private void receiveResults(FunctionType callee, int taken) {
        operands.pop(taken);
        Kind[] results = Kinds.of(callee.results());
        for (int i = 0; i < results.length; i++) {
            if (results.length > 1) {
                code.aload(state)
                        .getfield(Kinds.STATE, "results", Kinds.LONGS)
                        .loadConstant(i)
                        .laload();
                Kinds.fromSlot(code, results[i]);
            }
            operands.push(results[i]);
        }
    }

    private void emitTailCall(int function, int at) {
        FunctionType callee = types.functionType(function);
        sites.mark(code, at);
        emitSlots(callee, operands.height() - ValueType.slots(callee.parameters()));
        code.loadConstant(function)
                .aload(state)
                .invokestatic(Kinds.STATE, "tailCall", MethodTypeDesc.of(CD_void, Kinds.LONGS, CD_int, Kinds.STATE));
        returnNothing();
    }

    private void emitTailCallIndirect(int typeIndex, int table, int at) {
        FunctionType callee = types.type(typeIndex);
        int count = ValueType.slots(callee.parameters());
        sites.mark(code, at);
        emitElement(count, table);
        int handle = operands.slot(-3, Kind.INT);
        code.istore(handle);
        operands.pop(1);
        emitSlots(callee, operands.height() - count);
        code.iload(handle)
                .loadConstant(typeIndex)
                .iload(stackLeft)
                .aload(state)
                .invokestatic(
                        Kinds.STATE,
                        "tailCallIndirect",
                        MethodTypeDesc.of(CD_void, Kinds.LONGS, CD_int, CD_int, CD_int, Kinds.STATE));
        returnNothing();
    }

    /// Ends the method after a tail call has been left to the caller: the function's own results do not count.
    private void returnNothing() {
        Control function = controls.getFirst();
        Kind[] results = Kinds.of(type.results());
        if (function.isOutside) {
            for (int i = 0; i < results.length; i++) {
                emitZero(results[i]);
                code.storeLocal(results[i].type, operands.slot(i, results[i]));
            }
            code.goto_(function.label);
            function.isBranchedTo = true;
        } else if (results.length == 1) {
            emitZero(results[0]);
            code.return_(results[0].type);
        } else {
            code.return_();
        }
        becomeUnreachable();
    }

    // Memory, tables and references.

    private void emitRare(int opcode, int at) {
        sites.mark(code, at);
        switch (opcode) {
            case MEMORY_SIZE -> {
                reader.u32();
                code.aload(state).invokestatic(BULK, "memorySize", MethodTypeDesc.of(CD_long, Kinds.STATE));
                pushAddress(types.is64);
            }
            case MEMORY_GROW -> {
                reader.u32();
                operands.require(1);
                operands.pop(1);
                extend(types.is64);
                code.aload(state).invokestatic(BULK, "memoryGrow", MethodTypeDesc.of(CD_long, CD_long, Kinds.STATE));
                pushAddress(types.is64);
            }
            case MEMORY_FILL -> {
                reader.u32();
                emitBulk("memoryFill", new boolean[] {types.is64, false, types.is64}, 1);
            }
            case MEMORY_COPY -> {
                reader.skipImmediates(opcode);
                emitBulk("memoryCopy", new boolean[] {types.is64, types.is64, types.is64}, -1);
            }
            case MEMORY_INIT -> {
                int segment = reader.u32();
                reader.u32();
                emitBulk("memoryInit", new boolean[] {types.is64, false, false}, -1, segment);
            }
            case DATA_DROP -> emitDrop("dataDrop");
            case ELEM_DROP -> emitDrop("elementsDrop");
            case TABLE_GET -> {
                int table = reader.u32();
                operands.require(1);
                operands.pop(1);
                extend(types.table(table).is64());
                code.aload(state)
                        .loadConstant(table)
                        .invokestatic(BULK, "tableGet", MethodTypeDesc.of(CD_int, CD_long, Kinds.STATE, CD_int));
                operands.push(Kind.INT);
            }
            case TABLE_SET -> {
                int table = reader.u32();
                operands.require(2);
                operands.pop(2);
                if (!types.table(table).is64()) {
                    code.swap();
                    extend(false);
                    code.dup2_x1().pop2();
                }
                code.aload(state)
                        .loadConstant(table)
                        .invokestatic(
                                BULK, "tableSet", MethodTypeDesc.of(CD_void, CD_long, CD_int, Kinds.STATE, CD_int));
            }
            case TABLE_SIZE -> {
                int table = reader.u32();
                code.aload(state)
                        .loadConstant(table)
                        .invokestatic(BULK, "tableSize", MethodTypeDesc.of(CD_long, Kinds.STATE, CD_int));
                pushAddress(types.table(table).is64());
            }
            case TABLE_GROW -> {
                int table = reader.u32();
                operands.require(2);
                operands.pop(2);
                extend(types.table(table).is64());
                code.aload(state)
                        .loadConstant(table)
                        .invokestatic(
                                BULK, "tableGrow", MethodTypeDesc.of(CD_long, CD_int, CD_long, Kinds.STATE, CD_int));
                pushAddress(types.table(table).is64());
            }
            case TABLE_FILL -> {
                int table = reader.u32();
                boolean is64 = types.table(table).is64();
                emitBulk("tableFill", new boolean[] {is64, false, is64}, 1, table);
            }
            case TABLE_COPY -> {
                int target = reader.u32();
                int source = reader.u32();
                boolean target64 = types.table(target).is64();
                boolean source64 = types.table(source).is64();
                emitBulk("tableCopy", new boolean[] {target64, source64, target64 && source64}, -1, target, source);
            }
            case TABLE_INIT -> {
                int segment = reader.u32();
                int table = reader.u32();
                emitBulk("tableInit", new boolean[] {types.table(table).is64(), false, false}, -1, table, segment);
            }
            case REF_NULL -> {
                reader.u32();
                code.iconst_m1();
                operands.push(Kind.INT);
            }
            case REF_FUNC -> {
                code.loadConstant(types.references().handleOf(reader.u32()));
                operands.push(Kind.INT);
            }
            case REF_IS_NULL -> {
                operands.require(1);
                code.invokestatic(NUMERIC, "isNull", MethodTypeDesc.of(CD_int, CD_int));
            }
            default -> throw new AssertionError("BUG: instruction " + name(opcode) + " in a valid function");
        }
    }

    private void pushAddress(boolean is64) {
        if (!is64) {
            code.l2i();
        }
        operands.push(is64 ? Kind.LONG : Kind.INT);
    }

    /// Makes an address, index or size on top of the stack 64 bits wide.
    private void extend(boolean is64) {
        if (!is64) {
            Operation.numeric(I64_EXTEND_I32_U).emit(code);
        }
    }

    private void emitDrop(String method) {
        code.aload(state)
                .loadConstant(reader.u32())
                .invokestatic(BULK, method, MethodTypeDesc.of(CD_void, Kinds.STATE, CD_int));
    }

    /// Emits a call of a bulk instruction's method for the three operands on the stack, which become 64 bits wide but
    /// for the one that is a value, and some constants.
    private void emitBulk(String method, boolean[] are64, int value, int... constants) {
        operands.spill();
        int base = operands.height() - 3;
        var parameters = new ArrayList<ClassDesc>();
        for (int i = 0; i < 3; i++) {
            Kind kind = operands.kind(base + i);
            code.loadLocal(kind.type, operands.slot(base + i, kind));
            if (i == value) {
                parameters.add(CD_int);
            } else {
                extend(are64[i]);
                parameters.add(CD_long);
            }
        }
        code.aload(state);
        parameters.add(Kinds.STATE);
        for (int constant : constants) {
            code.loadConstant(constant);
            parameters.add(CD_int);
        }
        code.invokestatic(BULK, method, MethodTypeDesc.of(CD_void, parameters));
        operands.pop(3);
    }
}
