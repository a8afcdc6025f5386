package decant.canister.state;

import decant.base.Principal;
import java.util.Optional;

/// What was laid down when a node was set up: how freely its canisters may be upgraded unless they say otherwise, the
/// principal of its operator, who alone may loosen that for a canister, whether anonymous users find cycles and ICP on
/// the ledgers, as is good for development, and what canisters pay.
public record Charter(
        UpgradePolicy defaultPolicy, Optional<Principal> operator, boolean endowsAnonymous, CostSchedule costSchedule) {
    /// A node without an operator whose canisters are upgraded as on the Internet Computer.
    public static final Charter OPEN = new Charter(UpgradePolicy.OPEN, Optional.empty(), false, CostSchedule.FREE);
}
