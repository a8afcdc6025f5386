package decant.canister.state;

import decant.base.Hash;
import decant.base.Leb128;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A part of a block in the form in which everybody can read and hash it, whatever the block is about. ICRC-3, Value.
public sealed interface LedgerValue {
    record Blob(byte[] bytes) implements LedgerValue {}

    record Text(String text) implements LedgerValue {}

    record Nat(BigInteger value) implements LedgerValue {}

    record Int(BigInteger value) implements LedgerValue {}

    record Array(List<LedgerValue> elements) implements LedgerValue {}

    record Map(SortedMap<String, LedgerValue> entries) implements LedgerValue {}

    static LedgerValue nat(BigInteger value) {
        return new Nat(value);
    }

    static LedgerValue nat(long unsigned) {
        return new Nat(new BigInteger(Long.toUnsignedString(unsigned)));
    }

    /// {@return the hash that does not depend on how the value is written down}
    default Hash hash() {
        return switch (this) {
            case Blob(byte[] bytes) -> Hash.sha256(bytes);
            case Text(var text) -> hash(text);
            case Nat(var value) -> {
                var out = new ByteArrayOutputStream();
                Leb128.writeUnsigned(out, value);
                yield Hash.sha256(out.toByteArray());
            }
            case Int(var value) -> {
                var out = new ByteArrayOutputStream();
                Leb128.writeSigned(out, value);
                yield Hash.sha256(out.toByteArray());
            }
            case Array(var elements) ->
                Hash.sha256(
                        elements.stream().map(element -> element.hash().bytes()).toArray(byte[][]::new));
            case Map(var entries) -> {
                var hashes = new TreeMap<Hash, Hash>();
                entries.forEach((key, value) -> hashes.put(hash(key), value.hash()));
                var out = new ByteArrayOutputStream();
                hashes.forEach((key, value) -> {
                    out.writeBytes(key.bytes());
                    out.writeBytes(value.bytes());
                });
                yield Hash.sha256(out.toByteArray());
            }
        };
    }

    private static Hash hash(String text) {
        return Hash.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
