package decant.wasm;

import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.FUNCREF;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.wasm.binary.Opcode;
import decant.wasm.link.HeapProof;
import decant.wasm.link.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Vectors wherever values go: calls of all kinds, the host, blocks, branches, locals and globals.
class VectorValuesTest {
    private static final long LOW = 0x1122_3344_5566_7788L;
    private static final long HIGH = 0x99AA_BBCC_DDEE_FF00L;

    private static Instance instantiate(WasmBuilder builder, Imports imports) {
        return Instance.instantiate(builder.parse(), imports, InstanceLimits.DEFAULT);
    }

    private static Instance instantiate(WasmBuilder builder) {
        return instantiate(builder, Imports.none());
    }

    private static long[] results(CallResult result) {
        return ((CallResult.Returned) result).results();
    }

    private static void constant(WasmBuilder.Code code, long low, long high) {
        code.op(Opcode.V128_CONST);
        for (int i = 0; i < 16; i++) {
            code.u8((int) ((i < 8 ? low : high) >>> i % 8 * 8) & 0xFF);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 61, 62, 63, 64, 130, 600})
    void callsOfEveryKindPassVectorsAmongOthers(int count) {
        var builder = new WasmBuilder();
        var types = new ArrayList<ValueType>();
        for (int i = 0; i < count; i++) {
            types.add(List.of(V128, I32, F64, V128).get(i % 4));
        }
        int type = builder.type(types, types);
        int host = builder.importFunction("env", "echo", type);
        builder.table(FUNCREF, 1);
        int echo = builder.function(type, code -> {
            for (int i = 0; i < count; i++) {
                code.localGet(i);
            }
        });
        builder.elements(code -> code.i32(0), echo);
        for (int way = 0; way < 5; way++) {
            int kind = way;
            builder.function(type, code -> {
                for (int i = 0; i < count; i++) {
                    code.localGet(i);
                }
                switch (kind) {
                    case 0 -> code.call(echo);
                    case 1 -> code.i32(0).op(Opcode.CALL_INDIRECT, type, 0);
                    case 2 -> code.op(Opcode.RETURN_CALL, echo);
                    case 3 -> code.i32(0).op(Opcode.RETURN_CALL_INDIRECT, type, 0);
                    default -> code.call(host);
                }
            });
        }
        var arguments = new long[ValueType.slots(types)];
        for (int slot = 0; slot < arguments.length; slot++) {
            arguments[slot] = slot * 3L + 1;
        }
        var imports = Imports.none().with("env", "echo", new FunctionType(types, types), (_, slots) -> {
            assertThat(slots).isEqualTo(arguments);
        });
        try (var instance = instantiate(builder, imports)) {
            for (int function = echo; function < instance.module().functionCount(); function++) {
                assertThat(results(instance.call(function, arguments))).isEqualTo(arguments);
            }
            assertThatThrownBy(() -> instance.call(echo, new long[arguments.length + 1]))
                    .hasMessageContaining((arguments.length + 1) + " slots of arguments");
        }
    }

    @Test
    void functionReferencesBehindVectorsAreTranslatedAtTheBorder() {
        var builder = new WasmBuilder();
        var types = List.of(V128, FUNCREF, V128, FUNCREF);
        int type = builder.type(types, types);
        int host = builder.importFunction("env", "swap", type);
        builder.table(FUNCREF, 2);
        int outer = builder.function(
                type,
                code -> code.localGet(0).localGet(1).localGet(2).localGet(3).call(host));
        builder.elements(code -> code.i32(0), host, outer);
        var imports = Imports.none().with("env", "swap", new FunctionType(types, types), (_, slots) -> {
            long reference = slots[2];
            slots[2] = slots[5];
            slots[5] = reference;
        });
        try (var instance = instantiate(builder, imports)) {
            assertThat(results(instance.call(outer, 1, 2, outer, 3, 4, host))).containsExactly(1, 2, host, 3, 4, outer);
        }
    }

