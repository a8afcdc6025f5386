package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlsTest {
    private static final BlsScheme NATIVE = new BlstScheme();
    private static final BlsScheme PORTABLE = new BouncyCastleBlsScheme();
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    @Test
    void bothImplementationsAgreeInEveryByte() {
        var random = new Random(7);
        for (int i = 0; i < 5; i++) {
            var seed = new byte[32 + i];
            random.nextBytes(seed);
            var message = new byte[i * 20];
            random.nextBytes(message);

            byte[] secret = NATIVE.secretFromSeed(seed);
            assertThat(PORTABLE.secretFromSeed(seed)).isEqualTo(secret);
            byte[] publicKey = NATIVE.publicKey(secret);
            assertThat(PORTABLE.publicKey(secret)).isEqualTo(publicKey);
            byte[] signature = NATIVE.sign(secret, message);
            assertThat(PORTABLE.sign(secret, message)).isEqualTo(signature);
            assertThat(NATIVE.verify(publicKey, message, signature)).isTrue();
            assertThat(PORTABLE.verify(publicKey, message, signature)).isTrue();
        }
    }

    /// The vector with which the agents test their BLS verifiers.
    @Test
    void theKnownSignatureOfHelloIsAccepted() {
        byte[] key = HexFormat.of()
                .parseHex(
                        "a7623a93cdb56c4d23d99c14216afaab3dfd6d4f9eb3db23d038280b6d5cb2caaee2a19dd92c9df7001dede23bf036bc"
                                + "0f33982dfb41e8fa9b8e96b5dc3e83d55ca4dd146c7eb2e8b6859cb5a5db815db86810b8d12cee1588b5dbf34a4dc9a5");
        byte[] signature = HexFormat.of()
                .parseHex(
                        "b89e13a212c830586eaa9ad53946cd968718ebecc27eda849d9232673dcd4f440e8b5df39bf14a88048c15e16cbcaabe");

        for (var scheme : new BlsScheme[] {NATIVE, PORTABLE}) {
            assertThat(scheme.verify(key, HELLO, signature)).isTrue();
            assertThat(scheme.verify(key, "hallo".getBytes(StandardCharsets.US_ASCII), signature))
                    .isFalse();
        }
    }

    @Test
    void whatIsNoPointOfTheGroupIsRefusedByBoth() {
        byte[] secret = NATIVE.secretFromSeed(new byte[32]);
        byte[] key = NATIVE.publicKey(secret);
        byte[] signature = NATIVE.sign(secret, HELLO);
        byte[] infiniteKey = new byte[96];
        infiniteKey[0] = (byte) 0xC0;
        byte[] infiniteSignature = new byte[48];
        infiniteSignature[0] = (byte) 0xC0;

        for (var scheme : new BlsScheme[] {NATIVE, PORTABLE}) {
            assertThat(scheme.verify(infiniteKey, HELLO, infiniteSignature)).isFalse();
            assertThat(scheme.verify(key, HELLO, infiniteSignature)).isFalse();
            assertThat(scheme.verify(infiniteKey, HELLO, signature)).isFalse();
            assertThat(scheme.verify(key, HELLO, new byte[48])).isFalse();
            assertThat(scheme.verify(new byte[96], HELLO, signature)).isFalse();
            assertThat(scheme.verify(key, HELLO, new byte[3])).isFalse();
            for (int i = 0; i < 48; i += 5) {
                byte[] altered = signature.clone();
                altered[i] ^= 1;
                assertThat(scheme.verify(key, HELLO, altered)).isFalse();
            }
        }
    }

    @Test
    void theDerFormOfAKeyHas133BytesAndReadsBack() {
        var key = BlsSecretKey.fromSeed(new byte[32]).publicKey();

        assertThat(key.der()).hasSize(133);
        assertThat(BlsPublicKey.fromDer(key.der())).isEqualTo(key);
        assertThat(key.toString()).startsWith("308182301d060d2b0601040182dc7c05030102");
        assertThatThrownBy(() -> BlsPublicKey.fromDer(key.bytes()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("has 133 bytes")
                .hasMessageContaining("found 96 bytes");
    }

    @Test
    void theCopyOfTheNativeLibraryIsGoneOnceItIsLoaded() throws IOException {
        var maps = Path.of("/proc/self/maps");
        assumeTrue(Files.isReadable(maps), "this system does not show which files are mapped");
        BlsSecretKey.fromSeed(new byte[32]);

        try (var lines = Files.lines(maps)) {
            assertThat(lines.filter(line -> line.contains("/blst@")))
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith("(deleted)"));
        }
    }
}
