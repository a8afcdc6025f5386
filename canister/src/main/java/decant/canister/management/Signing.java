package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.management.CanisterKeys.Algorithm;
import decant.canister.management.CanisterKeys.KeyId;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Signs and derives keys for canisters, and tells their public keys: `sign_with_ecdsa`, `sign_with_schnorr`,
/// `vetkd_derive_key` and what belongs to them.
final class Signing {
    private static final Set<String> KEY_NAMES = Set.of("dfx_test_key", "test_key_1", "key_1");
    private static final int PATH_MAX = 255;
    private static final int HASH_BYTES = 32;

    /// What a step of a derivation, or a signature, takes beside instructions of canisters, in instructions.
    private static final long STEP_INSTRUCTIONS = 20_000_000;

    private static final int VET_KEY_STEPS = 6;

    private final Optional<CanisterKeys> keys;

    Signing(Optional<CanisterKeys> keys) {
        this.keys = keys;
    }

    ManagementOutcome publicKey(Turn turn) {
        var owner = owner(turn);
        var path = path(turn);
        var key = keys().publicKey(keyId(turn), owner, path);
        return replied(
                turn,
                free(turn),
                Value.record()
                        .with("public_key", Value.blob(key.bytes()))
                        .with("chain_code", Value.blob(key.chainCode())),
                path);
    }

    private static Principal owner(Turn turn) {
        return turn.argument()
                .optionalField("canister_id")
                .map(Value::toPrincipal)
                .orElseGet(() -> requester(turn));
    }

    ManagementOutcome ecdsa(Turn turn) {
        byte[] hash = turn.argument().field("message_hash").toBytes();
        if (hash.length != HASH_BYTES) {
            throw Refusal.malformed("message_hash must have " + HASH_BYTES + " bytes, found " + hash.length);
        }
        return signed(turn, hash, Optional.empty());
    }

    ManagementOutcome schnorr(Turn turn) {
        var root = turn.argument()
                .optionalField("aux")
                .map(aux -> aux.payload().field("merkle_root_hash").toBytes());
        if (root.isPresent() && keyId(turn).algorithm() != Algorithm.BIP340_SECP256K1) {
            throw Refusal.malformed("aux bip341 belongs to the algorithm bip340secp256k1");
        }
        if (root.isPresent() && root.get().length != 0 && root.get().length != HASH_BYTES) {
            throw Refusal.malformed(
                    "merkle_root_hash must have no bytes or " + HASH_BYTES + ", found " + root.get().length);
        }
        return signed(turn, turn.argument().field("message").toBytes(), root);
    }

    private ManagementOutcome signed(Turn turn, byte[] message, Optional<byte[]> root) {
        var path = path(turn);
        byte[] signature = keys().sign(keyId(turn), requester(turn), path, message, root);
        var fee = Fees.take(turn, Fees.prices(turn.subnet()).signature(), CyclesUse.SIGNATURES);
        return replied(turn, fee, Value.record().with("signature", Value.blob(signature)), path);
    }

    ManagementOutcome vetPublicKey(Turn turn) {
        byte[] key = keys().vetPublicKey(
                        vetKeyName(turn),
                        owner(turn),
                        turn.argument().field("context").toBytes());
        return replied(turn, free(turn), Value.record().with("public_key", Value.blob(key)), 1);
    }

    /// What blinds the key is drawn from the subnet's randomness, so that a replay encrypts it alike.
    ManagementOutcome vetKey(Turn turn) {
        var argument = turn.argument();
        var draw = turn.subnet().randomness().draw();
        byte[] key = keys().vetKey(
                        vetKeyName(turn),
                        requester(turn),
                        argument.field("context").toBytes(),
                        argument.field("input").toBytes(),
                        argument.field("transport_public_key").toBytes(),
                        draw.bytes())
                .orElseThrow(() -> Refusal.malformed(
                        "transport_public_key must be a point of the group G1 of BLS12-381, compressed to 48 bytes"));
        var result = Value.record().with("encrypted_key", Value.blob(key));
        var fee = Fees.take(turn, Fees.prices(turn.subnet()).signature(), CyclesUse.SIGNATURES);
        var paid = new Fees.Taken(fee.subnet().withRandomness(draw.next()), fee.refund());
        return replied(turn, paid, result, VET_KEY_STEPS);
    }

    private static String vetKeyName(Turn turn) {
        return known(
                "bls12_381_g2", turn.argument().field("key_id").field("name").toText());
    }

    private static Fees.Taken free(Turn turn) {
        return new Fees.Taken(turn.subnet(), turn.call().cycles());
    }

    private static ManagementOutcome replied(Turn turn, Fees.Taken fee, Value result, List<byte[]> path) {
        return replied(turn, fee, result, 2 + path.size());
    }

    /// What is done takes time, too, which counts in a round.
    private static ManagementOutcome replied(Turn turn, Fees.Taken fee, Value result, int steps) {
        var reply = new Payload.Reply(Interface.reply(turn.method(), Optional.of(result)));
        var answer = new Answer(turn.call().origin(), reply, fee.refund());
        return new ManagementOutcome(fee.subnet(), List.of(answer), STEP_INSTRUCTIONS * steps);
    }

    private CanisterKeys keys() {
        return keys.orElseThrow(() -> new Refusal(
                ErrorCode.CANISTER_REJECTED_MESSAGE, "This subnet holds no keys to sign with for canisters."));
    }

    private static Principal requester(Turn turn) {
        return switch (turn.call().origin()) {
            case CallOrigin.FromCanister canister -> canister.caller();
            case CallOrigin.FromUser _, CallOrigin.FromSystem _ ->
                throw new AssertionError("BUG: only canisters have keys");
        };
    }

    private static List<byte[]> path(Turn turn) {
        var path = turn.argument().field("derivation_path").items();
        if (path.size() > PATH_MAX) {
            throw Refusal.malformed("a derivation path has at most " + PATH_MAX + " elements, found " + path.size());
        }
        return path.stream().map(Value::toBytes).toList();
    }

    private static KeyId keyId(Turn turn) {
        var id = turn.argument().field("key_id");
        var algorithm = id.find("curve").isPresent()
                ? Algorithm.ECDSA_SECP256K1
                : id.field("algorithm").is("ed25519") ? Algorithm.ED25519 : Algorithm.BIP340_SECP256K1;
        var name = known(
                algorithm.name().toLowerCase(Locale.ROOT), id.field("name").toText());
        return new KeyId(algorithm, name);
    }

    private static String known(String algorithm, String name) {
        if (!KEY_NAMES.contains(name)) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "Requested unknown threshold key: " + algorithm + ":" + name
                            + ", existing keys: dfx_test_key, test_key_1, key_1");
        }
        return name;
    }
}
