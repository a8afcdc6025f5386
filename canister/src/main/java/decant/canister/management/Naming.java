package decant.canister.management;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.ErrorCode;
import decant.canister.state.SubnetState;
import java.util.Optional;

/// Gives canisters names, so that people need not type ids. A name belongs to one canister of the node at a time.
final class Naming {
    private static final int LENGTH_MAX = 100;

    private Naming() {}

    static ManagementOutcome name(Turn turn) {
        var target = turn.controlledTarget();
        var name = turn.argument().field("name").toText();
        requireUsable(name);
        requireFree(turn, target, name);
        return turn.done(target.with(draft -> draft.name = Optional.of(name)));
    }

    private static void requireUsable(String name) {
        if (name.isBlank() || name.length() > LENGTH_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw Refusal.malformed(
                    "A canister's name must have 1 to " + LENGTH_MAX + " visible characters, found \"" + name + "\"");
        }
        if (isPrincipal(name)) {
            throw Refusal.malformed("A canister's name must not look like a principal, found \"" + name + "\"");
        }
    }

    private static boolean isPrincipal(String name) {
        try {
            Principal.parse(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void requireFree(Turn turn, CanisterState target, String name) {
        bearer(turn.subnet(), name).filter(id -> !id.equals(target.id())).ifPresent(other -> {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The name \"" + name + "\" belongs to canister " + other + "; rename or delete that one first.");
        });
    }

    /// {@return the canister that has this name}
    static Optional<Principal> bearer(SubnetState subnet, String name) {
        return subnet.canisters().values().stream()
                .filter(canister -> canister.name().equals(Optional.of(name)))
                .map(CanisterState::id)
                .findFirst();
    }
}
