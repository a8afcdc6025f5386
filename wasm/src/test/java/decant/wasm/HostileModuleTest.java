package decant.wasm;

import static decant.wasm.ValueType.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.wasm.WasmBuilder.Code;
import decant.wasm.binary.Opcode;
import decant.wasm.binary.SectionId;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Modules that announce or nest far more than they hold.
final class HostileModuleTest {
    private static final int HUGE = -1;

    @ParameterizedTest
    @ValueSource(
            ints = {
                SectionId.TYPE,
                SectionId.IMPORT,
                SectionId.FUNCTION,
                SectionId.TABLE,
                SectionId.MEMORY,
                SectionId.GLOBAL,
                SectionId.EXPORT,
                SectionId.ELEMENT,
                SectionId.CODE,
                SectionId.DATA
            })
    void aSectionThatAnnouncesFourBillionThingsIsRefused(int id) {
        assertRefused(module(section(id, new Code().u32(HUGE))), "too many");
        assertRefused(module(section(id, new Code().u32(50))), "50 ");
    }

    @Test
    void lengthsBeyondTheEndAreRefused() {
        assertRefused(module(new Code().u8(SectionId.CUSTOM).u32(HUGE)), "length out of bounds");
        assertRefused(module(section(SectionId.CUSTOM, new Code().u32(HUGE))), "length out of bounds");
        var data = new Code().u32(1).u32(1).u32(HUGE);
        assertRefused(module(section(SectionId.DATA, data)), "length out of bounds");
    }

    @Test
    void fourBillionLocalsAreRefused() {
        assertRefused(function(new Code().u32(1).u32(HUGE).u8(I32.code()).end()), "too many locals");
        assertRefused(
                function(new Code()
                        .u32(2)
                        .u32(HUGE)
                        .u8(I32.code())
                        .u32(2)
                        .u8(I32.code())
                        .end()),
                "too many locals");
    }

    @Test
    void parametersCountAsLocals() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I32), List.of());
        builder.functionOfBytes(
                type, new Code().u32(1).u32(50_000).u8(I32.code()).end().bytes());
        assertRefused(builder.build(), "too many locals");
    }

    @Test
    void aMillionEmptyGroupsOfLocalsAreNone() {
        var body = new Code().u32(1_000_000);
        for (int i = 0; i < 1_000_000; i++) {
            body.u32(0).u8(I32.code());
        }
        var module = Module.parse(function(body.end()), Features.ALL);
        assertThat(module.bodies().getFirst().locals()).isEmpty();
    }

    @Test
    void aBranchTableThatAnnouncesFourBillionLabelsIsRefused() {
        assertRefused(function(new Code().u32(0).i32(0).op(Opcode.BR_TABLE).u32(HUGE)), "br_table announces");
    }

    @Test
    void aBranchTableWithAMillionLabelsIsValid() {
        var body = new Code().u32(0).i32(0).op(Opcode.BR_TABLE).u32(1_000_000);
        for (int i = 0; i <= 1_000_000; i++) {
            body.u32(0);
        }
        assertThat(Module.parse(function(body.end()), Features.ALL).bodies()).hasSize(1);
    }

    @Test
    void deepNestingIsValidUpToALimit() {
        assertThat(Module.parse(nested(49_000), Features.ALL).bodies()).hasSize(1);
        assertRefused(nested(50_000), "nested too deeply");
        assertRefused(nested(2_000_000), "nested too deeply");
    }

    @Test
    void theOperandStackHasALimit() {
        var builder = new WasmBuilder();
        int many = builder.type(List.of(), Collections.nCopies(1_000, I32));
        int source = builder.importFunction("host", "many", many);
        builder.function(builder.type(List.of(), List.of()), code -> {
            for (int i = 0; i < 1_000_000; i++) {
                code.call(source);
            }
            code.op(Opcode.UNREACHABLE);
        });
        assertRefused(builder.build(), "too many values on the operand stack");
    }

    @Test
    void callsWithAThousandParametersCostLittleInUnreachableCode() {
        var builder = new WasmBuilder();
        int many = builder.type(Collections.nCopies(1_000, I32), Collections.nCopies(1_000, I32));
        int echo = builder.importFunction("host", "echo", many);
        builder.function(builder.type(List.of(), List.of()), code -> {
            code.op(Opcode.UNREACHABLE);
            for (int i = 0; i < 1_000_000; i++) {
                code.call(echo);
            }
            code.op(Opcode.UNREACHABLE);
        });
        assertThat(builder.parse().bodies()).hasSize(1);
    }

    @Test
    void moreThanAThousandParametersAreRefused() {
        var builder = new WasmBuilder();
        builder.type(Collections.nCopies(1_001, I32), List.of());
        assertRefused(builder.build(), "too many parameters: at most 1000, found 1001");
    }

    @Test
    void hostileNamesAreLeftOutAndCutShort() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        builder.function(type, _ -> {});
        builder.function(type, _ -> {});
        builder.functionName(0, "x".repeat(100_000)).functionName(7, "nobody");
        builder.functionName(1, "second");
        var module = builder.parse();
        assertThat(module.functionName(0)).hasSize(256);
        assertThat(module.functionName(1)).isEqualTo("second");
        assertThat(module.functionName(7)).isEqualTo("func[7]");
    }

    @Test
    void aBrokenNameSectionIsNoFault() {
        var builder = new WasmBuilder().custom("name", new byte[] {1, (byte) 0xFF, 1, 9, 9, 9});
        assertThat(builder.parse().functionName(0)).isEqualTo("func[0]");
    }

    private static byte[] nested(int depth) {
        var body = new Code().u32(0);
        for (int i = 0; i < depth; i++) {
            body.open(Opcode.BLOCK);
        }
        for (int i = 0; i <= depth; i++) {
            body.end();
        }
        return function(body);
    }

    private static byte[] function(Code body) {
        var builder = new WasmBuilder();
        builder.functionOfBytes(builder.type(List.of(), List.of()), body.bytes());
        return builder.build();
    }

    private static byte[] module(Code sections) {
        return new Code().raw(new WasmBuilder().build()).raw(sections.bytes()).bytes();
    }

    private static Code section(int id, Code content) {
        return new Code().u8(id).u32(content.bytes().length).raw(content.bytes());
    }

    private static void assertRefused(byte[] bytes, String reason) {
        assertThatThrownBy(() -> Module.parse(bytes, Features.ALL))
                .isInstanceOf(InvalidModuleException.class)
                .hasMessageContaining(reason);
    }
}
