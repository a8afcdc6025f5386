package decant.wasm;

import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.FUNCREF;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.WasmBuilder.Code;
import decant.wasm.binary.Opcode;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every instruction costs, by running it.
class InstructionCostTest {
    private static final long FUEL = 1_000_000;
    private static final int ENTRY = 1;

    /// The functions of the module in which code is tried: an imported one, the one with the code, and an empty one.
    private static final int HOST = 0;

    private static final int TESTED = 1;
    private static final int OTHER = 2;
    /// Writes code for a module whose memory and table are addressed by i64 or not.
    interface Body {
        void write(Code code, boolean is64);
    }

    /// Some code, the names of the instructions for which it pays, each as often as it does, and what it pays besides:
    /// for entering another function, or for the size of what a bulk instruction works on.
    record Example(String paid, int besides, Body body) {
        List<String> names() {
            return List.of(paid.split(" ", -1));
        }

        @Override
        public String toString() {
            return paid + (besides == 0 ? "" : " + " + besides);
        }
    }

    private static Example example(String paid, Body body) {
        return new Example(paid, 0, body);
    }

    /// {@return code that calls a bulk instruction for `size` bytes or elements}
    private static Example bulk(String name, int size, boolean hasValue, boolean isSizeNarrow, int... immediates) {
        int opcode = opcode(name);
        boolean isOnReferences = name.equals("table.fill");
        String operands = isOnReferences ? "i32.const ref.null i32.const " : "i32.const i32.const i32.const ";
        return new Example(operands + name, size, (code, is64) -> {
            address(code, is64, 0);
            if (isOnReferences) {
                code.op(Opcode.REF_NULL).u8(FUNCREF.code());
            } else {
                address(code, is64 && !hasValue && !isSizeNarrow, 0);
            }
            address(code, is64 && !isSizeNarrow, size).op(opcode, immediates);
        });
    }

