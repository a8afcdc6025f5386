package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MapHashTest {
    /// The example of the interface specification, "Request ids".
    @Test
    void theRequestIdIsThatOfTheSpecification() {
        var content = CborValue.map(
                CborValue.entry("request_type", CborValue.text("call")),
                CborValue.entry("sender", CborValue.bytes(new byte[] {4})),
                CborValue.entry("ingress_expiry", CborValue.nat(1685570400000000000L)),
                CborValue.entry("canister_id", CborValue.bytes(HexFormat.of().parseHex("00000000000004D2"))),
                CborValue.entry("method_name", CborValue.text("hello")),
                CborValue.entry("arg", CborValue.bytes(HexFormat.of().parseHex("4449444C00FD2A"))));

        assertThat(MapHash.of(content).hex())
                .isEqualTo("1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101");
    }

    @Test
    void theOrderOfFieldsDoesNotMatter() {
        var a = CborValue.entry("a", CborValue.nat(1));
        var b = CborValue.entry("b", CborValue.array(CborValue.text("x"), CborValue.nat(-1)));

        assertThat(MapHash.of(CborValue.map(a, b))).isEqualTo(MapHash.of(CborValue.map(b, a)));
    }

    @Test
    void aFloatingPointNumberHasNoHash() {
        assertThatThrownBy(() -> MapHash.of(CborValue.map(CborValue.entry("a", new CborValue.Real(1)))))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("a hashed map has no place for a floating-point number");
    }
}
