package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Limits;
import decant.canister.management.ManagementCall;
import decant.canister.management.ManagementOutcome;
import decant.canister.state.CallOrigin;
import decant.canister.state.Cycles;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import java.nio.file.Path;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Has the management canister of a real machine sign for canisters.
final class KeyRingTest {
    private static final Principal WALLET = Principal.ofCanisterNumber(1);
    private static final Principal OTHER = Principal.ofCanisterNumber(2);
    private static final String ED25519 =
            "derivation_path = vec { blob \"a\"; blob \"\" }; key_id = record { algorithm = variant { ed25519 }; name = \"key_1\" }";
    private static final String ECDSA =
            "derivation_path = vec { blob \"a\" }; key_id = record { curve = variant { secp256k1 }; name = \"test_key_1\" }";

    @TempDir
    private Path folder;

    private ManagementOutcome outcome(Principal caller, String method, String argument) {
        var config = ReplicaConfig.of(folder);
        var keys = NodeKeys.openOrCreate(folder.resolve("keys"), config.entropy());
        var subnet = SubnetState.create(Hash.sha256(), 1);
        try (var machine = new Machine(keys, Limits.DEFAULT)) {
            var call = new ManagementCall(
                    new CallOrigin.FromCanister(caller, 1, 0),
                    method,
                    Candid.encode(Candid.parse("(record { " + argument + " })")),
                    Cycles.of(30_000_000_000L));
            var env = new Env(1, keys.subnetId(), keys.rootKeyDer(), Limits.DEFAULT);
            return machine.management().execute(subnet, call, env);
        }
    }

    private Value reply(Principal caller, String method, String argument) {
        return switch (outcome(caller, method, argument).answers().getFirst().payload()) {
            case Payload.Reply(var data) -> Candid.decode(data, Quota.DEFAULT).getFirst();
            case Payload.Reject reject -> throw new AssertionError(reject.toString());
        };
    }

    private byte[] publicKey(Principal caller, String method, String argument) {
        return reply(caller, method, argument).field("public_key").toBytes();
    }

    @Test
    void aCanisterSignsWithItsOwnKeyAlsoAfterARestart() {
        byte[] key = publicKey(WALLET, "schnorr_public_key", ED25519);
        byte[] signature = reply(WALLET, "sign_with_schnorr", "message = blob \"pay\"; " + ED25519)
                .field("signature")
                .toBytes();

        var verifier = new Ed25519Signer();
        verifier.init(false, new Ed25519PublicKeyParameters(key));
        verifier.update(new byte[] {'p', 'a', 'y'}, 0, 3);
        assertThat(verifier.verifySignature(signature)).isTrue();
        assertThat(reply(WALLET, "sign_with_schnorr", "message = blob \"pay\"; " + ED25519)
                        .field("signature")
                        .toBytes())
                .isEqualTo(signature);
        assertThat(reply(OTHER, "sign_with_schnorr", "message = blob \"pay\"; " + ED25519)
                        .field("signature")
                        .toBytes())
                .isNotEqualTo(signature);
    }

    @Test
    void everybodyMayAskForThePublicKeyOfACanister() {
        var named = "canister_id = opt principal \"" + WALLET + "\"; " + ECDSA;

        assertThat(publicKey(OTHER, "ecdsa_public_key", named))
                .hasSize(33)
                .isEqualTo(publicKey(WALLET, "ecdsa_public_key", ECDSA))
                .isNotEqualTo(publicKey(OTHER, "ecdsa_public_key", ECDSA));
    }

    @Test
    void aSignatureCountsInARoundAndGivesTheCyclesBack() {
        var hash = "message_hash = blob \"01234567890123456789012345678901\"; ";
        var outcome = outcome(WALLET, "sign_with_ecdsa", hash + ECDSA);

        assertThat(outcome.instructionsUsed()).isEqualTo(60_000_000);
        assertThat(outcome.answers().getFirst().refund()).isEqualTo(Cycles.of(30_000_000_000L));
        assertThat(outcome.answers().getFirst().payload()).isInstanceOf(Payload.Reply.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sign_with_ecdsa   | message_hash = blob \"short\"; ECDSA            | message_hash must have 32 bytes, found 5",
                "ecdsa_public_key  | derivation_path = vec {}; key_id = record { curve = variant { secp256k1 }; name = \"key_2\" }"
                        + " | Requested unknown threshold key: ecdsa_secp256k1:key_2",
                "sign_with_schnorr | message = blob \"\"; aux = opt variant { bip341 = record { merkle_root_hash = blob \"\" } }; ED25519"
                        + " | aux bip341 belongs to the algorithm bip340secp256k1",
                "vetkd_public_key  | context = blob \"\"; key_id = record { curve = variant { bls12_381_g2 }; name = \"key_2\" }"
                        + " | Requested unknown threshold key: bls12_381_g2:key_2",
                "vetkd_derive_key  | input = blob \"\"; context = blob \"\"; transport_public_key = blob \"\"; key_id = record {"
                        + " curve = variant { bls12_381_g2 }; name = \"key_1\" } | transport_public_key must be a point"
            })
    void whatCannotBeSignedIsRejectedWithItsReason(String method, String argument, String reason) {
        var whole = argument.replace("ECDSA", ECDSA).replace("ED25519", ED25519);
        var payload = outcome(WALLET, method, whole).answers().getFirst().payload();

        assertThat(payload)
                .isInstanceOfSatisfying(
                        Payload.Reject.class,
                        reject -> assertThat(reject.message()).contains(reason));
    }

    @Test
    void aPathHasAnEnd() {
        var path = "derivation_path = vec {" + "blob \"\";".repeat(256) + "}; key_id = record { algorithm = variant {"
                + " bip340secp256k1 }; name = \"dfx_test_key\" }";
        var payload =
                outcome(WALLET, "schnorr_public_key", path).answers().getFirst().payload();

        assertThat(payload.toString()).contains("at most 255 elements, found 256");
    }
}