    static Stream<Example> examples() {
        return Stream.of(
                example("nop", (code, _) -> code.op(Opcode.NOP)),
                example(
                        "block nop end",
                        (code, _) -> code.open(Opcode.BLOCK).op(Opcode.NOP).end()),
                example(
                        "loop nop end",
                        (code, _) -> code.open(Opcode.LOOP).op(Opcode.NOP).end()),
                example("i32.const if nop else", (code, _) -> choice(code.i32(1))),
                example("i32.const if nop nop end", (code, _) -> choice(code.i32(0))),
                example(
                        "block br end nop",
                        (code, _) -> code.open(Opcode.BLOCK)
                                .op(Opcode.BR, 0)
                                .op(Opcode.NOP)
                                .end()
                                .op(Opcode.NOP)),
                example("block i32.const br_if end", (code, _) -> branch(code, 1)),
                example("block i32.const br_if nop end", (code, _) -> branch(code, 0)),
                example(
                        "block i32.const br_table end",
                        (code, _) -> code.open(Opcode.BLOCK)
                                .i32(7)
                                .op(Opcode.BR_TABLE, 2, 0, 0, 0)
                                .end()),
                example("return", (code, _) -> code.op(Opcode.RETURN).op(Opcode.NOP)),
                example(
                        "nop unreachable",
                        (code, _) -> code.op(Opcode.NOP).op(Opcode.UNREACHABLE).op(Opcode.NOP)),
                example(
                        "nop call nop",
                        (code, _) -> code.op(Opcode.NOP).call(HOST).op(Opcode.NOP)),
                new Example("call", ENTRY, (code, _) -> code.call(OTHER)),
                new Example(
                        "i32.const call_indirect",
                        ENTRY,
                        (code, is64) -> address(code, is64, 0).op(Opcode.CALL_INDIRECT, 0, 0)),
                new Example("return_call", ENTRY, (code, _) -> code.op(Opcode.RETURN_CALL, OTHER)),
                new Example(
                        "i32.const return_call_indirect",
                        ENTRY,
                        (code, is64) -> address(code, is64, 0).op(Opcode.RETURN_CALL_INDIRECT, 0, 0)),
                example("i64.const drop", (code, _) -> code.i64(1).op(Opcode.DROP)),
                example("f32.const drop", (code, _) -> code.f32(1).op(Opcode.DROP)),
                example("f64.const drop", (code, _) -> code.f64(1).op(Opcode.DROP)),
                example(
                        "f64.const f64.const i32.const select drop",
                        (code, _) -> code.f64(1).f64(2).i32(0).op(Opcode.SELECT).op(Opcode.DROP)),
                example(
                        "f64.const f64.const i32.const select drop",
                        (code, _) -> code.f64(1)
                                .f64(2)
                                .i32(0)
                                .op(Opcode.SELECT_T, 1)
                                .u8(F64.code())
                                .op(Opcode.DROP)),
                example("local.get local.set", (code, _) -> code.localGet(0).localSet(0)),
                example(
                        "local.get local.tee drop",
                        (code, _) -> code.localGet(0).op(Opcode.LOCAL_TEE, 0).op(Opcode.DROP)),
                example(
                        "global.get global.set",
                        (code, _) -> code.op(Opcode.GLOBAL_GET, 0).op(Opcode.GLOBAL_SET, 0)),
                example(
                        "memory.size drop",
                        (code, _) -> code.op(Opcode.MEMORY_SIZE, 0).op(Opcode.DROP)),
                example(
                        "i32.const memory.grow drop",
                        (code, is64) ->
                                address(code, is64, 1).op(Opcode.MEMORY_GROW, 0).op(Opcode.DROP)),
                example(
                        "i32.const memory.grow drop",
                        (code, is64) -> address(code, is64, 99)
                                .op(Opcode.MEMORY_GROW, 0)
                                .op(Opcode.DROP)),
                bulk("memory.fill", 0, true, false, 0),
                bulk("memory.fill", 5000, true, false, 0),
                bulk("memory.copy", 5000, false, false, 0, 0),
                bulk("memory.init", 4, false, true, 0, 0),
                example("data.drop", (code, _) -> code.op(Opcode.DATA_DROP, 0)),
                bulk("table.fill", 5, true, false, 0),
                bulk("table.copy", 5, false, false, 0, 0),
                bulk("table.init", 1, false, true, 1, 0),
                example("elem.drop", (code, _) -> code.op(Opcode.ELEM_DROP, 1)),
                example(
                        "table.size drop",
                        (code, _) -> code.op(Opcode.TABLE_SIZE, 0).op(Opcode.DROP)),
                example("ref.null i32.const table.grow drop", (code, is64) -> {
                    code.op(Opcode.REF_NULL).u8(FUNCREF.code());
                    address(code, is64, 3).op(Opcode.TABLE_GROW, 0).op(Opcode.DROP);
                }),
                example("i32.const i32.const table.get table.set", (code, is64) -> {
                    address(code, is64, 1);
                    address(code, is64, 0).op(Opcode.TABLE_GET, 0).op(Opcode.TABLE_SET, 0);
                }),
                example(
                        "ref.func ref.is_null drop",
                        (code, _) -> code.op(Opcode.REF_FUNC, HOST)
                                .op(Opcode.REF_IS_NULL)
                                .op(Opcode.DROP)));
    }

    private static void choice(Code code) {
        code.open(Opcode.IF)
                .op(Opcode.NOP)
                .op(Opcode.ELSE)
                .op(Opcode.NOP)
                .op(Opcode.NOP)
                .end();
    }

    private static void branch(Code code, int condition) {
        code.open(Opcode.BLOCK)
                .i32(condition)
                .op(Opcode.BR_IF, 0)
                .op(Opcode.NOP)
                .end();
    }

    private static int opcode(String name) {
        return opcodes()
                .filter(each -> Opcode.name(each).equals(name))
                .findFirst()
                .orElseThrow();
    }

    static IntStream opcodes() {
        return IntStream.concat(
                        IntStream.rangeClosed(0, 0xFF),
                        IntStream.concat(IntStream.rangeClosed(0xFC00, 0xFCFF), IntStream.rangeClosed(0xFD00, 0xFDFF)))
                .filter(Opcode::exists);
    }

    @Test
    void theTableHasEveryInstructionOnceAndNothingElse() {
        var names = opcodes().mapToObj(Opcode::name).toList();
        assertThat(Weights.names()).containsExactlyInAnyOrderElementsOf(new HashSet<>(names));
    }

