package decant.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.GlobalType;
import decant.wasm.run.Code;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/// The class of a module's instance states: a field per slot of a global, and access to them by number.
///
/// Globals of others, that is mutable imported ones, have no field.
final class StateClass {
    static final ClassDesc NAME = ClassDesc.of(CompiledModule.PACKAGE, "state");

    private static final ClassDesc CODE = Code.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc CONSTRUCTOR = MethodTypeDesc.of(CD_void, CODE);

    /// So many slots are looked up by one method.
    private static final int GROUP = 256;

    private StateClass() {}

    /// Emits `getfield` or `putfield` for a slot.
    static void emitField(CodeBuilder code, Opcode opcode, int slot, Kind kind) {
        code.with(FieldInstruction.of(opcode, code.constantPool().fieldRefEntry(NAME, "g" + slot, kind.descriptor())));
    }

    static byte[] bytes(ModuleTypes types) {
        Kind[] kinds = kindsOfSlots(types);
        int[] slots = IntStream.range(0, types.globalCount())
                .filter(global -> !types.isGlobalElsewhere(global))
                .flatMap(global -> IntStream.range(types.globalSlot(global), types.globalSlot(global + 1)))
                .toArray();
        return ClassFile.of().build(NAME, builder -> {
            builder.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(Kinds.STATE);
            for (int slot : slots) {
                builder.withField("g" + slot, kinds[slot].descriptor(), ClassFile.ACC_PUBLIC);
            }
            builder.withMethodBody(
                    ConstantDescs.INIT_NAME,
                    CONSTRUCTOR,
                    ClassFile.ACC_PUBLIC,
                    code -> code.aload(0)
                            .aload(1)
                            .invokespecial(Kinds.STATE, ConstantDescs.INIT_NAME, CONSTRUCTOR)
                            .return_());
            int groups = (kinds.length + GROUP - 1) / GROUP;
            var get = MethodTypeDesc.of(CD_long, CD_int);
            var set = MethodTypeDesc.of(CD_void, CD_int, CD_long);
            builder.withMethodBody("globalSlot", get, ClassFile.ACC_PUBLIC, code -> {
                emitGroups(
                        code,
                        groups,
                        (target, group) -> target.aload(0)
                                .iload(1)
                                .invokevirtual(NAME, "get" + group, get)
                                .lreturn());
                code.lconst_0().lreturn();
            });
            builder.withMethodBody("setGlobalSlot", set, ClassFile.ACC_PUBLIC, code -> {
                emitGroups(
                        code,
                        groups,
                        (target, group) -> target.aload(0)
                                .iload(1)
                                .lload(2)
                                .invokevirtual(NAME, "set" + group, set)
                                .return_());
                code.return_();
            });
            for (int group = 0; group < groups; group++) {
                int[] members = membersOf(slots, group);
                builder.withMethodBody("get" + group, get, ClassFile.ACC_PUBLIC, code -> {
                    emitCases(code, members, (target, slot) -> {
                        target.aload(0);
                        emitField(target, Opcode.GETFIELD, slot, kinds[slot]);
                        Kinds.toSlot(target, kinds[slot]);
                        target.lreturn();
                    });
                    code.lconst_0().lreturn();
                });
                builder.withMethodBody("set" + group, set, ClassFile.ACC_PUBLIC, code -> {
                    emitCases(code, members, (target, slot) -> {
                        target.aload(0).lload(2);
                        Kinds.fromSlot(target, kinds[slot]);
                        emitField(target, Opcode.PUTFIELD, slot, kinds[slot]);
                        target.return_();
                    });
                    code.return_();
                });
            }
        });
    }

    private static Kind[] kindsOfSlots(ModuleTypes types) {
        return Kinds.of(
                types.module.globalTypes().stream().map(GlobalType::type).toList());
    }

    private static int[] membersOf(int[] slots, int group) {
        return IntStream.of(slots).filter(slot -> slot / GROUP == group).toArray();
    }

    private static void emitGroups(CodeBuilder code, int groups, BiConsumer<CodeBuilder, Integer> emitGroup) {
        code.iload(1).loadConstant(GROUP).idiv();
        emitSwitch(code, IntStream.range(0, groups).toArray(), emitGroup);
    }

    private static void emitCases(CodeBuilder code, int[] slots, BiConsumer<CodeBuilder, Integer> emitCase) {
        code.iload(1);
        emitSwitch(code, slots, emitCase);
    }

    private static void emitSwitch(CodeBuilder code, int[] keys, BiConsumer<CodeBuilder, Integer> emitCase) {
        Label otherwise = code.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        for (int key : keys) {
            cases.add(SwitchCase.of(key, code.newLabel()));
        }
        code.lookupswitch(otherwise, cases);
        for (SwitchCase each : cases) {
            code.labelBinding(each.target());
            emitCase.accept(code, each.caseValue());
        }
        code.labelBinding(otherwise);
    }
}
