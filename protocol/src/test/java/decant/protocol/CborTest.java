package decant.protocol;

import static decant.protocol.CborValue.array;
import static decant.protocol.CborValue.bytes;
import static decant.protocol.CborValue.entry;
import static decant.protocol.CborValue.map;
import static decant.protocol.CborValue.nat;
import static decant.protocol.CborValue.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CborTest {
    private static final Cbor.Limits LIMITS = new Cbor.Limits(8, 100);

    private static CborValue decode(String hex) {
        return Cbor.decode(HexFormat.of().parseHex(hex), LIMITS);
    }

    private static String encode(CborValue value) {
        return HexFormat.of().formatHex(Cbor.encode(value));
    }

    /// Examples of RFC 8949, appendix A.
    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "17, 23",
        "1818, 24",
        "1903e8, 1000",
        "1a000f4240, 1000000",
        "1b000000e8d4a51000, 1000000000000",
        "1bffffffffffffffff, 18446744073709551615",
        "c249010000000000000000, 18446744073709551616",
        "3bffffffffffffffff, -18446744073709551616",
        "c349010000000000000000, -18446744073709551617",
        "20, -1",
        "3863, -100"
    })
    void integersHaveTheFormOfTheStandard(String hex, BigInteger number) {
        assertThat(decode(hex)).isEqualTo(new CborValue.Int(number));
        assertThat(encode(new CborValue.Int(number))).isEqualTo(hex);
    }

    @ParameterizedTest
    @CsvSource({
        "f93c00, 1.0",
        "f97bff, 65504.0",
        "fa47c35000, 100000.0",
        "fb3ff199999999999a, 1.1",
        "f97c00, Infinity",
        "f97e00, NaN",
        "f98000, -0.0"
    })
    void floatsTakeTheShortestFormThatKeepsThem(String hex, double number) {
        assertThat(decode(hex)).isEqualTo(new CborValue.Real(number));
        assertThat(encode(new CborValue.Real(number))).isEqualTo(hex);
    }

    @Test
    void containersAndSimpleValuesHaveTheFormOfTheStandard() {
        var value = map(
                entry("b", array(nat(2), nat(3), new CborValue.Bool(true))),
                entry("a", nat(1)),
                entry("", CborValue.Simple.NULL));

        assertThat(encode(value)).isEqualTo("a360f661610161628302" + "03f5");
        assertThat(Cbor.decode(Cbor.encode(value), LIMITS))
                .isEqualTo(map(
                        entry("", CborValue.Simple.NULL),
                        entry("a", nat(1)),
                        entry("b", array(nat(2), nat(3), new CborValue.Bool(true)))));
    }

    @Test
    void otherWellFormedSpellingsAreRead() {
        assertThat(decode("1b0000000000000001")).isEqualTo(nat(1));
        assertThat(decode("5f42010243030405ff")).isEqualTo(bytes(new byte[] {1, 2, 3, 4, 5}));
        assertThat(decode("7f657374726561646d696e67ff")).isEqualTo(text("streaming"));
        assertThat(decode("9f0102ff")).isEqualTo(array(nat(1), nat(2)));
        assertThat(decode("bf61610161629f0203ffff"))
                .isEqualTo(map(entry("a", nat(1)), entry("b", array(nat(2), nat(3)))));
        assertThat(decode("c2420001")).isEqualTo(nat(1));
    }

    @Test
    void theSelfDescribingTagIsWrittenFirstAndCanBeTakenOff() {
        assertThat(HexFormat.of().formatHex(Cbor.encodeSelfDescribed(nat(1)))).isEqualTo("d9d9f701");
        assertThat(decode("d9d9f701").withoutSelfDescription()).isEqualTo(nat(1));
        assertThat(decode("01").withoutSelfDescription()).isEqualTo(nat(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                 | CBOR at byte 0: the bytes end inside an item",
                "0001               | CBOR at byte 1: the item ends here but 1 more bytes follow",
                "4403               | CBOR at byte 0: a length of 4 is claimed but only 1 bytes are left",
                "5bffffffffffffffff | CBOR at byte 0: a length of 18446744073709551615 is claimed but only 0 bytes are left",
                "9a7fffffff00       | CBOR at byte 0: a length of 2147483647 is claimed but only 1 bytes are left",
                "ba3fffffff0000     | CBOR at byte 0: a length of 1073741823 is claimed but only 2 bytes are left",
                "a2616101616102     | CBOR at byte 4: the map has this key twice",
                "bf00010002ff       | CBOR at byte 3: the map has this key twice",
                "a1f501             | CBOR at byte 1: a map key is a text, an integer or a byte string, found a boolean",
                "62c328             | CBOR at byte 0: the text is not UTF-8",
                "7f61c361a9ff       | CBOR at byte 1: the text is not UTF-8",
                "ff                 | CBOR at byte 0: a break stands where an item is expected",
                "8201ff             | CBOR at byte 2: a break stands where an item is expected",
                "1c                 | CBOR at byte 0: additional information 28 is not allowed here",
                "1f                 | CBOR at byte 0: additional information 31 is not allowed here",
                "df00               | CBOR at byte 0: additional information 31 is not allowed here",
                "f818               | CBOR at byte 0: the simple value or head 0xf8 has no meaning",
                "e0                 | CBOR at byte 0: the simple value or head 0xe0 has no meaning",
                "5f5f4101ffff       | CBOR at byte 1: a chunk of a string has its kind and a definite length, found head 0x5f",
                "5f6161ff           | CBOR at byte 1: a chunk of a string has its kind and a definite length, found head 0x61",
                "9f01               | CBOR at byte 2: the bytes end inside an item",
                "c201               | CBOR at byte 0: a bignum is a tagged byte string, found a natural number",
                "818181818181818101 | CBOR at byte 8: items nest deeper than 8"
            })
    void whatIsMalformedIsRefusedWithItsPlace(String hex, String message) {
        assertThatThrownBy(() -> decode(hex))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(message);
    }

    @Test
    void moreItemsThanAllowedAreRefused() {
        assertThatThrownBy(() -> decode("9863" + "00".repeat(99) + "00"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("CBOR at byte 101: the item ends here but 1 more bytes follow");
        assertThatThrownBy(() -> decode("9864" + "00".repeat(100)))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("CBOR at byte 101: there are more than 100 items");
    }

    @Test
    void aBignumLongerThanAnyUseIsRefused() {
        assertThatThrownBy(() -> decode("c25841" + "01".repeat(65)))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("CBOR at byte 0: a bignum has at most 64 bytes, found 65");
    }

    @Test
    void manyKeysWithTheSameHashCodeDoNotMakeReadingSlow() {
        // "Aa" and "BB" have one hash code, and so have all words made of them.
        int letters = 14;
        var entries = new CborValue.Entry[1 << letters];
        for (int i = 0; i < entries.length; i++) {
            var key = new StringBuilder();
            for (int bit = 0; bit < letters; bit++) {
                key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            entries[i] = entry(key.toString(), nat(i));
        }

        var read = Cbor.decode(Cbor.encode(map(entries)), Cbor.Limits.REQUEST);

        assertThat(((CborValue.Map) read).entries()).hasSize(entries.length);
    }
}