    @Test
    void everyInstructionIsTried() {
        var tried = new HashSet<String>();
        numeric().forEach(instruction -> tried.add(instruction.name()));
        examples().forEach(example -> tried.addAll(example.names()));
        VectorInstruction.all().forEach(vector -> tried.add(vector.name()));
        assertThat(tried).containsExactlyInAnyOrderElementsOf(Weights.names());
    }

    static Stream<NumericInstruction> numeric() {
        return NumericInstruction.all().stream();
    }

    @ParameterizedTest
    @MethodSource("numeric")
    void anInstructionOnNumbersCostsItsWeight(NumericInstruction instruction) {
        for (boolean is64 : new boolean[] {false, true}) {
            long cost = costOf(instruction.parametersIn(is64), instruction.results(), is64, code -> {
                if (instruction.accessBytes() > 0) {
                    code.access(instruction.opcode(), 0, 8);
                } else {
                    code.op(instruction.opcode());
                }
            });
            assertThat(cost).isEqualTo(Weights.of(instruction.name(), is64));
        }
    }

    static Stream<VectorInstruction> vectors() {
        return VectorInstruction.all().stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void anInstructionOnVectorsCostsItsWeight(VectorInstruction instruction) {
        for (boolean is64 : new boolean[] {false, true}) {
            byte[] immediates = instruction.immediates(new Random(1));
            long cost = costOf(
                    instruction.parametersIn(is64),
                    instruction.results(),
                    is64,
                    code -> instruction.emit(code, 0, immediates));
            assertThat(cost).isEqualTo(Weights.of(instruction.name(), is64));
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void codeCostsTheSumOfItsWeights(Example example) {
        for (boolean is64 : new boolean[] {false, true}) {
            long expected = example.besides
                    + example.names().stream()
                            .mapToLong(name -> Weights.of(name, is64))
                            .sum();
            assertThat(run(List.of(), List.of(), is64, code -> example.body.write(code, is64)) - ENTRY)
                    .isEqualTo(expected);
        }
    }

    /// {@return what the instruction costs besides the function's entry and its operands, which are fetched}
    private static long costOf(
            List<ValueType> parameters, List<ValueType> results, boolean is64, Consumer<Code> instruction) {
        long cost = run(parameters, results, is64, code -> {
            for (int i = 0; i < parameters.size(); i++) {
                code.localGet(i);
            }
            instruction.accept(code);
        });
        return cost - ENTRY - (long) parameters.size() * Weights.of("local.get", is64);
    }

    /// {@return what a call of a function costs whose arguments have all bits set but the lowest ones}
    private static long run(List<ValueType> parameters, List<ValueType> results, boolean is64, Consumer<Code> body) {
        var builder = new WasmBuilder();
        int nothing = builder.type(List.of(), List.of());
        int type = builder.type(parameters, results);
        builder.importFunction("host", "nothing", nothing);
        if (is64) {
            builder.memory64(1, 9).table64(FUNCREF, 8);
        } else {
            builder.memory(1, 9).table(FUNCREF, 8);
        }
        builder.global(I32, true, code -> code.i32(0));
        builder.function(type, List.of(I32), body);
        builder.function(nothing, _ -> {});
        builder.elements(code -> address(code, is64, 0), OTHER)
                .passiveElements(HOST)
                .passiveData(new byte[4]);
        var imports = new Imports.Builder()
                .add("host", "nothing", new FunctionType(List.of(), List.of()), (_, _) -> {})
                .build();
        try (var instance = Instance.instantiate(builder.parse(), imports, InstanceLimits.DEFAULT)) {
            instance.setFuel(FUEL);
            var arguments = new long[ValueType.slots(parameters)];
            for (int i = 0; i < parameters.size(); i++) {
                arguments[i] = parameters.get(i) == I32 || parameters.get(i) == I64 ? 3 : 0;
            }
            instance.call(TESTED, arguments);
            return FUEL - instance.fuel();
        }
    }

    private static Code address(Code code, boolean is64, int value) {
        return is64 ? code.i64(value) : code.i32(value);
    }
}
