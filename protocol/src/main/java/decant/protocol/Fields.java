package decant.protocol;

import decant.base.Principal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The typed fields of one CBOR map from outside, read by name. Each refusal says which field of what is wrong.
record Fields(String what, CborValue.Map map) {
    private static final BigInteger U64_MAX = CborValue.nat(-1).value();

    static Fields of(String what, CborValue value) {
        if (value instanceof CborValue.Map map) {
            return new Fields(what, map);
        }
        throw new ProtocolException(what + " must be a map, found " + value.kind());
    }

    CborValue required(String name) {
        return map.field(name).orElseThrow(() -> new ProtocolException(what + " lacks the field \"" + name + "\""));
    }

    Optional<CborValue> optional(String name) {
        return map.field(name);
    }

    byte[] bytes(String name) {
        return asBytes(name, required(name));
    }

    Optional<byte[]> optionalBytes(String name) {
        return optional(name).map(value -> asBytes(name, value));
    }

    String text(String name) {
        return asText(name, required(name));
    }

    Optional<String> optionalText(String name) {
        return optional(name).map(value -> asText(name, value));
    }

    /// {@return a natural number below 2^64, as the bits of a long}
    long nat64(String name) {
        var value = required(name);
        if (value instanceof CborValue.Int(var number) && number.signum() >= 0 && number.compareTo(U64_MAX) <= 0) {
            return number.longValue();
        }
        throw mismatch(name, "a natural number below 2^64", value);
    }

    Principal principal(String name) {
        return asPrincipal(name, required(name));
    }

    <T> List<T> list(String name, Function<CborValue, T> element) {
        return asList(name, required(name), element);
    }

    <T> Optional<List<T>> optionalList(String name, Function<CborValue, T> element) {
        return optional(name).map(value -> asList(name, value, element));
    }

    Principal asPrincipal(String name, CborValue value) {
        byte[] bytes = asBytes(name, value);
        if (bytes.length > Principal.BYTES_MAX) {
            throw new ProtocolException("\"" + name + "\" of " + what + " must be a principal of at most "
                    + Principal.BYTES_MAX + " bytes, found " + bytes.length);
        }
        return Principal.of(bytes);
    }

    byte[] asBytes(String name, CborValue value) {
        if (value instanceof CborValue.Bytes(var bytes)) {
            return bytes;
        }
        throw mismatch(name, "a byte string", value);
    }

    private String asText(String name, CborValue value) {
        if (value instanceof CborValue.Text(var text)) {
            return text;
        }
        throw mismatch(name, "a text", value);
    }

    <T> List<T> asList(String name, CborValue value, Function<CborValue, T> element) {
        if (value instanceof CborValue.Array(var items)) {
            return items.stream().map(element).toList();
        }
        throw mismatch(name, "an array", value);
    }

    private ProtocolException mismatch(String name, String expected, CborValue found) {
        return new ProtocolException(
                "\"" + name + "\" of " + what + " must be " + expected + ", found " + found.kind());
    }
}
