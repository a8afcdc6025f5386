package decant.canister.state;

import decant.base.Principal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// The name of a snapshot on the whole subnet: the canister it belongs to, and its number among that canister's.
///
/// As bytes it is the number, 8 of them, big end first, then the canister's principal; as text it is these in hex.
public record SnapshotId(Principal canister, long number) {
    /// {@return the id that these bytes are, if they are one}
    public static Optional<SnapshotId> of(byte[] bytes) {
        if (bytes.length <= Long.BYTES || bytes.length > Long.BYTES + Principal.BYTES_MAX) {
            return Optional.empty();
        }
        var canister = Principal.of(Arrays.copyOfRange(bytes, Long.BYTES, bytes.length));
        return Optional.of(new SnapshotId(canister, ByteBuffer.wrap(bytes).getLong()));
    }

    public byte[] bytes() {
        byte[] principal = canister.bytes();
        return ByteBuffer.allocate(Long.BYTES + principal.length)
                .putLong(number)
                .put(principal)
                .array();
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes());
    }
}
