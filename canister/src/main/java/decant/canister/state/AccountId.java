package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.zip.CRC32;

/// An account of a ledger: what a principal and one of its subaccounts are hashed to. 4 bytes of CRC-32, then the
/// SHA-224 of both.
public record AccountId(Hash digits) implements Comparable<AccountId> {
    public static final int SUBACCOUNT_BYTES = 32;

    private static final byte[] DOMAIN = "\naccount-id".getBytes(StandardCharsets.US_ASCII);
    private static final int CHECKSUM_BYTES = Integer.BYTES;

    /// {@return the account of the owner that has no number}
    public static AccountId of(Principal owner) {
        return of(owner, new byte[SUBACCOUNT_BYTES]);
    }

    public static AccountId of(Principal owner, byte[] subaccount) {
        if (subaccount.length != SUBACCOUNT_BYTES) {
            throw new IllegalArgumentException("a subaccount has 32 bytes, found " + subaccount.length);
        }
        try {
            var digest = MessageDigest.getInstance("SHA-224");
            digest.update(DOMAIN);
            digest.update(owner.bytes());
            byte[] hash = digest.digest(subaccount);
            return new AccountId(Hash.of(ByteBuffer.allocate(CHECKSUM_BYTES + hash.length)
                    .putInt(checksum(hash))
                    .put(hash)
                    .array()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("BUG: every JDK has SHA-224", e);
        }
    }

    /// {@return the account with these bytes, if their checksum is right}
    public static Optional<AccountId> parse(byte[] bytes) {
        if (bytes.length != Hash.BYTES) {
            return Optional.empty();
        }
        var source = ByteBuffer.wrap(bytes);
        int expected = source.getInt();
        byte[] hash = new byte[source.remaining()];
        source.get(hash);
        return checksum(hash) == expected ? Optional.of(new AccountId(Hash.of(bytes))) : Optional.empty();
    }

    /// {@return the subaccount by which a canister tells whom a payment is for: length and bytes of the principal}
    public static byte[] subaccountFor(Principal principal) {
        byte[] bytes = principal.bytes();
        return ByteBuffer.allocate(SUBACCOUNT_BYTES)
                .put((byte) bytes.length)
                .put(bytes)
                .array();
    }

    private static int checksum(byte[] hash) {
        var crc = new CRC32();
        crc.update(hash);
        return (int) crc.getValue();
    }

    @Override
    public int compareTo(AccountId other) {
        return digits.compareTo(other.digits);
    }

    /// {@return 64 hexadecimal digits, as users see them}
    @Override
    public String toString() {
        return digits.hex();
    }
}
