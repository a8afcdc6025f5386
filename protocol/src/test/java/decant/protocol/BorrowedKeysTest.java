package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.junit.jupiter.api.Test;

/// Senders that hold no key of their own: an authenticator signs for them, or a canister.
class BorrowedKeysTest {
    private static final long NOW = 1_790_000_000_000_000_000L;
    private static final Principal CANISTER = Principal.ofCanisterNumber(7);
    private static final Principal SIGNER = Principal.ofCanisterNumber(9);
    private static final BlsSecretKey ROOT = BlsSecretKey.fromSeed(new byte[32]);
    private static final byte[] SEED = {1, 2, 3};
    private static final byte[] AUTHENTICATOR_DATA = {5, 5, 5};

    private interface Signer {
        byte[] sign(byte[] message) throws GeneralSecurityException;
    }

    private static Content.QueryContent query(PublicKey key, Optional<SenderInfo> info) {
        return new Content.QueryContent(
                key.principal(), NOW + 1_000, Optional.empty(), CANISTER, "greet", new byte[0], info);
    }

    private static Authentication.Verdict check(PublicKey key, Optional<SenderInfo> info, Signer signer)
            throws GeneralSecurityException {
        var content = ContentFormat.encode(query(key, info));
        byte[] signature = signer.sign(Authentication.signedBytes(MapHash.of(content)));
        byte[] envelope = Cbor.encode(CborValue.map(
                CborValue.entry("content", content),
                CborValue.entry("sender_pubkey", CborValue.bytes(key.der())),
                CborValue.entry("sender_sig", CborValue.bytes(signature))));
        return new Authentication(ROOT.publicKey()).check(Envelope.decode(envelope), NOW);
    }

    private static void assertGenuine(Authentication.Verdict verdict) {
        assertThat(verdict).isEqualTo(new Authentication.Verdict.Genuine(Optional.empty()));
    }

    private static CborValue.Entry cose(int label, CborValue value) {
        return new CborValue.Entry(integer(label), value);
    }

    private static CborValue integer(int value) {
        return new CborValue.Int(BigInteger.valueOf(value));
    }

    private static String clientData(byte[] challenge) {
        return "{\"type\":\"webauthn.get\",\"challenge\":\""
                + Base64.getUrlEncoder().withoutPadding().encodeToString(challenge)
                + "\",\"origin\":\"https://example.org\",\"crossOrigin\":false}";
    }

    private static byte[] webAuthn(String clientData, Signer authenticator) throws GeneralSecurityException {
        var signed = new ByteArrayOutputStream();
        signed.writeBytes(AUTHENTICATOR_DATA);
        signed.writeBytes(
                Hash.sha256(clientData.getBytes(StandardCharsets.UTF_8)).bytes());
        return Cbor.encodeSelfDescribed(CborValue.map(
                CborValue.entry("authenticator_data", CborValue.bytes(AUTHENTICATOR_DATA)),
                CborValue.entry("client_data_json", CborValue.text(clientData)),
                CborValue.entry("signature", CborValue.bytes(authenticator.sign(signed.toByteArray())))));
    }

