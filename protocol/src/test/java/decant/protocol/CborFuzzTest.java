package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/// Compares our codec with Jackson's on random and on damaged bytes.
class CborFuzzTest {
    private static final CBORMapper JACKSON = CBORMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Cbor.Limits LIMITS = new Cbor.Limits(64, 10_000);

    @Test
    void whatWeWriteJacksonAndWeReadAlike() {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            var value = randomValue(random, 4);
            byte[] bytes = Cbor.encode(value);

            assertThat(Cbor.encode(Cbor.decode(bytes, LIMITS))).isEqualTo(bytes);
            assertThat(same(value, JACKSON.readTree(bytes)))
                    .as(HexFormat.of().formatHex(bytes))
                    .isTrue();
        }
    }

    @Test
    void whatJacksonWritesWeRead() {
        var random = new Random(2);
        for (int i = 0; i < 2_000; i++) {
            var node = toJackson(randomValue(random, 4));
            byte[] bytes = JACKSON.writeValueAsBytes(node);

            assertThat(same(Cbor.decode(bytes, LIMITS), node))
                    .as(HexFormat.of().formatHex(bytes))
                    .isTrue();
        }
    }

    @Test
    void damagedBytesAreEitherRefusedOrReadAsJacksonReadsThem() {
        var random = new Random(3);
        int accepted = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = damaged(random, Cbor.encode(randomValue(random, 3)));
            CborValue ours;
            try {
                ours = Cbor.decode(bytes, LIMITS);
            } catch (ProtocolException _) {
                continue;
            }
            assertThat(Cbor.decode(Cbor.encode(ours), LIMITS)).isNotNull();
            if (jacksonCanTell(ours)) {
                accepted++;
                assertThat(same(ours, JACKSON.readTree(bytes)))
                        .as(HexFormat.of().formatHex(bytes))
                        .isTrue();
            }
        }
        assertThat(accepted).isGreaterThan(1_000);
    }

    @Test
    void randomBytesNeverDoMoreThanBeRefused() {
        var random = new Random(4);
        for (int i = 0; i < 30_000; i++) {
            var bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            try {
                var ours = Cbor.decode(bytes, LIMITS);
                if (jacksonCanTell(ours)) {
                    assertThat(same(ours, JACKSON.readTree(bytes)))
                            .as(HexFormat.of().formatHex(bytes))
                            .isTrue();
                }
            } catch (ProtocolException refused) {
                assertThat(refused).hasMessageStartingWith("CBOR at byte ");
            } catch (JacksonException e) {
                throw new AssertionError(
                        "accepted but refused by Jackson: " + HexFormat.of().formatHex(bytes), e);
            }
        }
    }

    private static byte[] damaged(Random random, byte[] bytes) {
        return switch (random.nextInt(3)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 3));
            case 1 -> {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            default -> {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                yield bytes;
            }
        };
    }

    private static CborValue randomValue(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 9)) {
            case 0 -> CborValue.nat(random.nextLong() >>> random.nextInt(64));
            case 1 -> new CborValue.Int(new BigInteger(random.nextInt(90), random).negate());
            case 2 -> {
                var bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
                yield CborValue.bytes(bytes);
            }
            case 3 -> CborValue.text(randomText(random));
            case 4 -> random.nextBoolean() ? new CborValue.Bool(random.nextBoolean()) : CborValue.Simple.NULL;
            case 5 -> new CborValue.Real(random.nextBoolean() ? random.nextGaussian() : random.nextInt(1000));
            case 6, 7 -> {
                var items = new ArrayList<CborValue>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    items.add(randomValue(random, depth - 1));
                }
                yield new CborValue.Array(items);
            }
            default -> {
                var fields = new LinkedHashMap<String, CborValue>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    fields.put(randomText(random), randomValue(random, depth - 1));
                }
                yield new CborValue.Map(fields.entrySet().stream()
                        .map(field -> CborValue.entry(field.getKey(), field.getValue()))
                        .toList());
            }
        };
    }

    private static String randomText(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            text.appendCodePoint(random.nextInt(4) == 0 ? 0x1F600 + random.nextInt(50) : ' ' + random.nextInt(600));
        }
        return text.toString();
    }

    /// Jackson's tree has no place for tags, `undefined` and keys that are not texts.
    private static boolean jacksonCanTell(CborValue value) {
        return switch (value) {
            case CborValue.Tagged _ -> false;
            case CborValue.Simple simple -> simple == CborValue.Simple.NULL;
            case CborValue.Array(var items) -> items.stream().allMatch(CborFuzzTest::jacksonCanTell);
            case CborValue.Map(var entries) ->
                entries.stream()
                        .allMatch(entry -> entry.key() instanceof CborValue.Text && jacksonCanTell(entry.value()));
            case CborValue.Int _, CborValue.Bytes _, CborValue.Text _, CborValue.Bool _, CborValue.Real _ -> true;
        };
    }

    private static boolean same(CborValue ours, JsonNode theirs) {
        return switch (ours) {
            case CborValue.Int(var number) ->
                theirs.isIntegralNumber() && theirs.bigIntegerValue().equals(number);
            case CborValue.Bytes(var bytes) -> theirs.isBinary() && Arrays.equals(theirs.binaryValue(), bytes);
            case CborValue.Text(var text) ->
                theirs.isString() && theirs.stringValue().equals(text);
            case CborValue.Bool(boolean truth) -> theirs.isBoolean() && theirs.booleanValue() == truth;
            case CborValue.Real(double number) ->
                theirs.isFloatingPointNumber() && Double.compare(theirs.doubleValue(), number) == 0;
            case CborValue.Simple.NULL -> theirs.isNull();
            case CborValue.Simple.UNDEFINED -> false;
            case CborValue.Tagged _ -> false;
            case CborValue.Array(var items) -> {
                boolean same = theirs.isArray() && theirs.size() == items.size();
                for (int i = 0; same && i < items.size(); i++) {
                    same = same(items.get(i), theirs.get(i));
                }
                yield same;
            }
            case CborValue.Map(List<CborValue.Entry> entries) ->
                theirs.isObject()
                        && theirs.size() == entries.size()
                        && entries.stream()
                                .allMatch(entry -> entry.key() instanceof CborValue.Text(var key)
                                        && theirs.has(key)
                                        && same(entry.value(), theirs.get(key)));
        };
    }

    private static JsonNode toJackson(CborValue value) {
        var nodes = JsonNodeFactory.instance;
        return switch (value) {
            case CborValue.Int(var number) -> nodes.numberNode(number);
            case CborValue.Bytes(var bytes) -> nodes.binaryNode(bytes);
            case CborValue.Text(var text) -> nodes.stringNode(text);
            case CborValue.Bool(boolean truth) -> nodes.booleanNode(truth);
            case CborValue.Real(double number) -> nodes.numberNode(number);
            case CborValue.Simple.NULL, CborValue.Simple.UNDEFINED -> nodes.nullNode();
            case CborValue.Tagged(long tag, var content) -> throw new AssertionError("tag " + tag + " on " + content);
            case CborValue.Array(var items) -> {
                var array = nodes.arrayNode();
                items.forEach(item -> array.add(toJackson(item)));
                yield array;
            }
            case CborValue.Map(var entries) -> {
                var object = nodes.objectNode();
                for (var entry : entries) {
                    object.set(((CborValue.Text) entry.key()).value(), toJackson(entry.value()));
                }
                yield object;
            }
        };
    }
}
