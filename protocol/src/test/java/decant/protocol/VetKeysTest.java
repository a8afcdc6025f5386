package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import supranational.blst.P2;
import supranational.blst.Scalar;

/// Keys that are derived are also looked at by the network's own library: conformance/agent.
class VetKeysTest {
    private static final BlsScheme NATIVE = new BlstScheme();
    private static final BlsScheme PORTABLE = new BouncyCastleBlsScheme();
    private static final byte[] GENERATOR = HexFormat.of()
            .parseHex(
                    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");
    private static final BigInteger ORDER =
            new BigInteger("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", 16);

    private static final VetKeys KEYS = VetKeys.of("test_key_1", new byte[32]);
    private static final Principal CANISTER = Principal.ofCanisterNumber(7);
    private static final byte[] TRANSPORT_SECRET = secret(41);

    private static byte[] secret(int number) {
        var bytes = new byte[32];
        bytes[31] = (byte) number;
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] derive(String context, String input, int random) {
        byte[] transport = NATIVE.multiply(GENERATOR, TRANSPORT_SECRET);
        return KEYS.derive(CANISTER, bytes(context), bytes(input), transport, secret(random));
    }

    /// {@return E3 without E1 to the transport secret}
    private static byte[] decrypted(byte[] encrypted) {
        byte[] first = Arrays.copyOfRange(encrypted, 0, 48);
        byte[] third = Arrays.copyOfRange(encrypted, 144, 192);
        byte[] minus = new byte[32];
        byte[] negative = ORDER.subtract(new BigInteger(1, TRANSPORT_SECRET)).toByteArray();
        System.arraycopy(negative, negative.length - 32, minus, 0, 32);
        return NATIVE.add(third, NATIVE.multiply(first, minus));
    }

    @Test
    void bothLibrariesMultiplyAndAddAlike() {
        for (int i = 2; i < 6; i++) {
            byte[] point = NATIVE.multiply(GENERATOR, secret(i));
            assertThat(PORTABLE.multiply(GENERATOR, secret(i))).isEqualTo(point);
            assertThat(PORTABLE.add(point, GENERATOR))
                    .isEqualTo(NATIVE.add(point, GENERATOR))
                    .isEqualTo(NATIVE.multiply(GENERATOR, secret(i + 1)));
        }
    }

    @Test
    void whatIsNoPointOfTheGroupIsRefusedByBoth() {
        byte[] infinity = new byte[48];
        infinity[0] = (byte) 0xc0;
        // A point of the curve, but not of the group.
        byte[] stray = new byte[48];
        stray[0] = (byte) 0x80;
        stray[47] = 4;
        for (var scheme : new BlsScheme[] {NATIVE, PORTABLE}) {
            for (byte[] bytes : new byte[][] {new byte[48], new byte[47], new byte[0], infinity, stray}) {
                assertThatThrownBy(() -> scheme.multiply(bytes, secret(2))).isInstanceOf(ProtocolException.class);
                assertThatThrownBy(() -> scheme.add(GENERATOR, bytes)).isInstanceOf(ProtocolException.class);
            }
        }
    }

    @Test
    void theKeyIsTheSameHoweverItIsBlinded() {
        byte[] once = derive("context", "input", 1);
        byte[] again = derive("context", "input", 2);
        assertThat(once).hasSize(192).isNotEqualTo(again);
        assertThat(decrypted(once)).isEqualTo(decrypted(again));
        assertThat(derive("context", "input", 1)).isEqualTo(once);
    }

    /// The vector of the network's library.
    @Test
    void publicKeysAreDerivedAsOnTheNetwork() {
        byte[] canisterKey = HexFormat.of()
                .parseHex(
                        "8bf165ea580742abf5fd5123eb848aa116dcf75c3ddb3cd3540c852cf99f0c5394e72dfc2f25dbcb5f9220f251cd0404"
                                + "0a508a0bcb8b2543908d6626b46f09d614c924c5deb63a9949338ae4f4ac436bd77f8d0a392fd29de0f392a009fa61f3");
        var offset = VetKeys.offset(canisterKey, bytes("test-context"), VetKeys.OF_CONTEXT);
        byte[] derived =
                new P2(canisterKey).add(P2.generator().mult(new Scalar(offset))).compress();
        assertThat(HexFormat.of().formatHex(derived))
                .isEqualTo(
                        "80b4f1e11766d32bed0ea4e8b05e82bf84519de4a63eca0213d9e3603a946ea2968150882d1e9508701f34048fcec809"
                                + "19b4f493a2a254fc13dc956f1d82c6b8e641f962e1c0342c95eb58e168327d5e51e9337627ac9f1aa93d2e3058a1ff09");
    }

    @Test
    void canisterContextAndInputEachMakeAnotherKey() {
        byte[] key = decrypted(derive("context", "input", 1));
        assertThat(decrypted(derive("context", "other", 1))).isNotEqualTo(key);
        assertThat(decrypted(derive("", "input", 1))).isNotEqualTo(key);
        var other = Principal.ofCanisterNumber(8);
        assertThat(KEYS.publicKey(other, bytes("context"))).isNotEqualTo(KEYS.publicKey(CANISTER, bytes("context")));
        assertThat(VetKeys.of("key_1", new byte[32]).publicKey()).isNotEqualTo(KEYS.publicKey());
    }

    @Test
    void theTransportKeyMustBeAPoint() {
        assertThatThrownBy(() -> KEYS.derive(CANISTER, new byte[0], new byte[0], new byte[48], new byte[32]))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("no point of the group G1");
    }
}
