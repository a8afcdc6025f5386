package decant.wasm;

import static decant.wasm.ValueType.I32;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.binary.Opcode;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A loop that calls nothing counts instructions in a local. However it is left, the count is what it is in a loop that
/// might call something.
class TallyTest {
    private static final long LIMIT = 100_000;

    /// What a call that is never made adds to each round: `i32.const`, `if`.
    private static final int GUARD_COST = 3;

    /// A way out of the loop, taken when local 1 reaches local 0.
    ///
    /// @param isTrap whether it is a trap
    record Exit(String name, boolean isTrap, Consumer<WasmBuilder.Code> code) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Exit> exits() {
        return Stream.of(
                new Exit(
                        "br_if to the block around",
                        false,
                        code -> reached(code).op(Opcode.BR_IF, 1)),
                new Exit("br_if to the function", false, code -> reached(code).op(Opcode.BR_IF, 2)),
                new Exit(
                        "br",
                        false,
                        code -> reached(code).open(Opcode.IF).op(Opcode.BR, 2).end()),
                new Exit(
                        "return",
                        false,
                        code -> reached(code).open(Opcode.IF).op(Opcode.RETURN).end()),
                new Exit("br_table", false, code -> {
                    code.open(Opcode.BLOCK);
                    reached(code).op(Opcode.BR_TABLE).u32(1).u32(0).u32(2).end();
                }),
                new Exit(
                        "unreachable",
                        true,
                        code -> reached(code)
                                .open(Opcode.IF)
                                .op(Opcode.UNREACHABLE)
                                .end()),
                new Exit(
                        "division by zero",
                        true,
                        code -> code.i32(1)
                                .localGet(0)
                                .localGet(1)
                                .op(Opcode.I32_SUB)
                                .op(Opcode.I32_DIV_U)
                                .op(Opcode.DROP)),
                new Exit("load beyond the memory", true, code -> {
                    reached(code).i32(-1).op(Opcode.I32_MUL);
                    code.access(Opcode.I32_LOAD, 0, 0).op(Opcode.DROP);
                }),
                new Exit("store beyond the memory", true, code -> {
                    reached(code).i32(-1).op(Opcode.I32_MUL).i32(7);
                    code.access(Opcode.I32_STORE, 0, 0);
                }));
    }

    private static WasmBuilder.Code reached(WasmBuilder.Code code) {
        return code.localGet(0).localGet(1).op(Opcode.I32_EQ);
    }

    @ParameterizedTest
    @MethodSource("exits")
    void everyWayOutOfALoopPutsTheCountBack(Exit exit) {
        for (int rounds : new int[] {0, 1, 2, 50}) {
            long counted = used(exit, false, rounds);
            assertThat(used(exit, true, rounds) - counted).isEqualTo((rounds + 1L) * GUARD_COST);
        }
    }

    @ParameterizedTest
    @MethodSource("exits")
    void instructionsEndInTheSameRound(Exit exit) {
        long perRound = used(exit, false, 11) - used(exit, false, 10);
        try (var instance = instance(exit, false)) {
            for (long limit = 1; limit < 10 * perRound; limit++) {
                instance.setFuel(limit);
                var trap = ((CallResult.Trapped) instance.call(1, 1000)).trap();
                assertThat(trap.code()).isEqualTo(TrapCode.OUT_OF_INSTRUCTIONS);
                assertThat(instance.fuel()).isBetween(-2 * perRound, -1L);
            }
        }
    }

    private static long used(Exit exit, boolean mayCall, int rounds) {
        try (var instance = instance(exit, mayCall)) {
            instance.setFuel(LIMIT);
            CallResult result = instance.call(1, rounds);
            assertThat(result instanceof CallResult.Trapped).isEqualTo(exit.isTrap);
            return LIMIT - instance.fuel();
        }
    }

    private static Instance instance(Exit exit, boolean mayCall) {
        var builder = new WasmBuilder();
        int nothing = builder.type(List.of(), List.of());
        int type = builder.type(List.of(I32), List.of());
        builder.memory(1);
        builder.function(nothing, _ -> {});
        builder.function(type, List.of(I32), code -> {
            code.open(Opcode.BLOCK).open(Opcode.LOOP);
            if (mayCall) {
                code.i32(0).open(Opcode.IF).call(0).end();
            }
            exit.code.accept(code);
            code.localGet(1)
                    .i32(1)
                    .op(Opcode.I32_ADD)
                    .localSet(1)
                    .op(Opcode.BR, 0)
                    .end()
                    .end();
        });
        return Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT);
    }
}
