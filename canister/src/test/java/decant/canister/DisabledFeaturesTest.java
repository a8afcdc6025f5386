package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What WebAssembly offers and the Internet Computer does not, as modules in bytes; and beside it, what it does.
final class DisabledFeaturesTest {
    private static final String HEADER = "00 61 73 6d 01 00 00 00";
    private static final String MEMORY = "05 03 01 00 01";
    private static final String TABLE = "04 04 01 70 00 01";

    /// A module that uses a feature, and what is said when it is refused.
    record Case(String feature, String module, String reason) {
        @Override
        public String toString() {
            return feature;
        }
    }

    /// {@return a module with more sections and a function `() -> ()` of these instructions}
    private static String function(String sections, String code) {
        int length = code.isEmpty() ? 0 : code.split(" ", -1).length;
        return HEADER + " 01 04 01 60 00 00 03 02 01 00 " + sections
                + " 0a %02x 01 %02x 00 %s 0b".formatted(length + 4, length + 2, code);
    }

    private static Case code(String feature, String sections, String code, String reason) {
        return new Case(feature, function(sections, code), reason);
    }

    static Stream<Case> disabled() {
        return Stream.of(
                new Case("shared memory", HEADER + " 05 04 01 03 01 01", "threads must be enabled"),
                code("atomic load", MEMORY, "41 00 fe 10 02 00 1a", "threads must be enabled"),
                code("atomic fence", MEMORY, "fe 03 00", "threads must be enabled"),
                code("relaxed SIMD", MEMORY, "fd 80 02", "illegal opcode fd 100"),
                new Case("multiple memories", HEADER + " 05 05 02 00 01 00 01", "multiple memories"),
                new Case(
                        "extended constants in a global",
                        HEADER + " 06 09 01 7f 00 41 01 41 02 6a 0b",
                        "constant expression required, found i32.add"),
                new Case(
                        "extended constants in a data segment",
                        HEADER + " " + MEMORY + " 0b 0a 01 00 41 01 41 02 6a 0b 01 00",
                        "constant expression required, found i32.add"),
                new Case("exception tags", HEADER + " 01 04 01 60 00 00 0d 03 01 00 00", "malformed section id 13"),
                new Case(
                        "imported exception tags",
                        HEADER + " 01 04 01 60 00 00 02 07 01 01 61 01 62 04 00 00",
                        "malformed import kind 4"),
                code("throw", "", "08 00", "illegal opcode 08"),
                code("try", "", "06 40 0b", "illegal opcode 06"),
                code("try_table", "", "1f 40 00 0b", "illegal opcode 1f"),
                new Case("struct types", HEADER + " 01 04 01 5f 00 00", "a function type begins with 60, found 5f"),
                new Case("array types", HEADER + " 01 04 01 5e 7f 00", "a function type begins with 60, found 5e"),
                new Case("recursive types", HEADER + " 01 06 01 4e 01 60 00 00", "a function type begins with 60"),
                code("i31 references", "", "41 00 fb 1c 1a", "illegal opcode fb"),
                code("call_ref", "", "14 00", "illegal opcode 14"),
                code("return_call_ref", "", "15 00", "illegal opcode 15"),
                code("ref.as_non_null", "", "d4", "illegal opcode d4"),
                new Case("typed references", HEADER + " 01 06 01 60 01 64 00 00", "malformed value type 64"),
                new Case("components", "00 61 73 6d 0d 00 01 00", "unknown binary version"),
                code("table.set", TABLE, "41 00 d0 70 26 00", "unsupported instruction table.set"),
                code("table.grow", TABLE, "d0 70 41 00 fc 0f 00 1a", "unsupported instruction table.grow"),
                code("table.fill", TABLE, "41 00 d0 70 41 00 fc 11 00", "unsupported instruction table.fill"),
                code("table.copy", TABLE, "41 00 41 00 41 00 fc 0e 00 00", "unsupported instruction table.copy"),
                code(
                        "table.init",
                        TABLE + " 09 05 01 01 00 01 00",
                        "41 00 41 00 41 00 fc 0c 00 00",
                        "unsupported instruction table.init"));
    }

    @ParameterizedTest
    @MethodSource("disabled")
    void aModuleThatUsesADisabledFeatureIsRefused(Case disabled) {
        assertThatThrownBy(() -> CanisterModule.parse(bytes(disabled.module())))
                .isInstanceOf(InvalidCanisterModule.class)
                .hasMessageContaining(disabled.reason());
    }

    static Stream<Case> enabled() {
        String elements = " 09 05 01 01 00 01 00";
        return Stream.of(
                code("sign extension", "", "41 00 c0 1a", ""),
                code("saturating conversions", "", "43 00 00 00 00 fc 00 1a", ""),
                code("bulk memory", MEMORY, "41 00 41 00 41 00 fc 0b 00 41 00 41 00 41 00 fc 0a 00 00", ""),
                code("multiple values", "", "41 00 41 00 1a 1a", ""),
                code("vectors", "", "41 00 fd 0f 1a", ""),
                code("tail calls", "", "12 00", ""),
                code("table.get", TABLE, "41 00 25 00 1a", ""),
                code("table.size", TABLE, "fc 10 00 1a", ""),
                code("ref.func and ref.is_null", TABLE + elements, "d2 00 d1 1a", ""),
                code("elem.drop", TABLE + elements, "fc 0d 00", ""),
                new Case("64-bit memories", HEADER + " 05 03 01 04 01", ""),
                new Case("64-bit tables", HEADER + " 04 04 01 70 04 01", ""),
                new Case(
                        "passive data",
                        HEADER + " 01 04 01 60 00 00 03 02 01 00 " + MEMORY + " 0c 01 01 0a 11 01 0f 00"
                                + " 41 00 41 00 41 00 fc 08 00 00 fc 09 00 0b 0b 04 01 01 01 00",
                        ""));
    }

    @ParameterizedTest
    @MethodSource("enabled")
    void aModuleThatUsesAnEnabledFeatureIsTaken(Case enabled) {
        assertThat(CanisterModule.parse(bytes(enabled.module())).module()).isNotNull();
    }

    @Test
    void everyWayToChangeATableIsAmongThem() {
        assertThat(disabled().map(Case::feature))
                .contains("table.set", "table.grow", "table.fill", "table.copy", "table.init");
    }

    private static byte[] bytes(String hex) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
        return out.toByteArray();
    }
}
