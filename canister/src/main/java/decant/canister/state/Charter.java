package decant.canister.state;

import decant.base.Principal;
import java.util.Optional;

/// What was laid down when a node was set up: how freely its canisters may be upgraded unless they say otherwise, and
/// the principal of its operator, who alone may loosen that for a canister.
public record Charter(UpgradePolicy defaultPolicy, Optional<Principal> operator) {
    /// A node without an operator whose canisters are upgraded as on the Internet Computer.
    public static final Charter OPEN = new Charter(UpgradePolicy.OPEN, Optional.empty());
}
