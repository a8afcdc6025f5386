package decant.canister.management;

import decant.candid.Value;
import decant.canister.Lifecycle;
import decant.canister.state.CanisterState;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.ErrorCode;
import decant.canister.state.SubnetState;
import decant.canister.state.UpgradePolicy;
import java.util.Locale;
import java.util.Optional;

/// How freely canisters may be upgraded: controllers make it tighter, the node's operator sets it as needed.
final class Policies {
    private Policies() {}

    static UpgradePolicy of(Value policy) {
        return UpgradePolicy.valueOf(policy.tag().toUpperCase(Locale.ROOT));
    }

    /// {@return the policy `wanted`, which must not be looser than the one there is}
    static UpgradePolicy tightened(UpgradePolicy before, UpgradePolicy wanted) {
        if (before.isTighterThan(wanted)) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The upgrade policy is " + before
                            + " and can only be tightened by controllers, not loosened to "
                            + wanted + ". The operator of this node can do that, with"
                            + " decant_set_upgrade_policy.");
        }
        return wanted;
    }

    /// Code and state of an immutable canister stay what they are.
    static void requireReplaceable(CanisterState canister) {
        Lifecycle.immutability(canister).ifPresent(immutable -> {
            throw new Refusal(immutable);
        });
    }

    static ManagementOutcome set(Turn turn) {
        if (!turn.subnet().charter().operator().equals(Optional.of(turn.sender()))) {
            throw Refusal.notOperator(turn.sender());
        }
        var target = turn.target();
        var policy = of(turn.argument().field("policy"));
        var before = target.settings().upgradePolicy();
        var next = target.with(draft -> {
            draft.settings = draft.settings.with(settings -> settings.upgradePolicy = policy);
            draft.version++;
        });
        return turn.done(changed(turn, next, before, true));
    }

    /// {@return the subnet with the canister, whose history says that its policy was changed}
    static SubnetState changed(Turn turn, CanisterState canister, UpgradePolicy before, boolean byOperator) {
        var event = new Event.PolicyChange(before, canister.settings().upgradePolicy(), byOperator);
        var chronicle = turn.subnet().chronicle(canister.id()).plus(turn.env().timeNanos(), turn.changeOrigin(), event);
        return turn.subnet().with(canister).withChronicle(canister.id(), chronicle);
    }
}
