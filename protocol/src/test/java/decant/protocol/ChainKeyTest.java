package decant.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.ChainKey.Algorithm;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChainKeyTest {
    private static final byte[] SEED = new byte[32];
    private static final Principal CANISTER = Principal.ofCanisterNumber(1);
    private static final List<byte[]> PATH =
            ChainKey.path(CANISTER, List.of(new byte[0], "wallet".getBytes(UTF_8), new byte[] {0, 0, 0, 1}));
    private static final ECPoint GENERATOR = EcdsaCurve.SECP256K1.domain().getG();

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static ChainKey key(Algorithm algorithm) {
        return ChainKey.of(algorithm, "key_1", SEED);
    }

    /// From BIP 32, test vector 1: the step from m/0H to m/0H/1.
    @Test
    void aStepOnSecp256k1IsThatOfBip32() {
        var parent = EcdsaCurve.SECP256K1
                .domain()
                .getCurve()
                .decodePoint(bytes("035a784662a4a20a65bf6aab9ae98a6c068a81c52e4b032c0fb5400c706cfccc56"));
        var child = SecpDerivation.along(
                parent,
                bytes("47fdacbd0f1097043b78c63c20c34ef4ed9a111d980047ad16282c7ae6236141"),
                List.of(new byte[] {0, 0, 0, 1}));

        assertThat(HexFormat.of().formatHex(child.point().getEncoded(true)))
                .isEqualTo("03501e454bf00751f24b1b489aa925215d66af2234e3891c3b21a52bedb3cd711c");
        assertThat(HexFormat.of().formatHex(child.chainCode()))
                .isEqualTo("2a7857631386ba23dacac34180dd1983734e444fdbf774041578e9b6adb37c19");
    }

    /// Keys that canisters on the network have.
    @ParameterizedTest
    @CsvSource({
        "476374d9df3a8af28d3164dc2422cff894482eadd1295290b6d9ad92b2eeaa5c, abcdef 012345,"
                + " 43f0008b26564b6da51f585ad47669dfeb1db6d94d7dd216bd304fc1f5f5e997",
        "6c0824beb37621bcca6eecc237ed1bc4e64c9c59dcb85344aa7f9cc8278ee31f,"
                + " 48656c6c6f 5468726573686f6c64 5369676e617475726573,"
                + " d9a2ce6a3cd33fe16dce37e045609e51ff516e93bb51013823d6d7a915e3cfb9"
    })
    void aDerivationOnEdwards25519IsThatOfTheNetwork(String master, String path, String derived) {
        var rest = Arrays.stream(path.split(" ", -1)).map(ChainKeyTest::bytes).toList();
        var end = EdwardsChainKey.Derivation.along(
                EdwardsPoint.decode(bytes(master)),
                ChainKey.path(Principal.parse("h5jwf-5iaaa-aaaan-qmvoa-cai"), rest));

        assertThat(HexFormat.of().formatHex(end.point().encode())).isEqualTo(derived);
    }

    /// From BIP 340, test vector 0.
    @Test
    void aSchnorrSignatureIsThatOfBip340() {
        assertThat(HexFormat.of().formatHex(SecpChainKey.schnorr(BigInteger.valueOf(3), new byte[32])))
                .isEqualToIgnoringCase("E907831F80848D1069A5371B402410364BDF1C5F8307B0084C55F1CE2DCA8215"
                        + "25F66A4A85EA8B71E482A74F382D2CE5EBEEE8FDB2172F477DF4900D310536C0");
    }

    @ParameterizedTest
    @EnumSource
    void aSignatureIsVerifiedByTheDerivedKeyAndByNoOther(Algorithm algorithm) {
        var key = key(algorithm);
        byte[] message = Hash.sha256("pay 5".getBytes(UTF_8)).bytes();
        byte[] other = Hash.sha256("pay 6".getBytes(UTF_8)).bytes();
        byte[] publicKey = key.derive(PATH).publicKey();
        byte[] signature = key.sign(PATH, message);

        assertThat(isSigned(algorithm, publicKey, message, signature)).isTrue();
        assertThat(isSigned(algorithm, publicKey, other, signature)).isFalse();
        byte[] elsewhere = key.derive(PATH.subList(0, 3)).publicKey();
        assertThat(isSigned(algorithm, elsewhere, message, signature)).isFalse();
        assertThat(key.sign(PATH, message)).isEqualTo(signature);
        assertThat(ChainKey.of(algorithm, "key_1", SEED).sign(PATH, message)).isEqualTo(signature);
    }

    @ParameterizedTest
    @EnumSource
    void keysDifferByNamePathAndCanister(Algorithm algorithm) {
        var key = key(algorithm);
        var other = ChainKey.of(algorithm, "test_key_1", SEED);
        var stranger = ChainKey.path(Principal.ofCanisterNumber(2), PATH.subList(1, PATH.size()));

        assertThat(other.derive(PATH).publicKey()).isNotEqualTo(key.derive(PATH).publicKey());
        assertThat(key.derive(stranger).publicKey())
                .isNotEqualTo(key.derive(PATH).publicKey());
        assertThat(key.derive(PATH.subList(0, 2)).chainCode())
                .isNotEqualTo(key.derive(PATH).chainCode());
    }

    @Test
    void aKeyBoundToScriptsSignsForTheKeyThatAnybodyCanBindSo() {
        var key = key(Algorithm.BIP340_SECP256K1);
        byte[] message = new byte[] {1, 2, 3};
        byte[] root = Hash.sha256("scripts".getBytes(UTF_8)).bytes();
        var internal = lifted(Arrays.copyOfRange(key.derive(PATH).publicKey(), 1, 33));
        byte[] tag = Hash.sha256("TapTweak".getBytes(UTF_8)).bytes();
        var tweak = new BigInteger(
                1,
                Hash.sha256(tag, tag, internal.getAffineXCoord().getEncoded(), root)
                        .bytes());
        byte[] output = internal.add(GENERATOR.multiply(tweak)).normalize().getEncoded(true);

        byte[] signature = key.signForScripts(PATH, message, root);
        assertThat(isSigned(Algorithm.BIP340_SECP256K1, output, message, signature))
                .isTrue();
        assertThatThrownBy(() -> key.signForScripts(PATH, message, new byte[31]))
                .hasMessageContaining("found 31");
        assertThatThrownBy(() -> key(Algorithm.ED25519).signForScripts(PATH, message, root))
                .hasMessageContaining("only keys of BIP 340");
    }

    private static boolean isSigned(Algorithm algorithm, byte[] publicKey, byte[] message, byte[] signature) {
        return switch (algorithm) {
            case ECDSA_SECP256K1 -> isEcdsa(publicKey, message, signature);
            case BIP340_SECP256K1 -> isBip340(publicKey, message, signature);
            case ED25519 -> {
                var verifier = new Ed25519Signer();
                verifier.init(false, new Ed25519PublicKeyParameters(publicKey));
                verifier.update(message, 0, message.length);
                yield verifier.verifySignature(signature);
            }
        };
    }

    private static boolean isEcdsa(byte[] publicKey, byte[] hash, byte[] signature) {
        var domain = EcdsaCurve.SECP256K1.domain();
        var point = domain.getCurve().decodePoint(publicKey);
        var r = new BigInteger(1, Arrays.copyOf(signature, 32));
        var inverse = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)).modInverse(domain.getN());
        var sum = GENERATOR
                .multiply(new BigInteger(1, hash).multiply(inverse).mod(domain.getN()))
                .add(point.multiply(r.multiply(inverse).mod(domain.getN())))
                .normalize();
        return sum.getAffineXCoord().toBigInteger().mod(domain.getN()).equals(r);
    }

    private static boolean isBip340(byte[] publicKey, byte[] message, byte[] signature) {
        byte[] x = Arrays.copyOfRange(publicKey, 1, 33);
        byte[] tag = Hash.sha256("BIP0340/challenge".getBytes(UTF_8)).bytes();
        byte[] commitment = Arrays.copyOf(signature, 32);
        var challenge =
                new BigInteger(1, Hash.sha256(tag, tag, commitment, x, message).bytes());
        var s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
        var found = GENERATOR
                .multiply(s)
                .add(lifted(x)
                        .multiply(challenge.mod(EcdsaCurve.SECP256K1.order()))
                        .negate())
                .normalize();
        return !found.isInfinity()
                && !found.getAffineYCoord().testBitZero()
                && Arrays.equals(found.getAffineXCoord().getEncoded(), commitment);
    }

    private static ECPoint lifted(byte[] x) {
        return EcdsaCurve.SECP256K1.domain().getCurve().decodePoint(Hmac.joined(new byte[] {2}, x));
    }
}
