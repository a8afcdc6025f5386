package decant.canister.state;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.state.LedgerValue.Array;
import decant.canister.state.LedgerValue.Blob;
import decant.canister.state.LedgerValue.Int;
import decant.canister.state.LedgerValue.Text;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The hashes that ICRC-3 gives as examples (standards/ICRC-3/HASHINGVALUES.md).
final class LedgerValueTest {
    private static Blob blob(String hex) {
        return new Blob(HexFormat.of().parseHex(hex));
    }

    private static void assertHash(LedgerValue value, String expected) {
        assertThat(value.hash()).hasToString(expected);
    }

    @Test
    void simpleValuesHaveTheHashesOfTheStandard() {
        assertHash(LedgerValue.nat(42), "684888c0ebb17f374298b65ee2807526c066094c701bcc7ebbe1c1095f494fc1");
        assertHash(
                new Int(BigInteger.valueOf(-42)), "de5a6f78116eca62d7fc5ce159d23ae6b889b365a1739ad2cf36f925a140d0cc");
        assertHash(new Text("Hello, World!"), "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f");
        assertHash(blob("01020304"), "9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a");
    }

    @Test
    void anArrayHasTheHashOfTheStandard() {
        assertHash(
                new Array(List.of(LedgerValue.nat(3), new Text("foo"), blob("0506"))),
                "514a04011caa503990d446b7dec5d79e19c221ae607fb08b2848c67734d468d6");
    }

    @Test
    void aMapHasTheHashOfTheStandard() {
        var entries = new TreeMap<String, LedgerValue>();
        entries.put("from", blob("00abcdef0012340056789a00bcdef000012345678900abcdef01"));
        entries.put("to", blob("00ab0def0012340056789a00bcdef000012345678900abcdef01"));
        entries.put("amount", LedgerValue.nat(42));
        entries.put("created_at", LedgerValue.nat(1_699_218_263));
        entries.put("memo", LedgerValue.nat(0));
        assertHash(new LedgerValue.Map(entries), "c56ece650e1de4269c5bdeff7875949e3e2033f85b2d193c2ff4f7f78bdcfc75");
    }
}
