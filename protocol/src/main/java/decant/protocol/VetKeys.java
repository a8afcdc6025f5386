package decant.protocol;

import decant.base.Hash;
import decant.base.Principal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// A secret from which every canister derives keys that only the holder of a transport key can read: vetKD on
/// BLS12-381.
///
/// ```text
/// secret of a canister = secret + h(canister id, public key of the secret)
/// secret of a context  = secret of a canister + h(context, public key of that), the same for an empty context
/// key of an input      = signature of it under the secret of a context, augmented by the public key of that
/// encrypted            = g1^r  g2^r  transport^r * key
/// ```
/// These are the rules of the network, so its libraries derive the public keys, decrypt and verify. On the network the
/// secret is spread over the nodes of a subnet and nobody knows it; here the node does.
public final class VetKeys {
    public static final int TRANSPORT_KEY_BYTES = BlsScheme.SIGNATURE_BYTES;

    private static final String CIPHER_SUITE = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_AUG_";
    private static final String OF_CANISTER = "ic-vetkd-bls12-381-g2-canister-id";
    static final String OF_CONTEXT = "ic-vetkd-bls12-381-g2-context";
    private static final String OF_BLINDING = "decant vetkd blinding";

    private static final BigInteger ORDER =
            new BigInteger("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", 16);

    private static final byte[] GENERATOR = HexFormat.of()
            .parseHex(
                    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");

    /// How many bytes a hash to a scalar takes before it is reduced: enough that no remainder is likelier.
    private static final int WIDE_BYTES = 48;

    private final Secret master;

    private VetKeys(Secret master) {
        this.master = master;
    }

    /// {@return the secret that belongs to a seed and a name, the same on every machine}
    public static VetKeys of(String name, byte[] seed) {
        byte[] material = Hmac.sha512(seed, ("decant VETKD " + name).getBytes(StandardCharsets.UTF_8));
        return new VetKeys(
                Secret.of(new BigInteger(1, BlsScheme.fastest().secretFromSeed(Arrays.copyOf(material, 32)))));
    }

    /// {@return the public key of all secrets, from which those of canisters can be derived: 96 bytes}
    public byte[] publicKey() {
        return master.publicKey().clone();
    }

    /// {@return the public key of a canister's context: 96 bytes}
    public byte[] publicKey(Principal canister, byte[] context) {
        return secret(canister, context).publicKey();
    }

    /// {@return the key of an input, which only the holder of the transport key's secret can read: 192 bytes}
    ///
    /// @param random what nobody can guess
    /// @throws ProtocolException if the transport key is no point of the group
    public byte[] derive(Principal canister, byte[] context, byte[] input, byte[] transportKey, byte[] random) {
        var scheme = BlsScheme.fastest();
        var secret = secret(canister, context);
        byte[] key = scheme.sign(secret.bytes(), joined(secret.publicKey(), input), CIPHER_SUITE);
        byte[] blinding = bytesOf(hashToScalar(random, OF_BLINDING));
        return joined(
                scheme.multiply(GENERATOR, blinding),
                scheme.publicKey(blinding),
                scheme.add(scheme.multiply(transportKey, blinding), key));
    }

    private Secret secret(Principal canister, byte[] context) {
        var ofCanister = master.derive(canister.bytes(), OF_CANISTER);
        return context.length == 0 ? ofCanister : ofCanister.derive(context, OF_CONTEXT);
    }

    /// A scalar and the point of G2 that belongs to it.
    private record Secret(BigInteger scalar, byte[] publicKey) {
        static Secret of(BigInteger scalar) {
            return new Secret(scalar, BlsScheme.fastest().publicKey(bytesOf(scalar)));
        }

        Secret derive(byte[] step, String domain) {
            return of(scalar.add(offset(publicKey, step, domain)).mod(ORDER));
        }

        byte[] bytes() {
            return bytesOf(scalar);
        }
    }

    /// {@return what is between a secret and the one derived from it}
    static BigInteger offset(byte[] publicKey, byte[] step, String domain) {
        return hashToScalar(joined(withLength(publicKey), withLength(step)), domain);
    }

    private static byte[] withLength(byte[] bytes) {
        return ByteBuffer.allocate(Long.BYTES + bytes.length)
                .putLong(bytes.length)
                .put(bytes)
                .array();
    }

    /// The hash to a field of RFC 9380, with SHA-256: two blocks of its `expand_message_xmd`, the second in part.
    private static BigInteger hashToScalar(byte[] message, String domain) {
        byte[] suffix = joined(domain.getBytes(StandardCharsets.US_ASCII), new byte[] {(byte) domain.length()});
        byte[] seed = sha256(new byte[64], message, new byte[] {0, WIDE_BYTES, 0}, suffix);
        byte[] first = sha256(seed, new byte[] {1}, suffix);
        var mixed = new byte[seed.length];
        for (int i = 0; i < seed.length; i++) {
            mixed[i] = (byte) (seed[i] ^ first[i]);
        }
        byte[] second = sha256(mixed, new byte[] {2}, suffix);
        return new BigInteger(1, Arrays.copyOf(joined(first, second), WIDE_BYTES)).mod(ORDER);
    }

    private static byte[] sha256(byte[]... parts) {
        return Hash.sha256(parts).bytes();
    }

    private static byte[] bytesOf(BigInteger scalar) {
        byte[] magnitude = scalar.toByteArray();
        var bytes = new byte[BlsScheme.SECRET_BYTES];
        int length = Math.min(magnitude.length, bytes.length);
        System.arraycopy(magnitude, magnitude.length - length, bytes, bytes.length - length, length);
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        var buffer = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            buffer.put(part);
        }
        return buffer.array();
    }
}
