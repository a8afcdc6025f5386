package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Cycles;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One call being answered: the subnet as the call found it, what it asks for, and who asks.
record Turn(SubnetState subnet, ManagementCall call, Method method, Value argument, Env env) {
    Principal sender() {
        return call.origin().caller();
    }

    /// {@return the canister that the argument's field `canister_id` names, which must exist}
    CanisterState target() {
        return canister(argument.field("canister_id").toPrincipal());
    }

    CanisterState canister(Principal id) {
        return subnet.canister(id).orElseThrow(() -> Refusal.notFound(id));
    }

    /// {@return the canister named by `canister_id`, which must be the sender's to control}
    CanisterState controlledTarget() {
        var target = target();
        Authority.requireController(target, sender());
        return target;
    }

    /// {@return the canister named by `canister_id`, which must be the sender's to control, or the sender the operator}
    CanisterState administeredTarget() {
        return Authority.isOperator(subnet, sender()) ? target() : controlledTarget();
    }

    /// {@return who the canister's history says did it}
    Change.Origin changeOrigin() {
        return switch (call.origin()) {
            case CallOrigin.FromUser user -> new Change.Origin.FromUser(user.caller());
            case CallOrigin.FromCanister canister ->
                new Change.Origin.FromCanister(canister.caller(), senderCanisterVersion());
            case CallOrigin.FromSystem _ ->
                throw new AssertionError("BUG: no system task calls the management canister");
        };
    }

    private OptionalLong senderCanisterVersion() {
        return argument.optionalField("sender_canister_version").stream()
                .mapToLong(version -> version.toBigInteger().longValue())
                .findFirst();
    }

    /// {@return the outcome of a method without results, with the canister replaced}
    ManagementOutcome done(CanisterState next) {
        return done(subnet.with(next));
    }

    ManagementOutcome done(SubnetState next) {
        return answered(next, Optional.empty(), call.cycles());
    }

    /// {@return the outcome of a method with a result; the cycles that came with the call go back}
    ManagementOutcome replied(SubnetState next, Value result) {
        return answered(next, Optional.of(result), call.cycles());
    }

    /// {@return the outcome of a method that keeps all cycles but `refund`}
    ManagementOutcome answered(SubnetState next, Optional<Value> result, Cycles refund) {
        var reply = new Payload.Reply(Interface.reply(method, result));
        return new ManagementOutcome(next, List.of(new Answer(call.origin(), reply, refund)), 0);
    }

    ManagementOutcome rejected(SubnetState next, Payload.Reject reject, long instructionsUsed) {
        return new ManagementOutcome(next, List.of(new Answer(call.origin(), reject, call.cycles())), instructionsUsed);
    }

    /// {@return the outcome of a method without results that set the answers of other calls free}
    ManagementOutcome done(CanisterState next, List<Answer> setFree) {
        return done(subnet.with(next), setFree);
    }

    ManagementOutcome done(SubnetState next, List<Answer> setFree) {
        var own = done(next);
        var answers = new ArrayList<>(setFree);
        answers.addAll(own.answers());
        return new ManagementOutcome(own.next(), List.copyOf(answers), 0);
    }
}