    @Test
    void selectDropAndTeeTakeVectorsAsOneValue() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(V128, V128, I32), List.of(V128, V128));
        builder.function(type, List.of(V128), code -> {
            code.localGet(1);
            code.localGet(0).localGet(1).localGet(2).op(Opcode.SELECT);
            code.op(Opcode.LOCAL_TEE, 3).op(Opcode.DROP);
            // At a block the operand below moves into a local, where it is dropped.
            code.open(Opcode.BLOCK).end().op(Opcode.DROP).localGet(3);
            code.localGet(1).localGet(0).localGet(2).op(Opcode.SELECT_T, 1).u8(V128.code());
        });
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(0, 1, 2, 3, 4, 1))).containsExactly(1, 2, 3, 4);
            assertThat(results(instance.call(0, 1, 2, 3, 4, 0))).containsExactly(3, 4, 1, 2);
        }
    }

    @Test
    void branchesCarryVectorsWhereverTheyAre() {
        var builder = new WasmBuilder();
        int pair = builder.type(List.of(), List.of(I64, V128));
        int type = builder.type(List.of(V128, V128, I32), List.of(I64, V128));
        builder.function(type, List.of(V128), code -> {
            code.i64(100).op(Opcode.BLOCK).u32(pair);
            code.i64(7).localGet(0).localGet(2).op(Opcode.BR_IF, 0);
            code.op(Opcode.DROP).op(Opcode.DROP);
            // The number below is not carried, so the others have to move.
            code.f64(1.5).i64(8).localGet(1).op(Opcode.BR, 0);
            code.end();
            code.localSet(3).op(Opcode.I64_ADD).localGet(3);
        });
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(0, 1, 2, 3, 4, 1))).containsExactly(107, 1, 2);
            assertThat(results(instance.call(0, 1, 2, 3, 4, 0))).containsExactly(108, 3, 4);
        }
    }

    @Test
    void branchesByTableCarryVectors() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(V128, V128, I32), List.of(V128));
        builder.function(type, code -> {
            code.open(Opcode.BLOCK, V128).open(Opcode.BLOCK, V128);
            code.f64(2.5).localGet(0).localGet(2).op(Opcode.BR_TABLE, 2, 0, 1, 2);
            code.end().localGet(1).op(Opcode.V128_XOR);
            code.end().localGet(1).op(Opcode.I64X2_ADD);
        });
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(0, 1, 2, 3, 4, 0))).containsExactly(2 + 3, 6 + 4);
            assertThat(results(instance.call(0, 1, 2, 3, 4, 1))).containsExactly(1 + 3, 2 + 4);
            assertThat(results(instance.call(0, 1, 2, 3, 4, 2))).containsExactly(1, 2);
        }
    }

    @Test
    void conditionsTakeAndGiveVectors() {
        var builder = new WasmBuilder();
        int unary = builder.type(List.of(V128), List.of(V128));
        builder.function(builder.type(List.of(V128, V128), List.of(V128)), code -> {
            code.localGet(0)
                    .localGet(1)
                    .localGet(0)
                    .localGet(1)
                    .op(Opcode.I8X16_EQ)
                    .op(Opcode.V128_ANY_TRUE);
            code.op(Opcode.IF).u32(unary);
            code.op(Opcode.V128_NOT);
            code.op(Opcode.ELSE).op(Opcode.DROP).localGet(0);
            code.end().op(Opcode.V128_OR);
        });
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(0, 0x10, 0, 0x10, 0))).containsExactly(-1, -1);
            long tens = 0x1010_1010_1010_1010L;
            assertThat(results(instance.call(0, tens, tens, 0, 0))).containsExactly(tens, tens);
        }
    }

    @Test
    void aLoopKeepsVectorsInItsParameters() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(V128, I32), List.of(V128));
        int step = builder.type(List.of(V128), List.of(V128));
        builder.function(type, code -> {
            code.localGet(0);
            code.op(Opcode.LOOP).u32(step);
            code.i32(3).op(Opcode.I32X4_SPLAT).op(Opcode.I32X4_ADD);
            code.localGet(1).i32(1).op(Opcode.I32_SUB).op(Opcode.LOCAL_TEE, 1).op(Opcode.BR_IF, 0);
            code.end();
        });
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(0, 0x0000_0001_0000_0000L, 0xFFFF_FFFF_0000_0002L, 10)))
                    .containsExactly(0x0000_001F_0000_001EL, 0x0000_001D_0000_0020L);
        }
    }

    @Test
    void globalsAreTwoSlotsEach() {
        var builder = new WasmBuilder();
        int first = builder.global(I32, true, code -> code.i32(5));
        int vector = builder.global(V128, true, code -> constant(code, LOW, HIGH));
        int last = builder.global(I64, true, code -> code.i64(6));
        builder.global(V128, false, code -> constant(code, 1, 2));
        int type = builder.type(List.of(V128), List.of(V128));
        builder.function(
                type,
                code -> code.op(Opcode.GLOBAL_GET, vector)
                        .localGet(0)
                        .op(Opcode.GLOBAL_SET, vector)
                        .i64(60)
                        .op(Opcode.GLOBAL_SET, last)
                        .i32(50)
                        .op(Opcode.GLOBAL_SET, first));
        try (var instance = instantiate(builder)) {
            assertThat(instance.globals()).containsExactly(5, LOW, HIGH, 6, 1, 2);
            assertThat(instance.global(vector)).containsExactly(LOW, HIGH);
            instance.begin();
            assertThat(results(instance.call(0, 8, 9))).containsExactly(LOW, HIGH);
            assertThat(instance.globals()).containsExactly(50, 8, 9, 60, 1, 2);
            instance.rollback();
            assertThat(instance.globals()).containsExactly(5, LOW, HIGH, 6, 1, 2);
            instance.setGlobals(new long[] {1, 2, 3, 4, 5, 6});
            assertThat(results(instance.call(0, 0, 0))).containsExactly(2, 3);
            assertThatThrownBy(() -> instance.setGlobals(new long[4])).hasMessageContaining("6 slots");
        }
    }

    @Test
    void manyGlobalsAreFoundByTheirNumber() {
        var builder = new WasmBuilder();
        for (int i = 0; i < 700; i++) {
            long low = 2L * i;
            if (i % 3 == 0) {
                builder.global(I64, true, code -> code.i64(low));
            } else {
                builder.global(V128, true, code -> constant(code, low, low + 1));
            }
        }
        try (var instance = instantiate(builder)) {
            for (int i = 0; i < 700; i++) {
                assertThat(instance.global(i)).startsWith(2L * i).hasSize(i % 3 == 0 ? 1 : 2);
            }
            var slots = new long[instance.globals().length];
            for (int i = 0; i < slots.length; i++) {
                slots[i] = -i;
            }
            instance.setGlobals(slots);
            assertThat(instance.globals()).isEqualTo(slots);
        }
    }

    @Test
    void aProofCarriesVectorsToGlobalsInAnotherPlace() {
        var installed = withGlobalsInOrder(List.of(I64, V128, V128));
        var replacement = withGlobalsInOrder(List.of(V128, V128, I64));
        var verdict = HeapProof.compare(installed, replacement, Set.of());
        assertThat(verdict).isInstanceOf(Verdict.Fits.class);
        var renumbering = ((Verdict.Fits) verdict).renumbering();
        assertThat(renumbering.carry(new long[] {1, 2, 3, 4, 5}, new long[5])).containsExactly(2, 3, 4, 5, 1);
    }

    /// {@return a module whose entry point sets globals of these types: the I64, then the vectors in their order}
    private static Module withGlobalsInOrder(List<ValueType> order) {
        var builder = new WasmBuilder();
        var vectors = new ArrayList<Integer>();
        int number = 0;
        for (ValueType type : order) {
            if (type == V128) {
                vectors.add(builder.global(V128, true, code -> constant(code, LOW, HIGH)));
            } else {
                number = builder.global(I64, true, code -> code.i64(7));
            }
        }
        int counter = number;
        int function = builder.function(builder.type(List.of(), List.of()), code -> {
            code.i64(1).op(Opcode.GLOBAL_SET, counter);
            for (int i = 0; i < vectors.size(); i++) {
                constant(code, i, i);
                code.op(Opcode.GLOBAL_SET, vectors.get(i));
            }
        });
        return builder.exportFunction("set", function).parse();
    }

    @Test
    void instancesAndTheHostShareGlobals() {
        var exporter = new WasmBuilder();
        int shared = exporter.global(V128, true, code -> constant(code, LOW, HIGH));
        int constant = exporter.global(V128, false, code -> constant(code, 3, 4));
        exporter.export("shared", ExportKind.GLOBAL, shared).export("constant", ExportKind.GLOBAL, constant);
        var importer = new WasmBuilder();
        int there = importer.importGlobal("other", "shared", V128, true);
        int fixed = importer.importGlobal("other", "constant", V128, false);
        int host = importer.importGlobal("host", "variable", V128, true);
        int copy = importer.global(V128, false, code -> code.op(Opcode.GLOBAL_GET, fixed));
        importer.function(
                importer.type(List.of(), List.of(V128, V128)),
                code -> code.op(Opcode.GLOBAL_GET, there)
                        .op(Opcode.GLOBAL_GET, fixed)
                        .op(Opcode.GLOBAL_GET, host)
                        .op(Opcode.GLOBAL_SET, there)
                        .op(Opcode.GLOBAL_GET, copy)
                        .op(Opcode.GLOBAL_SET, host));
        var variable = new GlobalVariable(new GlobalType(V128, true), 10, 11);
        try (var owner = instantiate(exporter)) {
            var imports = Imports.none()
                    .with("other", "shared", owner.export("shared").orElseThrow())
                    .with("other", "constant", owner.export("constant").orElseThrow())
                    .with("host", "variable", variable);
            try (var user = instantiate(importer, imports)) {
                assertThat(results(user.call(0))).containsExactly(LOW, HIGH, 3, 4);
                assertThat(owner.global(shared)).containsExactly(10, 11);
                assertThat(user.global(there)).containsExactly(10, 11);
                assertThat(user.global(host)).containsExactly(3, 4);
                assertThat(user.globals()).containsExactly(3, 4);
            }
        }
        assertThatThrownBy(() -> new GlobalVariable(new GlobalType(V128, true), 10))
                .hasMessage("a v128 has 2 slots, but there are 1");
    }

    @Test
    void localsAreZeroAtFirst() {
        var builder = new WasmBuilder();
        builder.function(builder.type(List.of(), List.of(V128)), List.of(I32, V128), code -> code.localGet(1));
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(0))).containsExactly(0, 0);
        }
    }

    @Test
    void unreachableCodeWithVectorsIsPassedOver() {
        var builder = new WasmBuilder();
        builder.function(builder.type(List.of(V128), List.of(V128)), code -> {
            code.localGet(0).op(Opcode.RETURN);
            code.op(Opcode.I8X16_SHUFFLE).raw(new byte[16]);
            constant(code, 1, 2);
            code.op(Opcode.V128_ANDNOT).op(Opcode.I8X16_EXTRACT_LANE_S).u8(15).op(Opcode.DROP);
        });
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(0, 5, 6))).containsExactly(5, 6);
        }
    }

    @Test
    void vectorsCountTwiceAmongTheParametersThereMayBe() {
        var builder = new WasmBuilder();
        var types = Collections.nCopies(500, V128);
        int type = builder.type(types, types);
        for (int function = 0; function < 2; function++) {
            int last = function;
            builder.function(type, code -> {
                for (int i = 0; i < 500; i++) {
                    code.localGet(i);
                }
                if (last == 1) {
                    code.call(0);
                }
            });
        }
        var arguments = new long[1000];
        arguments[998] = LOW;
        arguments[999] = HIGH;
        try (var instance = instantiate(builder)) {
            assertThat(results(instance.call(1, arguments))).isEqualTo(arguments);
        }
        var larger = new WasmBuilder();
        larger.type(Collections.nCopies(501, V128), List.of());
        assertThatThrownBy(larger::parse)
                .hasMessageContaining("too many parameters: at most 1000, a vector counting as two, found 1002");
    }
}
