package decant.canister.management;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.Settings;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/// Makes canisters.
final class Creation {
    private static final BigInteger PROVISIONAL_CYCLES = BigInteger.valueOf(100_000_000_000_000L);
    private static final int OPAQUE_ID_BYTES = 10;

    private Creation() {}

    /// Makes a canister from the cycles that came with the call: none with one of the operator, who so makes canisters
    /// only where nothing costs anything.
    static ManagementOutcome paid(Turn turn) {
        if (turn.call().origin() instanceof CallOrigin.FromUser) {
            Authority.requireCreator(turn.subnet(), turn.sender());
        }
        var fee = Fees.prices(turn.subnet()).creation();
        var given = turn.call().cycles();
        if (given.compareTo(fee) < 0) {
            throw new Refusal(
                    ErrorCode.INSUFFICIENT_CYCLES_FOR_CREATE_CANISTER,
                    "Creating a canister requires a fee of " + fee
                            + " that is deducted from the canister's initial balance but only " + given
                            + " cycles were received with the create_canister request.");
        }
        return at(turn, nextFreeNumber(turn.subnet()), given, fee, Cycles.ZERO);
    }

    /// Makes a canister from cycles out of nothing, at an id of the caller's choice if it has one.
    static ManagementOutcome provisional(Turn turn) {
        var amount = amount(turn.argument().optionalField("amount"));
        var cycles = turn.call().cycles();
        return turn.argument()
                .optionalField("specified_id")
                .map(id -> at(turn, specified(turn, id.toPrincipal()), amount, Cycles.ZERO, cycles))
                .orElseGet(() -> at(turn, nextFreeNumber(turn.subnet()), amount, Cycles.ZERO, cycles));
    }

    private static Cycles amount(Optional<Value> requested) {
        var amount = requested.map(Value::toBigInteger).orElse(PROVISIONAL_CYCLES);
        return Cycles.of(amount.min(Cycles.MAX.toBigInteger()));
    }

    /// Where a canister is made: its id, and the number to try first for the next one.
    private record Place(Principal id, long nextCanisterNumber) {}

    private static Place nextFreeNumber(SubnetState subnet) {
        long number = subnet.nextCanisterNumber();
        while (isTaken(subnet, Principal.ofCanisterNumber(number))) {
            number++;
        }
        return new Place(Principal.ofCanisterNumber(number), number + 1);
    }

    private static Place specified(Turn turn, Principal id) {
        byte[] bytes = id.bytes();
        if (bytes.length != OPAQUE_ID_BYTES || bytes[8] != 1 || bytes[9] != 1) {
            throw new Refusal(
                    ErrorCode.CANISTER_NOT_HOSTED_BY_SUBNET,
                    "Specified CanisterId " + id + " is not hosted by subnet.");
        }
        if (turn.subnet().canister(id).isPresent() || SystemId.of(id).isPresent()) {
            throw new Refusal(
                    ErrorCode.CANISTER_ID_ALREADY_EXISTS,
                    "Unsuccessful canister creation: canister id " + id + " already exists.");
        }
        if (turn.subnet().chronicles().containsKey(id)) {
            throw new Refusal(
                    ErrorCode.CANISTER_ID_ALREADY_EXISTS,
                    "Unsuccessful canister creation: canister id " + id + " belongs to a canister that was deleted and"
                            + " can still be brought back by its controllers, with decant_undo. Choose another id.");
        }
        return new Place(id, turn.subnet().nextCanisterNumber());
    }

    private static boolean isTaken(SubnetState subnet, Principal id) {
        return subnet.canister(id).isPresent() || subnet.chronicles().containsKey(id);
    }

    private static ManagementOutcome at(Turn turn, Place place, Cycles cycles, Cycles fee, Cycles refund) {
        var settings = settings(turn);
        var variables = settings.environmentVariables();
        var created = new Change(
                turn.env().timeNanos(),
                0,
                turn.changeOrigin(),
                new Change.Details.Creation(
                        TreePVector.from(settings.controllers()),
                        variables.isEmpty() ? Optional.empty() : Optional.of(hash(variables))));
        var bare = CanisterState.create(
                        place.id(), settings, cycles.minus(fee), turn.env().timeNanos())
                .with(draft -> {
                    draft.history = draft.history.plus(created);
                    draft.account = draft.account.plus(CyclesUse.CANISTER_CREATION, fee);
                });
        Fees.requireAllocations(turn.subnet(), bare, Settings.DEFAULT, settings);
        var canister = Fees.reserved(turn.subnet(), bare, Settings.DEFAULT);
        var next = turn.subnet().with(canister).withNextCanisterNumber(place.nextCanisterNumber());
        var reply = Value.record().with("canister_id", Value.principal(place.id()));
        return turn.answered(next, Optional.of(reply), refund);
    }

    /// Where the request names no controllers, the caller is the one.
    private static Settings settings(Turn turn) {
        var own = Settings.DEFAULT.with(draft -> {
            draft.controllers = TreePSet.singleton(turn.sender());
            draft.upgradePolicy = turn.subnet().charter().defaultPolicy();
        });
        return turn.argument()
                .optionalField("settings")
                .map(requested -> SettingsChange.apply(requested, own))
                .orElse(own);
    }

    /// {@return the hash of the variables in any order: over the sorted pairs of hashes of name and value}
    private static Hash hash(SortedMap<String, String> variables) {
        byte[][] pairs = variables.entrySet().stream()
                .map(variable -> ByteBuffer.allocate(2 * Hash.BYTES)
                        .put(hash(variable.getKey()))
                        .put(hash(variable.getValue()))
                        .array())
                .sorted(Arrays::compareUnsigned)
                .toArray(byte[][]::new);
        return Hash.sha256(pairs);
    }

    private static byte[] hash(String text) {
        return Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).bytes();
    }
}
