package decant.canister.system;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.management.Management;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import java.util.List;
import java.util.Optional;

/// Cycles that go from a system canister to others: into new ones, or into those that are there.
///
/// It calls the management canister as any canister would, only that the answer is there at once.
record Funding(Management management, SystemId giver) {
    private static final Type CREATED = Type.parse("record { canister_id : principal }");

    /// What became of the cycles.
    sealed interface Outcome {
        record Given(SubnetState next, Principal canister) implements Outcome {}

        record Refused(Payload.Reject reject) implements Outcome {}
    }

    /// What a new canister is to be, as the request to a ledger or to the cycles minting canister says.
    record Wishes(Principal controller, Optional<Value> settings, Optional<Value> subnetSelection) {}

    /// Makes a canister with these cycles. Where no controllers are wished for, there is `controller`.
    Outcome create(SubnetState subnet, Wishes wishes, Cycles cycles, Env env) {
        var elsewhere = wishes.subnetSelection()
                .filter(selection -> selection.is("Subnet"))
                .map(selection -> selection.payload().field("subnet").toPrincipal())
                .filter(wanted -> !wanted.equals(env.subnetId()));
        if (elsewhere.isPresent()) {
            return new Outcome.Refused(new Payload.Reject(
                    ErrorCode.SUBNET_NOT_FOUND,
                    "Subnet " + elsewhere.get() + " is not here; the one subnet of this node is " + env.subnetId()
                            + "."));
        }
        var settings = wishes.settings().orElseGet(Value::record);
        var owned = settings.optionalField("controllers").isPresent()
                ? settings
                : ((Value.Record) settings)
                        .with("controllers", Value.some(Value.vec(List.of(Value.principal(wishes.controller())))));
        return given(subnet, "create_canister", Value.record().with("settings", Value.some(owned)), cycles, env);
    }

    /// Adds these cycles to a canister.
    Outcome topUp(SubnetState subnet, Principal canister, Cycles cycles, Env env) {
        return given(
                subnet, "deposit_cycles", Value.record().with("canister_id", Value.principal(canister)), cycles, env);
    }

    private Outcome given(SubnetState subnet, String method, Value argument, Cycles cycles, Env env) {
        var call = Management.callBy(giver.principal(), method, argument, cycles);
        var outcome = management.execute(subnet, call, env);
        return switch (outcome.answers().getLast().payload()) {
            case Payload.Reply(var data) ->
                new Outcome.Given(
                        outcome.next(),
                        method.equals("create_canister")
                                ? Candid.decode(data, CREATED, Quota.DEFAULT)
                                        .field("canister_id")
                                        .toPrincipal()
                                : argument.field("canister_id").toPrincipal());
            case Payload.Reject reject -> new Outcome.Refused(reject);
        };
    }
}
