package decant.wasm;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.binary.Opcode;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Arithmetic gives one NaN only, wherever its result goes before somebody looks at the bits.
class NanTest {
    private static final long ANY_NAN_64 = 0xFFF4_0000_0000_1234L;
    private static final int ANY_NAN_32 = 0xFFA0_1234;

    /// A way from the result of an f64 addition, on top of the stack, to an f64 there.
    ///
    /// @param isNegated whether the sign is turned over on the way
    record Way(String name, boolean isNegated, Consumer<WasmBuilder.Code> code) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Way> ways() {
        return Stream.of(
                new Way("nowhere", false, _ -> {}),
                new Way("further arithmetic", false, code -> code.f64(1).op(Opcode.F64_MUL)),
                new Way("below another operand", false, code -> code.i32(7).op(Opcode.DROP)),
                new Way("a local", false, code -> code.localSet(1).localGet(1)),
                new Way("a local and the stack", false, code -> code.op(Opcode.LOCAL_TEE, 1)),
                new Way("a global", false, code -> code.op(Opcode.GLOBAL_SET, 0).op(Opcode.GLOBAL_GET, 0)),
                new Way("a select", false, code -> code.f64(2).i32(1).op(Opcode.SELECT)),
                new Way("a call", false, code -> code.call(0)),
                new Way("a block", false, code -> code.open(Opcode.BLOCK).end()),
                new Way(
                        "a result",
                        false,
                        code -> code.localSet(1)
                                .i32(1)
                                .open(Opcode.IF, F64)
                                .localGet(0)
                                .f64(1)
                                .op(Opcode.F64_SUB)
                                .op(Opcode.ELSE)
                                .f64(3)
                                .end()),
                new Way(
                        "a branch",
                        false,
                        code -> code.localSet(1)
                                .open(Opcode.BLOCK, F64)
                                .localGet(0)
                                .f64(1)
                                .op(Opcode.F64_DIV)
                                .op(Opcode.BR, 0)
                                .end()),
                new Way(
                        "a branch over a comparison",
                        false,
                        code -> code.i32(2)
                                .i32(3)
                                .op(Opcode.I32_LT_S)
                                .open(Opcode.IF)
                                .end()),
                new Way(
                        "memory",
                        false,
                        code -> code.localSet(1)
                                .i32(8)
                                .localGet(1)
                                .f64(1)
                                .op(Opcode.F64_MUL)
                                .access(Opcode.F64_STORE, 0, 0)
                                .i32(8)
                                .access(Opcode.F64_LOAD, 0, 0)),
                new Way("negation", true, code -> code.op(Opcode.F64_NEG)),
                new Way("the sign of another", true, code -> code.f64(-1).op(Opcode.F64_COPYSIGN)),
                new Way(
                        "f32 and back",
                        false,
                        code -> code.op(Opcode.F32_DEMOTE_F64)
                                .f32(1)
                                .op(Opcode.F32_ADD)
                                .op(Opcode.F64_PROMOTE_F32)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void bitsOfANanThatArithmeticGaveAreAlwaysTheSame(Way way) {
        var builder = new WasmBuilder();
        builder.type(List.of(F64), List.of(F64));
        int type = builder.type(List.of(F64), List.of(I64));
        builder.memory(1);
        builder.global(F64, true, code -> code.f64(0));
        builder.function(0, code -> code.localGet(0));
        builder.function(type, List.of(F64), code -> {
            code.localGet(0).f64(1).op(Opcode.F64_ADD);
            way.code.accept(code);
            code.op(Opcode.I64_REINTERPRET_F64);
        });
        try (var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT)) {
            var result = (CallResult.Returned) instance.call(1, ANY_NAN_64);
            assertThat(result.results()[0]).isEqualTo(way.isNegated ? 0xFFF8L << 48 : 0x7FF8L << 48);
        }
    }

    @ParameterizedTest
    @MethodSource("arithmetic")
    void arithmeticOfF32GivesTheOneNan(int opcode) {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(F32), List.of(I32));
        builder.function(type, code -> code.localGet(0).f32(1).op(opcode).op(Opcode.I32_REINTERPRET_F32));
        try (var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT)) {
            assertThat(instance.call(0, ANY_NAN_32)).isEqualTo(new CallResult.Returned(new long[] {0x7FC0_0000}));
        }
    }

    static Stream<Integer> arithmetic() {
        return Stream.of(Opcode.F32_ADD, Opcode.F32_SUB, Opcode.F32_MUL, Opcode.F32_DIV);
    }
}