    private static byte[] es256(byte[] message) {
        var key = new SigningKey.EcdsaSigningKey(EcdsaCurve.P256, BigInteger.valueOf(4_711));
        byte[] rs = key.sign(message);
        try {
            return StandardDSAEncoding.INSTANCE.encode(
                    EcdsaCurve.P256.order(),
                    new BigInteger(1, Arrays.copyOf(rs, 32)),
                    new BigInteger(1, Arrays.copyOfRange(rs, 32, 64)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static WebAuthnKey es256Key() {
        byte[] point = EcdsaCurve.P256.publicPoint(BigInteger.valueOf(4_711));
        return new WebAuthnKey(Cbor.encode(CborValue.map(
                cose(1, integer(2)),
                cose(3, integer(-7)),
                cose(-1, integer(1)),
                cose(-2, CborValue.bytes(Arrays.copyOfRange(point, 1, 33))),
                cose(-3, CborValue.bytes(Arrays.copyOfRange(point, 33, 65))))));
    }

    @Test
    void anAuthenticatorSignsWithEcdsa() throws GeneralSecurityException {
        assertGenuine(
                check(es256Key(), Optional.empty(), message -> webAuthn(clientData(message), BorrowedKeysTest::es256)));
    }

    @Test
    void anAuthenticatorSignsWithEd25519() throws GeneralSecurityException {
        var ed25519 = new SigningKey.Ed25519SigningKey(new byte[32]);
        var key = new WebAuthnKey(Cbor.encode(CborValue.map(
                cose(1, integer(1)),
                cose(3, integer(-8)),
                cose(-1, integer(6)),
                cose(-2, CborValue.bytes(ed25519.publicKey().bytes())))));

        assertGenuine(check(key, Optional.empty(), message -> webAuthn(clientData(message), ed25519::sign)));
    }

    @Test
    void anAuthenticatorSignsWithRsa() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var pair = generator.generateKeyPair();
        var rsa = (RSAPublicKey) pair.getPublic();
        var key = new WebAuthnKey(Cbor.encode(CborValue.map(
                cose(1, integer(3)),
                cose(3, integer(-257)),
                cose(-1, CborValue.bytes(rsa.getModulus().toByteArray())),
                cose(-2, CborValue.bytes(rsa.getPublicExponent().toByteArray())))));

        assertGenuine(check(
                key,
                Optional.empty(),
                message -> webAuthn(clientData(message), signed -> {
                    var signer = Signature.getInstance("SHA256withRSA");
                    signer.initSign(pair.getPrivate());
                    signer.update(signed);
                    return signer.sign();
                })));
    }

    @Test
    void anAuthenticatorThatSignedAnotherChallengeIsRefused() throws GeneralSecurityException {
        var verdict =
                check(es256Key(), Optional.empty(), _ -> webAuthn(clientData(new byte[32]), BorrowedKeysTest::es256));

        assertThat(verdict.toString())
                .contains("the client data of a WebAuthn signature must start with {\"type\":\"webauthn.get\"");
    }

    @Test
    void anAuthenticatorThatSignedOtherDataIsRefused() throws GeneralSecurityException {
        var verdict =
                check(es256Key(), Optional.empty(), message -> webAuthn(clientData(message), _ -> es256(new byte[0])));

        assertThat(verdict.toString()).contains("\"sender_sig\" is not a signature by the key it claims");
    }

    /// {@return the signature that `canister` makes when it certifies that it signed `message`}
    private static byte[] canisterSignature(Principal canister, byte[] message, BlsSecretKey rootKey) {
        var tree = LabeledTree.Branch.EMPTY.with(
                "sig",
                LabeledTree.Branch.EMPTY.with(
                        Hash.sha256(SEED).bytes(),
                        LabeledTree.Branch.EMPTY.with(Hash.sha256(message).bytes(), LabeledTree.leaf(""))));
        var state = LabeledTree.Branch.EMPTY.with(
                "canister",
                LabeledTree.Branch.EMPTY.with(
                        canister.bytes(),
                        LabeledTree.Branch.EMPTY.with(
                                "certified_data",
                                LabeledTree.leaf(tree.rootHash().bytes()))));
        var certificate = new Certificate(state.whole(), Certificate.sign(rootKey, state.rootHash()), Optional.empty());
        return Cbor.encodeSelfDescribed(CborValue.map(
                CborValue.entry("certificate", CborValue.bytes(certificate.encode())),
                CborValue.entry("tree", tree.whole().toCbor())));
    }

    @Test
    void aCanisterSignsByCertifyingThatItDid() throws GeneralSecurityException {
        var key = new CanisterKey(SIGNER, SEED);

        assertGenuine(check(key, Optional.empty(), message -> canisterSignature(SIGNER, message, ROOT)));
    }

    @Test
    void aCanisterSignatureOfAnotherCanisterMessageOrNetworkIsRefused() throws GeneralSecurityException {
        var key = new CanisterKey(SIGNER, SEED);
        var otherNetwork = BlsSecretKey.fromSeed(new byte[40]);

        assertThat(check(key, Optional.empty(), message -> canisterSignature(CANISTER, message, ROOT))
                        .toString())
                .contains("/\"certified_data\" is absent");
        assertThat(check(key, Optional.empty(), _ -> canisterSignature(SIGNER, new byte[0], ROOT))
                        .toString())
                .contains("\"sender_sig\" is not a signature by the key it claims");
        assertThat(check(key, Optional.empty(), message -> canisterSignature(SIGNER, message, otherNetwork))
                        .toString())
                .contains("the signature of the certificate is not by the expected key");
    }

    @Test
    void aSigningCanisterMayAttestInformationAboutTheSender() throws GeneralSecurityException {
        var key = new CanisterKey(SIGNER, SEED);
        byte[] text = "name=Ada".getBytes(StandardCharsets.UTF_8);
        byte[] attested = canisterSignature(SIGNER, DomainSeparator.SENDER_INFO.before(text), ROOT);

        assertGenuine(check(
                key,
                Optional.of(new SenderInfo(text, SIGNER, attested)),
                message -> canisterSignature(SIGNER, message, ROOT)));
        assertThat(check(
                                key,
                                Optional.of(new SenderInfo(text, CANISTER, attested)),
                                message -> canisterSignature(SIGNER, message, ROOT))
                        .toString())
                .contains("\"sender_info\" is by canister " + CANISTER + " but canister " + SIGNER);
        assertThat(check(
                                key,
                                Optional.of(new SenderInfo(new byte[0], SIGNER, attested)),
                                message -> canisterSignature(SIGNER, message, ROOT))
                        .toString())
                .contains("\"sig\" of \"sender_info\" is not a signature");
    }

    @Test
    void keysReadBackFromTheirDerFormOfAnyLength() {
        for (int length : new int[] {0, 1, 90, 200, 300, 5_000}) {
            var key = new CanisterKey(SIGNER, new byte[length]);
            assertThat(PublicKey.fromDer(key.der())).usingRecursiveComparison().isEqualTo(key);
        }
        assertThat(PublicKey.fromDer(es256Key().der()))
                .usingRecursiveComparison()
                .isEqualTo(es256Key());
    }
}
