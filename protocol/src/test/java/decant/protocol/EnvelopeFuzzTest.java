package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Damages genuine envelopes and certificates: none may be believed any more, and none may do more than be
/// refused.
class EnvelopeFuzzTest {
    private static final long NOW = 1_790_000_000_000_000_000L;
    private static final BlsSecretKey ROOT = BlsSecretKey.fromSeed(new byte[32]);
    private static final Authentication AUTHENTICATION = new Authentication(ROOT.publicKey());
    private static final SigningKey FIRST = new SigningKey.Ed25519SigningKey(new byte[32]);
    private static final SigningKey SECOND = new SigningKey.EcdsaSigningKey(EcdsaCurve.P256, BigInteger.valueOf(99));

    private static Identity delegated() {
        var delegation =
                Delegation.of(SECOND.publicKey().der(), NOW + 1, Optional.of(List.of(Principal.ofCanisterNumber(1))));
        return new Identity.Delegated(
                FIRST.publicKey().der(),
                List.of(new Delegation.Signed(delegation, FIRST.sign(delegation.signedBytes()))),
                SECOND);
    }

    @Test
    void aDamagedEnvelopeIsRefusedOrStillTheSameRequest() {
        var random = new Random(5);
        for (var identity : List.of(new Identity.KeyHolder(FIRST), new Identity.KeyHolder(SECOND), delegated())) {
            var signed = identity.sign(new Content.CallContent(
                    identity.principal(),
                    NOW + 1,
                    Optional.of(new byte[] {1}),
                    Principal.ofCanisterNumber(1),
                    "greet",
                    new byte[20],
                    Optional.empty()));
            for (int i = 0; i < 1_500; i++) {
                byte[] damaged = signed.envelope().clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                try {
                    var envelope = Envelope.decode(damaged);
                    if (AUTHENTICATION.check(envelope, NOW) instanceof Authentication.Verdict.Genuine) {
                        assertThat(envelope.requestId()).isEqualTo(signed.requestId());
                    }
                } catch (ProtocolException refused) {
                    assertThat(refused.getMessage()).isNotEmpty();
                }
            }
        }
    }

    @Test
    void aDamagedCertificateIsRefusedOrProvesTheSameTree() {
        var random = new Random(6);
        var tree = LabeledTree.Branch.EMPTY
                .with("time", LabeledTree.leaf(Nat.encode(NOW)))
                .with("a", LabeledTree.Branch.EMPTY.with("b", LabeledTree.leaf("c")));
        byte[] certificate =
                new Certificate(tree.whole(), Certificate.sign(ROOT, tree.rootHash()), Optional.empty()).encode();
        for (int i = 0; i < 400; i++) {
            byte[] damaged = certificate.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                var read = Certificate.decode(damaged);
                read.verify(ROOT.publicKey(), Principal.ofCanisterNumber(1));
                assertThat(read.tree().rootHash()).isEqualTo(tree.rootHash());
                assertThat(read.time()).isEqualTo(NOW);
            } catch (ProtocolException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }
}
