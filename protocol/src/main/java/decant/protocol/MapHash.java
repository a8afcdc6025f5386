package decant.protocol;

import decant.base.Hash;
import decant.base.Leb128;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// The representation-independent hash of structured data: the same however the data was spelled in CBOR.
/// Interface specification, "Representation-independent hashing of structured data".
public final class MapHash {
    private MapHash() {}

    /// {@return the hash of a map with text keys: SHA-256 over its sorted pairs of key hash and value hash}
    public static Hash of(CborValue.Map map) {
        byte[][] pairs = map.entries().stream()
                .map(entry -> pair(textOf(entry.key()), entry.value()))
                .sorted(Arrays::compareUnsigned)
                .toArray(byte[][]::new);
        return Hash.sha256(pairs);
    }

    private static String textOf(CborValue key) {
        if (key instanceof CborValue.Text(var text)) {
            return text;
        }
        throw new ProtocolException("a hashed map has text keys, found " + key.kind());
    }

    private static byte[] pair(String key, CborValue value) {
        byte[] pair = Arrays.copyOf(Hash.sha256(utf8(key)).bytes(), 2 * Hash.BYTES);
        System.arraycopy(ofValue(value).bytes(), 0, pair, Hash.BYTES, Hash.BYTES);
        return pair;
    }

    /// {@return the hash of a value that may stand in a hashed map}
    static Hash ofValue(CborValue value) {
        return switch (value) {
            case CborValue.Bytes(var bytes) -> Hash.sha256(bytes);
            case CborValue.Text(var text) -> Hash.sha256(utf8(text));
            case CborValue.Int(var number) -> Hash.sha256(leb128(number));
            case CborValue.Array(var items) -> ofArray(items);
            case CborValue.Map map -> of(map);
            case CborValue.Tagged _, CborValue.Bool _, CborValue.Real _, CborValue.Simple _ ->
                throw new ProtocolException("a hashed map has no place for " + value.kind());
        };
    }

    private static Hash ofArray(List<CborValue> items) {
        return Hash.sha256(items.stream().map(item -> ofValue(item).bytes()).toArray(byte[][]::new));
    }

    private static byte[] leb128(BigInteger number) {
        var out = new ByteArrayOutputStream();
        if (number.signum() < 0) {
            Leb128.writeSigned(out, number);
        } else {
            Leb128.writeUnsigned(out, number);
        }
        return out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
