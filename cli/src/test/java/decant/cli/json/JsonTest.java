package decant.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import decant.candid.Value;
import decant.cli.terminal.Bytes;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    @Test
    void textsAreEscaped() {
        assertThat(Json.text("a\"b\\c\n\t\u0001\u007f").print()).isEqualTo("\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\"");
        assertThat(Json.text("née 🙂").print()).isEqualTo("\"née \\ud83d\\ude42\"");
    }

    @Test
    void fieldsKeepTheirOrder() {
        var json =
                Json.fields().with("z", Json.number(1)).with("a", Json.array(List.of(Json.bool(true), Json.Null.NULL)));
        assertThat(json.print()).isEqualTo("{\"z\":1,\"a\":[true,null]}");
    }

    @Test
    void whatIsPrintedIsReadAgain() {
        var json = Json.fields()
                .with("a \"quoted\" name", Json.text("née 🙂 \u0001"))
                .with("numbers", Json.array(List.of(Json.number(-5), new Json.NumberLiteral("1.5E-7"))))
                .with("nothing", Json.array(List.of(Json.Null.NULL, Json.bool(false), Json.fields())));
        assertThat(JsonText.parse(json.print())).isEqualTo(json);
        assertThat(JsonText.parse(json.printIndented())).isEqualTo(json);
        assertThat(JsonText.parse(" {\"u\": 18446744073709551615 , \"e\" : \"\\u00e9\\/\"}\n")
                        .print())
                .isEqualTo("{\"u\":18446744073709551615,\"e\":\"é/\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\"}",
                "{\"a\":1,}",
                "01",
                "1.",
                "-",
                "1e",
                "tru",
                "\"a",
                "\"\\x\"",
                "\"\\u12\"",
                "[1] 2",
                "\"\t\"",
                "NaN"
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> JsonText.parse(text))
                .isInstanceOf(JsonText.Malformed.class)
                .hasMessageStartingWith("in line 1: ");
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> JsonText.parse("[".repeat(100_000)))
                .hasMessageContaining("exceeds the maximum allowed (100,");
    }

    @Test
    void candidNumbersKeepAllTheirDigits() {
        var huge = new BigInteger("123456789012345678901234567890");
        assertThat(CandidJson.of(Value.nat(huge)).print()).isEqualTo(huge.toString());
    }

    @Test
    void candidValuesReadNaturallyAsJson() {
        var value = Value.record(Map.of("owner", Value.principal(Principal.ANONYMOUS)))
                .with("memo", Value.some(Value.blob(new byte[] {1, (byte) 0xAB})))
                .with("none", Value.none())
                .with("result", Value.variant("ok", Value.nat(3)))
                .with("status", Value.variant("running"));
        assertThat(CandidJson.of(value).print())
                .contains("\"owner\":\"2vxsx-fae\"")
                .contains("\"memo\":\"01ab\"")
                .contains("\"none\":null")
                .contains("\"result\":{\"ok\":3}")
                .contains("\"status\":\"running\"");
    }

    @Test
    void sizesAreShownWithTwoDigitsAtLeast() {
        assertThat(List.of(Bytes.shown(0), Bytes.shown(1), Bytes.shown(1023), Bytes.shown(1024), Bytes.shown(247_065)))
                .containsExactly("0 bytes", "1 byte", "1023 bytes", "1.0 KiB", "241 KiB");
        assertThat(Bytes.shown(5L << 30)).isEqualTo("5.0 GiB");
    }
}
