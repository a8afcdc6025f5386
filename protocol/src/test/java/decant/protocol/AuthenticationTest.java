package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 1_790_000_000L * SECOND;
    private static final long EXPIRY = NOW + 240 * SECOND;
    private static final Principal CANISTER = Principal.ofCanisterNumber(7);
    private static final Principal OTHER_CANISTER = Principal.ofCanisterNumber(8);

    private static final BlsSecretKey ROOT = BlsSecretKey.fromSeed(new byte[32]);
    private static final Authentication AUTHENTICATION = new Authentication(ROOT.publicKey());

    private static final SigningKey ED25519 = new SigningKey.Ed25519SigningKey(new byte[32]);
    private static final SigningKey P256 =
            new SigningKey.EcdsaSigningKey(EcdsaCurve.P256, BigInteger.valueOf(123_456_789));
    private static final SigningKey SECP256K1 =
            new SigningKey.EcdsaSigningKey(EcdsaCurve.SECP256K1, BigInteger.valueOf(987_654_321));

    private static Content.CallContent call(Identity identity, long expiry) {
        return new Content.CallContent(
                identity.principal(),
                expiry,
                Optional.of(new byte[] {1, 2, 3}),
                CANISTER,
                "greet",
                new byte[] {'D', 'I', 'D', 'L', 0, 0},
                Optional.empty());
    }

    private static Content.QueryContent query(Identity identity, long expiry) {
        return new Content.QueryContent(
                identity.principal(), expiry, Optional.empty(), CANISTER, "greet", new byte[0], Optional.empty());
    }

    private static Content.ReadStateContent readState(Identity identity, long expiry) {
        return new Content.ReadStateContent(
                identity.principal(), expiry, Optional.empty(), List.of(Label.path("time")));
    }

    private static Authentication.Verdict check(byte[] envelope) {
        return AUTHENTICATION.check(Envelope.decode(envelope), NOW);
    }

    private static Authentication.Verdict check(Identity identity, Content content) {
        return check(identity.sign(content).envelope());
    }

    private static void assertGenuine(Authentication.Verdict verdict) {
        assertThat(verdict).isInstanceOf(Authentication.Verdict.Genuine.class);
    }

    private static void assertRefused(Authentication.Verdict verdict, String reason) {
        assertThat(verdict).isEqualTo(new Authentication.Verdict.Refused(reason));
    }

    /// {@return the envelope with a field replaced, or dropped where `change` returns null}
    private static byte[] changed(byte[] envelope, String name, UnaryOperator<CborValue> change) {
        var map = (CborValue.Map) Cbor.decode(envelope, Cbor.Limits.REQUEST).withoutSelfDescription();
        var entries = new ArrayList<CborValue.Entry>();
        for (var entry : map.entries()) {
            entries.add(
                    entry.key().equals(CborValue.text(name))
                            ? new CborValue.Entry(entry.key(), change.apply(entry.value()))
                            : entry);
        }
        return Cbor.encode(new CborValue.Map(entries));
    }

    private static byte[] without(byte[] envelope, String name) {
        var map = (CborValue.Map) Cbor.decode(envelope, Cbor.Limits.REQUEST).withoutSelfDescription();
        return Cbor.encode(new CborValue.Map(map.entries().stream()
                .filter(entry -> !entry.key().equals(CborValue.text(name)))
                .toList()));
    }

    @Test
    void signedRequestsOfEverySchemeAreGenuine() {
        for (var key : List.of(ED25519, P256, SECP256K1)) {
            var identity = new Identity.KeyHolder(key);
            assertGenuine(check(identity, call(identity, EXPIRY)));
            assertGenuine(check(identity, query(identity, EXPIRY)));
            assertGenuine(check(identity, readState(identity, EXPIRY)));
        }
    }

    @Test
    void theSignerAndTheReceiverSeeTheSameRequestId() {
        var identity = new Identity.KeyHolder(P256);
        var signed = identity.sign(call(identity, EXPIRY));

        assertThat(Envelope.decode(signed.envelope()).requestId()).isEqualTo(signed.requestId());
    }

    @Test
    void anUnknownFieldOfTheContentIsPartOfWhatIsSigned() {
        var identity = new Identity.KeyHolder(ED25519);
        var content = ContentFormat.encode(call(identity, EXPIRY));
        var entries = new ArrayList<>(content.entries());
        entries.add(CborValue.entry("novelty", CborValue.array(CborValue.text("x"), CborValue.nat(1))));
        var extended = new CborValue.Map(entries);
        byte[] envelope = Cbor.encode(CborValue.map(
                CborValue.entry("content", extended),
                CborValue.entry(
                        "sender_pubkey", CborValue.bytes(ED25519.publicKey().der())),
                CborValue.entry(
                        "sender_sig",
                        CborValue.bytes(ED25519.sign(Authentication.signedBytes(MapHash.of(extended)))))));

        assertGenuine(check(envelope));
    }

    @Test
    void anonymousRequestsNeedNoSignature() {
        var nobody = new Identity.Anonymous();

        assertGenuine(check(nobody, call(nobody, EXPIRY)));
        assertGenuine(check(nobody, query(nobody, EXPIRY)));
    }

    @Test
    void anonymousQueriesMayHaveAnyExpiryButCallsMayNot() {
        var nobody = new Identity.Anonymous();

        assertGenuine(check(nobody, query(nobody, 0)));
        assertGenuine(check(nobody, readState(nobody, -1)));
        assertRefused(
                check(nobody, call(nobody, 0)),
                "Invalid request expiry: the request expired at 1970-01-01T00:00:00Z; by this node's clock it is 2026-09-21T14:13:20Z");
    }

    @Test
    void theExpiryMustLieInTheNearFuture() {
        var identity = new Identity.KeyHolder(ED25519);

        assertGenuine(check(identity, call(identity, NOW + 1)));
        assertGenuine(check(identity, call(identity, NOW + 330 * SECOND)));
        assertRefused(
                check(identity, query(identity, NOW)),
                "Invalid request expiry: the request expired at 2026-09-21T14:13:20Z; by this node's clock it is 2026-09-21T14:13:20Z");
        assertRefused(
                check(identity, query(identity, NOW + 330 * SECOND + 1)),
                "Invalid request expiry: the request expires at 2026-09-21T14:18:50.000000001Z, too far in the future: at most 330 s after"
                        + " 2026-09-21T14:13:20Z, this node's time");
    }

    @Test
    void aRequestInAnotherNameIsRefused() {
        var identity = new Identity.KeyHolder(ED25519);
        var victim = new Identity.KeyHolder(P256);
        byte[] envelope = identity.sign(call(identity, EXPIRY)).envelope();
        byte[] forged = changed(envelope, "content", _ -> ContentFormat.encode(call(victim, EXPIRY)));

        assertRefused(
                check(forged),
                "the sender is " + victim.principal() + " but \"sender_pubkey\" belongs to " + identity.principal());
    }

    @Test
    void anAlteredRequestIsRefused() {
        for (var key : List.of(ED25519, P256, SECP256K1)) {
            var identity = new Identity.KeyHolder(key);
            byte[] envelope = identity.sign(call(identity, EXPIRY)).envelope();
            byte[] altered = changed(envelope, "content", _ -> ContentFormat.encode(call(identity, EXPIRY - 1)));

            assertRefused(
                    check(altered),
                    "\"sender_sig\" is not a signature by the key it claims: the request was altered, or signed with"
                            + " another key");
        }
    }

    @Test
    void aSignatureOfAnotherLengthOrOfNothingIsRefused() {
        for (var key : List.of(ED25519, P256, SECP256K1)) {
            var identity = new Identity.KeyHolder(key);
            byte[] envelope = identity.sign(call(identity, EXPIRY)).envelope();
            for (byte[] signature : List.of(new byte[0], new byte[63], new byte[64], new byte[65])) {
                assertThat(check(changed(envelope, "sender_sig", _ -> CborValue.bytes(signature))))
                        .isInstanceOf(Authentication.Verdict.Refused.class);
            }
        }
    }

    @Test
    void aMissingHalfOfTheProofIsNamed() {
        var identity = new Identity.KeyHolder(ED25519);
        byte[] envelope = identity.sign(call(identity, EXPIRY)).envelope();

        assertRefused(
                check(without(envelope, "sender_sig")), "the request has \"sender_pubkey\" but lacks \"sender_sig\"");
        assertRefused(
                check(without(envelope, "sender_pubkey")),
                "the request has \"sender_sig\" but lacks \"sender_pubkey\"");
        assertRefused(
                check(without(without(envelope, "sender_pubkey"), "sender_sig")),
                "the request of " + identity.principal()
                        + " carries no signature; only the anonymous sender 2vxsx-fae may omit it");
    }

    @Test
    void aKeyOfAnUnknownSchemeIsNamed() {
        byte[] der = BlsSecretKey.fromSeed(new byte[32]).publicKey().der();
        var sender = Principal.selfAuthenticating(der);
        var content = new Content.QueryContent(
                sender, EXPIRY, Optional.empty(), CANISTER, "greet", new byte[0], Optional.empty());
        byte[] envelope = Cbor.encode(CborValue.map(
                CborValue.entry("content", ContentFormat.encode(content)),
                CborValue.entry("sender_pubkey", CborValue.bytes(der)),
                CborValue.entry("sender_sig", CborValue.bytes(new byte[48]))));

        assertThat(check(envelope).toString()).contains("unsupported signature scheme: the public key 308182301d060d");
    }

    private static Identity.Delegated delegated(Delegation delegation) {
        return new Identity.Delegated(
                ED25519.publicKey().der(),
                List.of(new Delegation.Signed(delegation, ED25519.sign(delegation.signedBytes()))),
                P256);
    }

    private static Delegation toP256(long expiration, Optional<List<Principal>> targets) {
        return Delegation.of(P256.publicKey().der(), expiration, targets);
    }

    @Test
    void aDelegatedKeySignsForTheFirstKeyOfTheChain() {
        var identity = delegated(toP256(EXPIRY, Optional.empty()));

        assertThat(identity.principal()).isEqualTo(ED25519.publicKey().principal());
        assertThat(check(identity, call(identity, EXPIRY)))
                .isEqualTo(new Authentication.Verdict.Genuine(Optional.empty()));
    }

    @Test
    void aLongerChainIsFollowedToItsEndAndItsTargetsIntersect() {
        var first = Delegation.of(P256.publicKey().der(), EXPIRY, Optional.of(List.of(CANISTER, OTHER_CANISTER)));
        var second = Delegation.of(SECP256K1.publicKey().der(), EXPIRY, Optional.of(List.of(CANISTER)));
        var identity = new Identity.Delegated(
                ED25519.publicKey().der(),
                List.of(
                        new Delegation.Signed(first, ED25519.sign(first.signedBytes())),
                        new Delegation.Signed(second, P256.sign(second.signedBytes()))),
                SECP256K1);

        assertThat(check(identity, call(identity, EXPIRY)))
                .isEqualTo(new Authentication.Verdict.Genuine(Optional.of(Set.of(CANISTER))));
        var readState = check(identity, readState(identity, EXPIRY));
        assertThat(readState).isInstanceOfSatisfying(Authentication.Verdict.Genuine.class, genuine -> {
            assertThat(genuine.covers(CANISTER)).isTrue();
            assertThat(genuine.covers(OTHER_CANISTER)).isFalse();
        });
    }

    @Test
    void aDelegationForOtherCanistersIsRefused() {
        var identity = delegated(toP256(EXPIRY, Optional.of(List.of(OTHER_CANISTER))));

        assertRefused(check(identity, call(identity, EXPIRY)), "the delegations do not cover canister " + CANISTER);
    }

    @Test
    void anExpiredDelegationIsRefused() {
        var identity = delegated(toP256(NOW, Optional.empty()));

        assertRefused(
                check(identity, call(identity, EXPIRY)),
                "delegation 1 of 1 expired at 2026-09-21T14:13:20Z; by this node's clock it is 2026-09-21T14:13:20Z");
    }

    @Test
    void aDelegationForQueriesPermitsNoCall() {
        var identity = delegated(toP256(EXPIRY, Optional.empty()).withPermissions("queries"));

        assertGenuine(check(identity, query(identity, EXPIRY)));
        assertGenuine(check(identity, readState(identity, EXPIRY)));
        assertRefused(
                check(identity, call(identity, EXPIRY)), "delegation 1 of 1 permits queries only, but this is a call");
    }

    @Test
    void aDelegationWithOtherPermissionsIsRefused() {
        var all = delegated(toP256(EXPIRY, Optional.empty()).withPermissions("all"));
        var odd = delegated(toP256(EXPIRY, Optional.empty()).withPermissions("some"));

        assertGenuine(check(all, call(all, EXPIRY)));
        assertRefused(
                check(odd, query(odd, EXPIRY)), "delegation 1 of 1 has permissions other than \"all\" and \"queries\"");
    }

    @Test
    void aDelegationSignedByAnotherKeyIsRefused() {
        var delegation = toP256(EXPIRY, Optional.empty());
        var identity = new Identity.Delegated(
                ED25519.publicKey().der(),
                List.of(new Delegation.Signed(delegation, SECP256K1.sign(delegation.signedBytes()))),
                P256);

        assertThat(check(identity, call(identity, EXPIRY)).toString())
                .contains("the signature of delegation 1 of 1 is not a signature by the key it claims");
    }

    @Test
    void aChainThatReturnsToAnEarlierKeyIsRefused() {
        var there = toP256(EXPIRY, Optional.empty());
        var back = Delegation.of(ED25519.publicKey().der(), EXPIRY, Optional.empty());
        var identity = new Identity.Delegated(
                ED25519.publicKey().der(),
                List.of(
                        new Delegation.Signed(there, ED25519.sign(there.signedBytes())),
                        new Delegation.Signed(back, P256.sign(back.signedBytes()))),
                ED25519);

        assertRefused(
                check(identity, call(identity, EXPIRY)),
                "delegation 2 of 2 leads back to a key that is already in the chain");
    }

    @Test
    void tooLongChainsAndTooManyTargetsAreRefused() {
        var delegation = toP256(EXPIRY, Optional.empty());
        var signed = new Delegation.Signed(delegation, ED25519.sign(delegation.signedBytes()));
        var chain = new Identity.Delegated(ED25519.publicKey().der(), Collections.nCopies(21, signed), P256);
        assertRefused(check(chain, call(chain, EXPIRY)), "a chain has at most 20 delegations, found 21");

        var targets = new ArrayList<Principal>();
        for (int i = 0; i <= 1_000; i++) {
            targets.add(Principal.ofCanisterNumber(i));
        }
        var wide = delegated(toP256(EXPIRY, Optional.of(targets)));
        assertRefused(
                check(wide, call(wide, EXPIRY)), "delegation 1 of 1 names 1001 targets; at most 1000 are allowed");
    }

    @Test
    void senderInfoNeedsACanisterThatSigns() {
        var identity = new Identity.KeyHolder(ED25519);
        var info = new SenderInfo(new byte[] {1}, CANISTER, new byte[] {2});
        var content = new Content.QueryContent(
                identity.principal(), EXPIRY, Optional.empty(), CANISTER, "greet", new byte[0], Optional.of(info));

        assertRefused(check(identity, content), "\"sender_info\" is only allowed when a canister signs for the sender");
    }

    @Test
    void aContentThatNamesAnotherSenderIsNotSigned() {
        assertThatThrownBy(() -> new Identity.Anonymous().sign(call(new Identity.KeyHolder(P256), EXPIRY)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but the identity is 2vxsx-fae");
    }
}
