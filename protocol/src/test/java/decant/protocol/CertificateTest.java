package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CertificateTest {
    private static final BlsSecretKey ROOT = BlsSecretKey.fromSeed(new byte[32]);
    private static final BlsSecretKey SUBNET = BlsSecretKey.fromSeed(new byte[33]);
    private static final Principal SUBNET_ID = SUBNET.publicKey().subnetId();
    private static final Principal CANISTER = Principal.ofCanisterNumber(5);
    private static final Principal FOREIGN = Principal.ofCanisterNumber(500);
    private static final long TIME = 1_790_000_000_000_000_000L;
    private static final List<Certificate.CanisterRange> RANGES =
            List.of(new Certificate.CanisterRange(Principal.ofCanisterNumber(0), Principal.ofCanisterNumber(99)));

    private static final LabeledTree.Branch STATE =
            LabeledTree.Branch.EMPTY.with("time", LabeledTree.leaf(Nat.encode(TIME)));

    private static byte[] certify(
            LabeledTree tree, BlsSecretKey key, Optional<Certificate.SubnetDelegation> delegation) {
        return new Certificate(tree.whole(), Certificate.sign(key, tree.rootHash()), delegation).encode();
    }

    private static Optional<Certificate.SubnetDelegation> delegation(LabeledTree tree, BlsSecretKey key) {
        return Optional.of(new Certificate.SubnetDelegation(SUBNET_ID, certify(tree, key, Optional.empty())));
    }

    private static LabeledTree.Branch subnetTree(LabeledTree.Branch subnet) {
        return LabeledTree.Branch.EMPTY.with(
                "subnet",
                LabeledTree.Branch.EMPTY.with(
                        SUBNET_ID.bytes(),
                        subnet.with(
                                "public_key",
                                LabeledTree.leaf(SUBNET.publicKey().der()))));
    }

    private static LabeledTree.Branch flatRanges() {
        return subnetTree(
                LabeledTree.Branch.EMPTY.with("canister_ranges", LabeledTree.leaf(Certificate.encodeRanges(RANGES))));
    }

    private static LabeledTree.Branch shardedRanges() {
        return subnetTree(LabeledTree.Branch.EMPTY)
                .with(
                        "canister_ranges",
                        LabeledTree.Branch.EMPTY.with(
                                SUBNET_ID.bytes(),
                                LabeledTree.Branch.EMPTY.with(
                                        Principal.ofCanisterNumber(0).bytes(),
                                        LabeledTree.leaf(Certificate.encodeRanges(RANGES)))));
    }

    private static void assertUnproven(byte[] certificate, Principal canisterId, String reason) {
        assertThatThrownBy(() -> Certificate.decode(certificate).verify(ROOT.publicKey(), canisterId))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aCertificateOfTheRootSubnetIsVerifiedByTheRootKey() {
        var certificate = Certificate.decode(certify(STATE, ROOT, Optional.empty()));

        certificate.verify(ROOT.publicKey(), CANISTER);

        assertThat(certificate.time()).isEqualTo(TIME);
    }

    @Test
    void aCertificateByAnotherKeyIsRefused() {
        assertUnproven(
                certify(STATE, SUBNET, Optional.empty()),
                CANISTER,
                "the signature of the certificate is not by the expected key (is the root key that of this network?)");
    }

    @Test
    void anAlteredCertificateIsRefused() {
        byte[] signature = Certificate.sign(ROOT, STATE.rootHash());
        var forged = STATE.with("time", LabeledTree.leaf(Nat.encode(TIME + 1)));

        assertUnproven(
                new Certificate(forged.whole(), signature, Optional.empty()).encode(), CANISTER, "the signature");
    }

    @Test
    void oneSignatureServesEveryWitnessOfAState() {
        var state = STATE.with("canister", LabeledTree.Branch.EMPTY.with("x", LabeledTree.leaf("y")));
        byte[] signature = Certificate.sign(ROOT, state.rootHash());

        for (var path : List.of(Label.path("time"), Label.path("canister", "x"), Label.path("nowhere"))) {
            new Certificate(state.witness(List.of(path)), signature, Optional.empty())
                    .verify(ROOT.publicKey(), CANISTER);
        }
    }

    @Test
    void aDelegationProvesTheKeyOfASubnetAndItsCanisters() {
        for (var tree : List.of(flatRanges(), shardedRanges())) {
            byte[] certificate = certify(STATE, SUBNET, delegation(tree, ROOT));

            Certificate.decode(certificate).verify(ROOT.publicKey(), CANISTER);

            assertUnproven(certificate, FOREIGN, "which does not host canister " + FOREIGN);
        }
    }

    @Test
    void aDelegationByAnotherKeyIsRefused() {
        assertUnproven(
                certify(STATE, SUBNET, delegation(flatRanges(), SUBNET)), CANISTER, "is not by the expected key");
    }

    @Test
    void aDelegationInADelegationIsRefused() {
        byte[] inner = certify(flatRanges(), SUBNET, delegation(flatRanges(), ROOT));
        var nested = Optional.of(new Certificate.SubnetDelegation(SUBNET_ID, inner));

        assertUnproven(
                certify(STATE, SUBNET, nested),
                CANISTER,
                "the certificate of a delegation must not itself carry a delegation");
    }

    @Test
    void aDelegationWithoutRangesProvesNothing() {
        assertUnproven(
                certify(STATE, SUBNET, delegation(subnetTree(LabeledTree.Branch.EMPTY), ROOT)),
                CANISTER,
                "/\"canister_ranges\" is absent");
    }

    @Test
    void aValueThatIsNotThereIsNamedWithTheReason() {
        var certificate = new Certificate(
                STATE.with("z", LabeledTree.leaf("1")).witness(List.of(Label.path("time"))),
                new byte[48],
                Optional.empty());

        assertThatThrownBy(() -> certificate.found("a"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the certificate proves that /\"a\" is absent");
        assertThatThrownBy(() -> certificate.found("z"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the certificate does not reveal /\"z\"");
        assertThatThrownBy(() -> certificate.found("time", "x"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the certificate has no value at /\"time\"/\"x\"");
    }

    @Test
    void everyRequestStatusReadsBackFromTheTree() {
        var id = Hash.sha256(new byte[0]);
        for (RequestStatus status : List.of(
                new RequestStatus.Unknown(),
                new RequestStatus.Received(),
                new RequestStatus.Processing(),
                new RequestStatus.Done(),
                new RequestStatus.Ended(new Response.Rejected(5, "no", Optional.of("IC0503"))),
                new RequestStatus.Ended(new Response.Rejected(200, "no", Optional.empty())),
                new RequestStatus.Ended(new Response.Replied(new byte[] {1, 2})))) {
            var tree = status instanceof RequestStatus.Unknown
                    ? STATE
                    : STATE.with("request_status", LabeledTree.Branch.EMPTY.with(id.bytes(), status.toTree()));
            var certificate =
                    new Certificate(tree.witness(List.of(RequestStatus.path(id))), new byte[48], Optional.empty());

            assertThat(RequestStatus.of(certificate, id))
                    .usingRecursiveComparison()
                    .isEqualTo(status);
        }
    }

    @Test
    void numbersOfTheStateTreeAreLeb128OfSixtyFourBits() {
        for (long value : new long[] {0, 1, 127, 128, TIME, Long.MAX_VALUE, -1}) {
            assertThat(Nat.decode(Nat.encode(value))).isEqualTo(value);
        }
        for (byte[] bad : List.of(
                new byte[0],
                new byte[] {(byte) 0x80},
                new byte[] {1, 1},
                new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, 2},
                new byte[11])) {
            assertThatThrownBy(() -> Nat.decode(bad)).isInstanceOf(ProtocolException.class);
        }
    }
}
