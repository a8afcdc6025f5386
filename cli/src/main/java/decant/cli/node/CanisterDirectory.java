package decant.cli.node;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.SubnetState;
import decant.cli.terminal.CommandFailure;
import java.util.Optional;
import java.util.stream.Collectors;

/// The names that the canisters of a node have.
public final class CanisterDirectory {
    private final ManagementCanister management;

    public CanisterDirectory(ManagementCanister management) {
        this.management = management;
    }

    /// {@return the canister that `text` means: a principal, or a name that the node knows}
    public Principal canister(String text) {
        return find(text).orElseThrow(() -> new CommandFailure(unknown(text)));
    }

    public Optional<Principal> find(String text) {
        return principal(text)
                .or(() -> management.list().stream()
                        .filter(listed -> listed.name().equals(Optional.of(text)))
                        .map(ManagementCanister.Listed::canister)
                        .findFirst());
    }

    /// {@return the canister that `text` means in the state of a node}
    public static Optional<CanisterState> find(SubnetState subnet, String text) {
        var principal = principal(text);
        return principal.isPresent()
                ? subnet.canister(principal.get())
                : subnet.canisters().values().stream()
                        .filter(canister -> canister.name().equals(Optional.of(text)))
                        .findFirst();
    }

    public static Optional<Principal> principal(String text) {
        try {
            return Optional.of(Principal.parse(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private String unknown(String text) {
        var names = management.list().stream()
                .flatMap(listed -> listed.name().stream())
                .sorted()
                .collect(Collectors.joining(", "));
        return "There is no canister \"" + text + "\" on this node. "
                + (names.isEmpty() ? "No canister has a name yet." : "There are: " + names + ".");
    }
}
