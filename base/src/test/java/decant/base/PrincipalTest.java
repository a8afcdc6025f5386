package decant.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrincipalTest {
    @ParameterizedTest
    @CsvSource({
        "'', aaaaa-aa",
        "04, 2vxsx-fae",
        "abcd01, em77e-bvlzu-aq",
        "00000000000000020101, ryjl3-tyaaa-aaaaa-aaaba-cai",
        "00000000021000020101, um5iw-rqaaa-aaaaq-qaaba-cai",
    })
    void textAndBytesNameTheSamePrincipal(String hex, String text) {
        var principal = Principal.of(HexFormat.of().parseHex(hex));
        assertThat(principal.toString()).isEqualTo(text);
        assertThat(Principal.parse(text)).isEqualTo(principal);
    }

    @ParameterizedTest
    @CsvSource({"aaaaa-ab", "2vxsxfae", "2vxsx-fa", "2vxsx-fae-aaaaa", "0", "''"})
    void aMisspeltPrincipalIsRefusedByName(String text) {
        assertThatThrownBy(() -> Principal.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\" is not a principal");
    }

    @Test
    void canisterNumbersBecomeOpaquePrincipals() {
        assertThat(Principal.ofCanisterNumber(2)).hasToString("ryjl3-tyaaa-aaaaa-aaaba-cai");
    }
}
