package decant.wasm.compile;

import decant.wasm.binary.CodeReader;
import decant.wasm.run.Bulk;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// How `br_table` jumps.
///
/// A small table is a `tableswitch`. A large one would not fit into a method, so the index is first mapped to the
/// number of its target among the distinct ones by an array, which is read from the module when the jump is first
/// linked.
final class BranchTables {
    static final int ENTRIES_DIRECT_MAX = 512;

    private static final ClassDesc BULK = Bulk.class.describeConstable().orElseThrow();
    private static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
    private static final DirectMethodHandleDesc BOOTSTRAP = MethodHandleDesc.ofMethod(
            DirectMethodHandleDesc.Kind.STATIC,
            BULK,
            "branchTable",
            MethodTypeDesc.of(
                    INTS,
                    ConstantDescs.CD_MethodHandles_Lookup,
                    ConstantDescs.CD_String,
                    ConstantDescs.CD_Class,
                    ConstantDescs.CD_int));

    private BranchTables() {}

    /// Emits a jump for the index on the operand stack.
    ///
    /// @param reader at the table's number of entries; left behind the table
    /// @param labelOfDepth gives the place to jump to for a branch depth
    static void emit(CodeBuilder code, CodeReader reader, IntFunction<Label> labelOfDepth) {
        int offset = reader.position();
        int[] depths = read(reader);
        if (depths.length == 1) {
            code.pop().goto_(labelOfDepth.apply(depths[0]));
        } else if (depths.length <= ENTRIES_DIRECT_MAX) {
            emitSwitch(code, depths, labelOfDepth);
        } else {
            code.loadConstant(DynamicConstantDesc.ofNamed(BOOTSTRAP, "targets", INTS, offset))
                    .invokestatic(
                            BULK, "branchTarget", MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, INTS));
            int[] distinct = distinct(depths).keySet().stream().mapToInt(i -> i).toArray();
            emitSwitch(code, distinct, labelOfDepth);
        }
    }

    private static void emitSwitch(CodeBuilder code, int[] depths, IntFunction<Label> labelOfDepth) {
        int last = depths.length - 1;
        List<SwitchCase> cases = new ArrayList<>(last);
        for (int i = 0; i < last; i++) {
            cases.add(SwitchCase.of(i, labelOfDepth.apply(depths[i])));
        }
        Label otherwise = labelOfDepth.apply(depths[last]);
        if (cases.isEmpty()) {
            code.pop().goto_(otherwise);
        } else {
            code.tableswitch(0, last - 1, otherwise, cases);
        }
    }

    private static int[] read(CodeReader reader) {
        var depths = new int[reader.u32() + 1];
        for (int i = 0; i < depths.length; i++) {
            depths[i] = reader.u32();
        }
        return depths;
    }

    /// {@return the distinct depths in the order of their first entry, with their numbers}
    private static Map<Integer, Integer> distinct(int[] depths) {
        Map<Integer, Integer> numbers = new LinkedHashMap<>();
        for (int depth : depths) {
            numbers.putIfAbsent(depth, numbers.size());
        }
        return numbers;
    }

    /// {@return for each entry of the table at an offset of the module the number of its target}
    static int[] targets(byte[] module, int offset) {
        int[] depths = read(new CodeReader(module, offset, module.length));
        Map<Integer, Integer> numbers = distinct(depths);
        return Arrays.stream(depths)
                .map(depth -> numbers.getOrDefault(depth, 0))
                .toArray();
    }
}
