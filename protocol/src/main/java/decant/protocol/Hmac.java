package decant.protocol;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/// Keyed hashes: HMAC with SHA-512, and HKDF over it.
final class Hmac {
    private static final int SHA512_BYTES = 64;

    private Hmac() {}

    static byte[] sha512(byte[] key, byte[]... parts) {
        var mac = new HMac(new SHA512Digest());
        mac.init(new KeyParameter(key));
        for (byte[] part : parts) {
            mac.update(part, 0, part.length);
        }
        var result = new byte[SHA512_BYTES];
        mac.doFinal(result, 0);
        return result;
    }

    static byte[] hkdfSha512(byte[] salt, byte[] secret, byte[] info, int length) {
        var generator = new HKDFBytesGenerator(new SHA512Digest());
        generator.init(new HKDFParameters(secret, salt, info));
        var result = new byte[length];
        generator.generateBytes(result, 0, length);
        return result;
    }

    static byte[] joined(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        var joined = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }
}
