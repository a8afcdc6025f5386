package decant.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.binary.CodeReader;
import decant.wasm.run.Numeric;
import decant.wasm.run.V128;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Emits the instructions on vectors of a method.
///
/// The operands of an instruction are first put into their JVM locals, and are loaded from there in the order in which
/// the calls for the two halves want them.
final class VectorEmitter {
    private static final ClassDesc VECTOR = V128.class.describeConstable().orElseThrow();
    private static final ClassDesc NUMERIC = Numeric.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc SELECT = MethodTypeDesc.of(CD_long, CD_long, CD_long, CD_int);
    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(CD_long, CD_long);
    private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long, Kinds.STATE);

    private final CodeBuilder code;
    private final CodeReader reader;
    private final Operands operands;
    private final int state;
    private final ScalarAccess scalar;

    /// How the method loads and stores scalars.
    @FunctionalInterface
    interface ScalarAccess {
        /// Emits a load or store whose operands are on top of the JVM's stack.
        void emit(Operation operation, long offset);
    }

    /// @param state the JVM local with the instance's state
    VectorEmitter(CodeBuilder code, CodeReader reader, Operands operands, int state, ScalarAccess scalar) {
        this.code = code;
        this.reader = reader;
        this.operands = operands;
        this.state = state;
        this.scalar = scalar;
    }

    /// Emits an instruction whose code has just been read.
    void emit(VectorOperation operation) {
        int base = operands.take(operation.form().parameterCount);
        switch (operation.form()) {
            case CONSTANT -> code.loadConstant(reader.fixed64()).loadConstant(reader.fixed64());
            case UNARY -> {
                emitHalf(operation, base);
                emitHalf(operation, base + 1);
            }
            case BINARY -> {
                emitHalf(operation, base, base + 2);
                emitHalf(operation, base + 1, base + 3);
            }
            case TERNARY -> {
                emitHalf(operation, base, base + 2, base + 4);
                emitHalf(operation, base + 1, base + 3, base + 5);
            }
            case SHIFT -> {
                emitShift(operation, base, base + 2);
                emitShift(operation, base + 1, base + 2);
            }
            case TEST -> {
                operands.loadTaken(base);
                operands.loadTaken(base + 1);
                emitCall(operation, CD_int, CD_long, CD_long);
            }
            case SPLAT -> {
                operands.loadTaken(base);
                emitSplat(operation);
            }
            case EXTRACT -> emitExtract(operation, base, reader.u8());
            case REPLACE -> emitReplace(operation, base, reader.u8(), () -> operands.loadTaken(base + 2));
            case WIDEN_LOW -> emitWiden(operation, operands.slot(base, Kind.LONG));
            case WIDEN_HIGH -> emitWiden(operation, operands.slot(base + 1, Kind.LONG));
            case WIDEN_BINARY_LOW -> emitWidenBinary(operation, base, base + 2);
            case WIDEN_BINARY_HIGH -> emitWidenBinary(operation, base + 1, base + 3);
            case NARROW -> {
                emitHalf(operation, base, base + 1);
                emitHalf(operation, base + 2, base + 3);
            }
            case NARROW_ZERO -> {
                emitHalf(operation, base, base + 1);
                code.lconst_0();
            }
            case SWIZZLE -> {
                emitHalf(operation, base, base + 1, base + 2);
                emitHalf(operation, base, base + 1, base + 3);
            }
            case SHUFFLE -> {
                emitShuffle(operation, base, reader.fixed64());
                emitShuffle(operation, base, reader.fixed64());
            }
            case LOAD -> emitLoad(base);
            case LOAD_EXTEND -> {
                emitScalarLoad(operation, base);
                int loaded = operands.spareLong();
                code.lstore(loaded);
                emitWiden(operation, loaded);
            }
            case LOAD_SPLAT -> {
                emitScalarLoad(operation, base);
                emitSplat(operation);
            }
            case LOAD_ZERO -> {
                emitScalarLoad(operation, base);
                code.lconst_0();
            }
            case LOAD_LANE -> {
                reader.memoryArgument();
                long offset = reader.offset();
                emitReplace(operation, base + 1, reader.u8(), () -> {
                    operands.loadTaken(base);
                    scalar.emit(Operation.numeric(operation.access()), offset);
                });
            }
            case STORE -> emitStore(base);
            case STORE_LANE -> {
                reader.memoryArgument();
                long offset = reader.offset();
                operands.loadTaken(base);
                emitExtract(operation, base + 1, reader.u8());
                scalar.emit(Operation.numeric(operation.access()), offset);
            }
        }
        for (Kind result : operation.results()) {
            operands.push(result);
        }
    }

    /// Emits `select` for vectors.
    void emitSelect() {
        int base = operands.take(5);
        for (int half = 0; half < 2; half++) {
            operands.loadTaken(base + half);
            operands.loadTaken(base + 2 + half);
            operands.loadTaken(base + 4);
            code.invokestatic(NUMERIC, "select", SELECT);
        }
        operands.push(Kind.LONG);
        operands.push(Kind.HIGH);
    }

    private void emitCall(VectorOperation operation, ClassDesc result, ClassDesc... parameters) {
        code.invokestatic(operation.owner(), operation.method(), MethodTypeDesc.of(result, parameters));
    }

    /// Emits a call for some halves that gives a half.
    private void emitHalf(VectorOperation operation, int... halves) {
        var parameters = new ClassDesc[halves.length];
        for (int i = 0; i < halves.length; i++) {
            operands.loadTaken(halves[i]);
            parameters[i] = CD_long;
        }
        emitCall(operation, CD_long, parameters);
    }

    private void emitShift(VectorOperation operation, int half, int count) {
        operands.loadTaken(half);
        operands.loadTaken(count);
        emitCall(operation, CD_long, CD_long, CD_int);
    }

    private void emitShuffle(VectorOperation operation, int base, long indices) {
        for (int half = 0; half < 4; half++) {
            operands.loadTaken(base + half);
        }
        code.loadConstant(indices);
        emitCall(operation, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long);
    }

    private void emitSplat(VectorOperation operation) {
        emitCall(operation, CD_long, operation.lane().descriptor());
        code.dup2();
    }

    private void emitExtract(VectorOperation operation, int vector, int lane) {
        operands.loadTaken(vector + lane / operation.lanesPerHalf());
        code.loadConstant(lane % operation.lanesPerHalf());
        emitCall(operation, operation.lane().descriptor(), CD_long, CD_int);
    }

    private void emitReplace(VectorOperation operation, int vector, int lane, Runnable emitValue) {
        boolean isHigh = lane >= operation.lanesPerHalf();
        operands.loadTaken(vector);
        if (isHigh) {
            operands.loadTaken(vector + 1);
        }
        emitValue.run();
        code.loadConstant(lane % operation.lanesPerHalf());
        emitCall(operation, CD_long, CD_long, operation.lane().descriptor(), CD_int);
        if (!isHigh) {
            operands.loadTaken(vector + 1);
        }
    }

    /// Emits the calls for both parts of a half in a JVM local.
    private void emitWiden(VectorOperation operation, int half) {
        code.lload(half).l2i();
        emitCall(operation, CD_long, CD_int);
        code.lload(half);
        emitUpperPart();
        emitCall(operation, CD_long, CD_int);
    }

    private void emitWidenBinary(VectorOperation operation, int first, int second) {
        operands.loadTaken(first);
        code.l2i();
        operands.loadTaken(second);
        code.l2i();
        emitCall(operation, CD_long, CD_int, CD_int);
        operands.loadTaken(first);
        emitUpperPart();
        operands.loadTaken(second);
        emitUpperPart();
        emitCall(operation, CD_long, CD_int, CD_int);
    }

    private void emitUpperPart() {
        code.bipush(Integer.SIZE).lushr().l2i();
    }

    private void emitScalarLoad(VectorOperation operation, int address) {
        reader.memoryArgument();
        operands.loadTaken(address);
        scalar.emit(Operation.numeric(operation.access()), reader.offset());
    }

    private void emitLoad(int address) {
        reader.memoryArgument();
        operands.loadTaken(address);
        scalar.emit(Operation.VECTOR_PLACE, reader.offset());
        int place = operands.spareLong();
        code.lstore(place)
                .lload(place)
                .invokestatic(VECTOR, "low", LOAD)
                .lload(place)
                .invokestatic(VECTOR, "high", LOAD);
    }

    private void emitStore(int address) {
        reader.memoryArgument();
        operands.loadTaken(address);
        scalar.emit(Operation.VECTOR_PLACE, reader.offset());
        operands.loadTaken(address + 1);
        operands.loadTaken(address + 2);
        code.aload(state).invokestatic(VECTOR, "store", STORE);
    }
}
