package decant.candid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Leb128;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Small messages that describe much. None may cost more than its quota, nor overflow an ordinary thread's stack.
final class BombTest {
    private static final Type LIST =
            Did.parse("type list = opt record { head : nat8; tail : list };").type("list");

    @Test
    void aBillionNullsAreRefusedAtOnce() {
        var message = message(out -> {
            table(out, 1, -19, -1);
            arguments(out, 0);
            Leb128.writeUnsigned(out, 1_000_000_000);
        });
        for (var expected : List.of("vec null", "reserved", "opt nat", "vec opt nat")) {
            assertThatThrownBy(() -> Candid.decode(message, Type.parse(expected), Quota.DEFAULT))
                    .isInstanceOf(CandidException.class)
                    .hasMessage("this takes more than the limit of 20000000 steps: "
                            + "it describes far more values or types than its size suggests");
        }
    }

    @Test
    void aRecordOfManyMissingFieldsIsPaidForEachTime() {
        var expected = new StringBuilder("vec record {");
        for (int i = 0; i < 1_000; i++) {
            expected.append(i).append(": opt nat;");
        }
        var message = message(out -> {
            Leb128.writeUnsigned(out, 2);
            Leb128.writeSigned(out, -20);
            Leb128.writeUnsigned(out, 0);
            Leb128.writeSigned(out, -19);
            Leb128.writeSigned(out, 0);
            arguments(out, 1);
            Leb128.writeUnsigned(out, 1_000_000);
        });
        assertThatThrownBy(() -> Candid.decode(message, Type.parse(expected + "}"), Quota.DEFAULT))
                .isInstanceOf(CandidException.class)
                .hasMessageContaining("more than the limit");
    }

    @Test
    void aLengthBeyondTheMessageAllocatesNothing() {
        var message = message(out -> {
            Leb128.writeUnsigned(out, 0);
            Leb128.writeUnsigned(out, 1);
            Leb128.writeSigned(out, -15);
            Leb128.writeUnsigned(out, Long.MAX_VALUE);
        });
        assertThatThrownBy(() -> Candid.decode(message, Type.parse("text"), Quota.DEFAULT))
                .hasMessage("byte 7: the length of a text is 9223372036854775807, but only 0 bytes follow");
    }

    @Test
    void aHugeNumberIsReadInLinearTime() {
        var message = message(out -> {
            Leb128.writeUnsigned(out, 0);
            Leb128.writeUnsigned(out, 1);
            Leb128.writeSigned(out, -3);
            var digits = new byte[4_000_000];
            Arrays.fill(digits, (byte) 0xFF);
            digits[digits.length - 1] = 1;
            out.writeBytes(digits);
        });
        var number = Candid.decode(message, Type.parse("int"), Quota.DEFAULT).toBigInteger();
        assertThat(number.bitLength()).isEqualTo(3_999_999 * 7 + 1);
        assertThat(number.bitCount()).isEqualTo(number.bitLength());
    }

    @Test
    void aTypeTableOfDeepVectorsIsComparedWithoutRecursion() {
        int depth = 100_000;
        var message = message(out -> {
            Leb128.writeUnsigned(out, depth + 2);
            for (int i = 0; i < depth; i++) {
                Leb128.writeSigned(out, -19);
                Leb128.writeSigned(out, i + 1);
            }
            Leb128.writeSigned(out, -19);
            Leb128.writeSigned(out, -3);
            Leb128.writeSigned(out, -22);
            Leb128.writeUnsigned(out, 0);
            Leb128.writeUnsigned(out, 1);
            Leb128.writeSigned(out, 0);
            Leb128.writeUnsigned(out, 0);
            arguments(out, depth + 1);
            out.writeBytes(new byte[] {1, 1, 0, 1, 'm'});
        });
        var expected = Did.parse("type v = vec v; type f = func () -> (v);").type("f");
        assertThatThrownBy(() -> Candid.decode(message, expected, Quota.DEFAULT))
                .hasMessageContaining("the one is not a subtype of the other");
    }

    @Test
    void valuesNestToTheLimitOnAnOrdinaryThreadAndNoDeeper() {
        var deep = list(Quota.DEFAULT.depthMax() / 2 - 1);
        byte[] message = Candid.encode(deep, LIST);
        assertThat(Candid.decode(message, LIST, Quota.DEFAULT)).isEqualTo(deep).hasSameHashCodeAs(deep);
        assertThat(Candid.parse(Candid.print(List.of(list(60))), List.of(LIST))).containsExactly(list(60));
        assertThat(Candid.decode(Candid.encode(List.of(deep)), Quota.DEFAULT)).hasSize(1);
        assertThat(deep.toString()).contains("null");
        byte[] deeper = Candid.encode(list(Quota.DEFAULT.depthMax()), LIST);
        assertThatThrownBy(() -> Candid.decode(deeper, LIST, Quota.DEFAULT))
                .hasMessage("values nest deeper than the limit of 256 levels");
        assertThatThrownBy(() -> Candid.decode(deeper, Type.parse("reserved"), Quota.DEFAULT))
                .hasMessage("values nest deeper than the limit of 256 levels");
    }

    @Test
    void deeplyNestedTextIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> Candid.parse("(" + "opt ".repeat(100_000) + "1)"))
                .hasMessage("line 1, column 1026: nested deeper than the limit of 256 levels");
        assertThatThrownBy(() -> Type.parse("vec ".repeat(100_000) + "nat"))
                .hasMessage("line 1, column 1025: nested deeper than the limit of 256 levels");
    }

    private static Value list(int length) {
        var list = Value.none();
        for (int i = 0; i < length; i++) {
            list = Value.some(Value.record()
                    .with("head", new Value.WholeNumber(Type.Primitive.NAT8, BigInteger.ONE))
                    .with("tail", list));
        }
        return list;
    }

    private interface Body {
        void write(ByteArrayOutputStream out);
    }

    private static byte[] message(Body body) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {'D', 'I', 'D', 'L'});
        body.write(out);
        return out.toByteArray();
    }

    private static void table(ByteArrayOutputStream out, int entries, int... signed) {
        Leb128.writeUnsigned(out, entries);
        for (int number : signed) {
            Leb128.writeSigned(out, number);
        }
    }

    private static void arguments(ByteArrayOutputStream out, int type) {
        Leb128.writeUnsigned(out, 1);
        Leb128.writeSigned(out, type);
    }
}
