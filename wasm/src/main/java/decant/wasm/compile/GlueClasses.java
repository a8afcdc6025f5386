package decant.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.FunctionType;
import decant.wasm.run.Entry;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/// The small classes around compiled functions: ways in, ways out, and indirect calls.
final class GlueClasses {
    private static final ClassDesc ENTRY = Entry.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc ENTRY_CALL = MethodTypeDesc.of(CD_void, Kinds.LONGS, CD_int, Kinds.STATE);

    /// So many functions are jumped to by one method, which keeps it small enough for the just-in-time compilers.
    private static final int DISPATCH_GROUP = 128;

    private GlueClasses() {}

    /// {@return the class of an {@link Entry} for a function}
    static byte[] entry(ModuleTypes types, int function, boolean hasTailCalls) {
        return ClassFile.of().build(CompiledModule.entryClass(function), builder -> {
            builder.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(ENTRY);
            builder.withMethodBody(
                    ConstantDescs.INIT_NAME,
                    ConstantDescs.MTD_void,
                    ClassFile.ACC_PUBLIC,
                    code -> code.aload(0)
                            .invokespecial(ENTRY, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                            .return_());
            withEntryMethod(builder, types, function, CompiledModule.METHOD);
            if (hasTailCalls) {
                withEntryMethod(builder, types, function, CompiledModule.BODY_METHOD);
            }
        });
    }

    private static void withEntryMethod(ClassBuilder builder, ModuleTypes types, int function, String method) {
        FunctionType type = types.functionType(function);
        builder.withMethodBody(method, ENTRY_CALL, ClassFile.ACC_PUBLIC, code -> {
            emitArguments(code, type, 1);
            code.iload(2)
                    .aload(3)
                    .checkcast(StateClass.NAME)
                    .invokestatic(CompiledModule.functionClass(function), method, Kinds.methodType(type));
            storeResults(code, type, 1, 3, 4);
            code.return_();
        });
    }

    /// Puts the arguments for a method on the stack, from slots in a JVM local.
    private static void emitArguments(CodeBuilder code, FunctionType type, int slots) {
        if (Kinds.areArgumentsPacked(type)) {
            code.aload(slots);
            return;
        }
        Kind[] parameters = Kinds.of(type.parameters());
        for (int i = 0; i < parameters.length; i++) {
            code.aload(slots).loadConstant(i).laload();
            Kinds.fromSlot(code, parameters[i]);
        }
    }

    /// Puts the results of a method, on the stack or in the state, into slots in a JVM local.
    private static void storeResults(CodeBuilder code, FunctionType type, int slots, int state, int spare) {
        Kind[] results = Kinds.of(type.results());
        if (results.length == 1) {
            Kinds.toSlot(code, results[0]);
            code.lstore(spare).aload(slots).iconst_0().lload(spare).lastore();
        } else if (results.length > 0) {
            code.aload(state)
                    .getfield(Kinds.STATE, "results", Kinds.LONGS)
                    .iconst_0()
                    .aload(slots)
                    .iconst_0()
                    .loadConstant(results.length)
                    .invokestatic(
                            ClassDesc.of("java.lang.System"),
                            "arraycopy",
                            MethodTypeDesc.of(
                                    CD_void, ConstantDescs.CD_Object, CD_int, ConstantDescs.CD_Object, CD_int, CD_int));
        }
    }

    /// {@return the class through which compiled code calls an imported function}
    static byte[] hostCall(ModuleTypes types, int function) {
        FunctionType type = types.functionType(function);
        return ClassFile.of()
                .build(
                        CompiledModule.functionClass(function),
                        builder -> builder.withFlags(ClassFile.ACC_PUBLIC)
                                .withMethodBody(
                                        CompiledModule.METHOD, Kinds.methodType(type), CompiledModule.STATIC, code -> {
                                            var stub = new Stub(code, type, 0);
                                            stub.emitSlots();
                                            code.aload(stub.slots)
                                                    .loadConstant(function)
                                                    .iload(stub.stackLeft)
                                                    .aload(stub.state)
                                                    .invokestatic(
                                                            Kinds.STATE,
                                                            "callHost",
                                                            MethodTypeDesc.of(
                                                                    CD_void, Kinds.LONGS, CD_int, CD_int, Kinds.STATE));
                                            stub.emitReturn();
                                        }));
    }

    /// Emits the method through which a function with tail calls is called: it runs the tail calls that its body
    /// leaves.
    static void withTailCalls(ClassBuilder builder, ModuleTypes types, int function) {
        FunctionType type = types.functionType(function);
        builder.withMethodBody(CompiledModule.METHOD, Kinds.methodType(type), CompiledModule.STATIC, code -> {
            var stub = new Stub(code, type, 0);
            stub.emitArguments();
            code.iload(stub.stackLeft)
                    .aload(stub.state)
                    .invokestatic(
                            CompiledModule.functionClass(function), CompiledModule.BODY_METHOD, Kinds.methodType(type));
            Label ready = code.newLabel();
            code.aload(stub.state)
                    .invokevirtual(Kinds.STATE, "hasTailCall", MethodTypeDesc.of(ConstantDescs.CD_boolean))
                    .ifeq(ready);
            if (stub.results.length == 1) {
                if (stub.results[0].slotSize() == 2) {
                    code.pop2();
                } else {
                    code.pop();
                }
            }
            code.iload(stub.stackLeft)
                    .aload(stub.state)
                    .invokestatic(Kinds.STATE, "runTailCalls", MethodTypeDesc.of(Kinds.LONGS, CD_int, Kinds.STATE))
                    .astore(stub.slots);
            stub.emitReturn();
            code.labelBinding(ready);
            stub.emitPlainReturn();
        });
    }

    /// {@return the class of indirect calls by a canonical type: a jump by the funcref's number}
    static byte[] dispatcher(ModuleTypes types, int typeIndex) {
        FunctionType type = types.type(typeIndex);
        MethodTypeDesc methodType = Kinds.methodType(type, List.of(CD_int));
        int first = types.references().firstOfType(typeIndex);
        int end = types.references().endOfType(typeIndex);
        ClassDesc name = CompiledModule.dispatcherClass(typeIndex);
        return ClassFile.of().build(name, builder -> {
            builder.withFlags(ClassFile.ACC_PUBLIC);
            boolean isLarge = end - first > DISPATCH_GROUP;
            if (!isLarge) {
                builder.withMethodBody(
                        CompiledModule.METHOD,
                        methodType,
                        CompiledModule.STATIC,
                        code -> emitDispatch(code, types, typeIndex, first, end));
                return;
            }
            int groups = (end - first + DISPATCH_GROUP - 1) / DISPATCH_GROUP;
            builder.withMethodBody(CompiledModule.METHOD, methodType, CompiledModule.STATIC, code -> {
                var stub = new Stub(code, type, 1);
                code.iload(stub.extra)
                        .loadConstant(first)
                        .isub()
                        .loadConstant(7)
                        .ishr();
                Label otherwise = code.newLabel();
                List<SwitchCase> cases = new ArrayList<>();
                for (int group = 0; group < groups; group++) {
                    cases.add(SwitchCase.of(group, code.newLabel()));
                }
                code.tableswitch(0, groups - 1, otherwise, cases);
                for (int group = 0; group < groups; group++) {
                    code.labelBinding(cases.get(group).target());
                    stub.emitArguments();
                    code.iload(stub.extra)
                            .iload(stub.stackLeft)
                            .aload(stub.state)
                            .invokestatic(name, "group" + group, methodType);
                    stub.emitPlainReturn();
                }
                code.labelBinding(otherwise);
                emitOther(stub, typeIndex);
            });
            for (int group = 0; group < groups; group++) {
                int from = first + group * DISPATCH_GROUP;
                builder.withMethodBody(
                        "group" + group,
                        methodType,
                        CompiledModule.STATIC,
                        code -> emitDispatch(code, types, typeIndex, from, Math.min(end, from + DISPATCH_GROUP)));
            }
        });
    }

    private static void emitDispatch(CodeBuilder code, ModuleTypes types, int typeIndex, int first, int end) {
        var stub = new Stub(code, types.type(typeIndex), 1);
        if (first < end) {
            Label otherwise = code.newLabel();
            List<SwitchCase> cases = new ArrayList<>();
            for (int handle = first; handle < end; handle++) {
                cases.add(SwitchCase.of(handle, code.newLabel()));
            }
            code.iload(stub.extra).tableswitch(first, end - 1, otherwise, cases);
            for (SwitchCase each : cases) {
                code.labelBinding(each.target());
                stub.emitArguments();
                code.iload(stub.stackLeft)
                        .aload(stub.state)
                        .invokestatic(
                                CompiledModule.functionClass(types.references().functionOf(each.caseValue())),
                                CompiledModule.METHOD,
                                Kinds.methodType(stub.type));
                stub.emitPlainReturn();
            }
            code.labelBinding(otherwise);
        }
        emitOther(stub, typeIndex);
    }

    /// A funcref that is none of our functions of the type: null, of another type, or a function of another instance.
    private static void emitOther(Stub stub, int typeIndex) {
        CodeBuilder code = stub.code;
        stub.emitSlots();
        code.aload(stub.slots)
                .iload(stub.extra)
                .loadConstant(typeIndex)
                .iload(stub.stackLeft)
                .aload(stub.state)
                .invokestatic(
                        Kinds.STATE,
                        "callOther",
                        MethodTypeDesc.of(CD_void, Kinds.LONGS, CD_int, CD_int, CD_int, Kinds.STATE));
        stub.emitReturn();
    }

    /// The JVM locals of a method with a function's parameters, perhaps one int more, what is left of the stack, and
    /// the state.
    private static final class Stub {
        final CodeBuilder code;
        final FunctionType type;
        final int extra;
        final int stackLeft;
        final int state;

        /// A free local for slots.
        final int slots;

        private final Kind[] parameters;
        private final Kind[] results;
        private final boolean packed;

        Stub(CodeBuilder code, FunctionType type, int extraCount) {
            this.code = code;
            this.type = type;
            this.parameters = Kinds.of(type.parameters());
            this.results = Kinds.of(type.results());
            this.packed = Kinds.areArgumentsPacked(type);
            this.extra = packed ? 1 : Kinds.jvmSlots(parameters);
            this.stackLeft = extra + extraCount;
            this.state = stackLeft + 1;
            this.slots = state + 1;
        }

        void emitArguments() {
            if (packed) {
                code.aload(0);
                return;
            }
            int local = 0;
            for (Kind kind : parameters) {
                code.loadLocal(kind.type, local);
                local += kind.slotSize();
            }
        }

        /// Leaves an array with the arguments in the local for slots.
        void emitSlots() {
            if (packed) {
                code.aload(0).astore(slots);
                return;
            }
            int count = Math.max(parameters.length, results.length);
            code.loadConstant(count).newarray(TypeKind.LONG).astore(slots);
            int local = 0;
            for (int i = 0; i < parameters.length; i++) {
                Kind kind = parameters[i];
                code.aload(slots).loadConstant(i).loadLocal(kind.type, local);
                Kinds.toSlot(code, kind);
                code.lastore();
                local += kind.slotSize();
            }
        }

        /// Returns the results that are in slots.
        void emitReturn() {
            if (results.length == 1) {
                code.aload(slots).iconst_0().laload();
                Kinds.fromSlot(code, results[0]);
                code.return_(results[0].type);
                return;
            }
            if (results.length > 0) {
                code.aload(slots)
                        .iconst_0()
                        .aload(state)
                        .getfield(Kinds.STATE, "results", Kinds.LONGS)
                        .iconst_0()
                        .loadConstant(results.length)
                        .invokestatic(
                                ClassDesc.of("java.lang.System"),
                                "arraycopy",
                                MethodTypeDesc.of(
                                        CD_void,
                                        ConstantDescs.CD_Object,
                                        CD_int,
                                        ConstantDescs.CD_Object,
                                        CD_int,
                                        CD_int));
            }
            code.return_();
        }

        /// Returns what a call has left on the stack.
        void emitPlainReturn() {
            if (results.length == 1) {
                code.return_(results[0].type);
            } else {
                code.return_();
            }
        }
    }
}
