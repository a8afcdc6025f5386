package decant.wasm;

import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.binary.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What becomes of small functions, instruction by instruction. `-Dapprove` rewrites the files.
class BytecodeTest {
    private static final Path FOLDER = Path.of(System.getProperty("decant.root"), "wasm/src/test/resources/bytecode");

    @Test
    void arithmeticStaysOnTheOperandStack() throws IOException {
        check(
                "arithmetic",
                List.of(I32, I32),
                List.of(I32),
                List.of(),
                code -> code.localGet(0).localGet(1).op(Opcode.I32_ADD).i32(3).op(Opcode.I32_SHL));
    }

    @Test
    void aLoopWithoutCallsCountsInstructionsInALocal() throws IOException {
        check(
                "loop",
                List.of(I32, I32),
                List.of(I32),
                List.of(I32),
                code -> code.open(Opcode.BLOCK)
                        .open(Opcode.LOOP)
                        .localGet(0)
                        .localGet(1)
                        .op(Opcode.I32_GE_U)
                        .op(Opcode.BR_IF, 1)
                        .localGet(2)
                        .localGet(0)
                        .access(Opcode.I32_LOAD8_U, 0, 0)
                        .op(Opcode.I32_ADD)
                        .localSet(2)
                        .localGet(0)
                        .i32(1)
                        .op(Opcode.I32_ADD)
                        .localSet(0)
                        .op(Opcode.BR, 0)
                        .end()
                        .end()
                        .localGet(2));
    }

    @Test
    void aLoopWithACallCountsThemInTheState() throws IOException {
        check(
                "loop with a call",
                List.of(I32),
                List.of(),
                List.of(),
                code -> code.open(Opcode.LOOP)
                        .localGet(0)
                        .i32(1)
                        .op(Opcode.I32_SUB)
                        .op(Opcode.LOCAL_TEE, 0)
                        .call(0)
                        .localGet(0)
                        .op(Opcode.BR_IF, 0)
                        .end());
    }

    @Test
    void storesToNeighbouringPlacesMarkTheirPageOnce() throws IOException {
        check(
                "neighbouring stores",
                List.of(I32, I64),
                List.of(),
                List.of(),
                code -> code.localGet(0)
                        .localGet(1)
                        .access(Opcode.I64_STORE, 3, 8)
                        .localGet(0)
                        .localGet(1)
                        .access(Opcode.I64_STORE, 3, 16)
                        .localGet(0)
                        .i32(48)
                        .op(Opcode.I32_ADD)
                        .localGet(1)
                        .access(Opcode.I64_STORE, 3, 0)
                        .localGet(0)
                        .localGet(1)
                        .access(Opcode.I64_STORE, 3, 0));
    }

    @Test
    void loadsFromNeighbouringPlacesMarkTheirPageOnceWhereReadsAreTracked() throws IOException {
        check(
                "tracked loads",
                List.of(I32, I32),
                List.of(I32),
                List.of(),
                code -> code.localGet(0)
                        .access(Opcode.I32_LOAD, 2, 8)
                        .localGet(0)
                        .access(Opcode.I32_LOAD, 2, 16)
                        .op(Opcode.I32_ADD)
                        .localGet(1)
                        .access(Opcode.I32_LOAD, 2, 0)
                        .op(Opcode.I32_ADD),
                WasmBuilder::parseTrackingReads);
    }

    @Test
    void onlyANanThatMayBeSeenIsMadeTheOneNan() throws IOException {
        check(
                "nan",
                List.of(I32, F64, F64),
                List.of(F64),
                List.of(),
                code -> code.localGet(0)
                        .localGet(1)
                        .localGet(2)
                        .op(Opcode.F64_MUL)
                        .localGet(2)
                        .op(Opcode.F64_ADD)
                        .access(Opcode.F64_STORE, 3, 0)
                        .localGet(1)
                        .localGet(2)
                        .op(Opcode.F64_DIV)
                        .op(Opcode.F64_NEG));
    }

    @Test
    void operandsAreInTheirLocalsWhereControlMeets() throws IOException {
        check(
                "if",
                List.of(I32, I64),
                List.of(I64),
                List.of(),
                code -> code.localGet(1)
                        .localGet(0)
                        .i32(7)
                        .op(Opcode.I32_LT_S)
                        .open(Opcode.IF, I64)
                        .i64(1)
                        .op(Opcode.ELSE)
                        .localGet(1)
                        .end()
                        .op(Opcode.I64_MUL));
    }

    @Test
    void anIndirectCallGoesThroughTheDispatcherOfItsType() throws IOException {
        check(
                "indirect call",
                List.of(I32),
                List.of(),
                List.of(),
                code -> code.localGet(0).i32(0).op(Opcode.CALL_INDIRECT, 0, 0));
    }

    @Test
    void eachCaseOfAJumpComputesItsAddressesForItself() throws IOException {
        check("cases", List.of(I32, I32), List.of(), List.of(), code -> {
            int cases = 4;
            for (int i = 0; i < cases; i++) {
                code.open(Opcode.BLOCK);
            }
            code.localGet(0).op(Opcode.BR_TABLE, cases - 1);
            for (int i = 0; i < cases; i++) {
                code.u32(i);
            }
            for (int i = 0; i < cases; i++) {
                code.end().localGet(1).i32(i).access(Opcode.I32_STORE, 2, 0);
            }
        });
    }

    private static void check(
            String title,
            List<ValueType> parameters,
            List<ValueType> results,
            List<ValueType> locals,
            Consumer<WasmBuilder.Code> body)
            throws IOException {
        check(title, parameters, results, locals, body, WasmBuilder::parse);
    }

    private static void check(
            String title,
            List<ValueType> parameters,
            List<ValueType> results,
            List<ValueType> locals,
            Consumer<WasmBuilder.Code> body,
            Function<WasmBuilder, Module> parse)
            throws IOException {
        var builder = new WasmBuilder();
        int type = builder.type(parameters, results);
        builder.table(ValueType.FUNCREF, 1).memory(1);
        int function = builder.function(type, locals, body);
        builder.elements(code -> code.i32(0), function);
        String found = BytecodeText.of(parse.apply(builder), function);
        Path file = FOLDER.resolve(title.replace(' ', '-') + ".txt");
        if (System.getProperty("approve") != null) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, found);
        }
        assertThat(file).as("run with -Dapprove to accept what was compiled").exists();
        assertThat(found).isEqualTo(Files.readString(file));
    }
}
