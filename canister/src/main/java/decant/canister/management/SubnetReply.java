package decant.canister.management;

import decant.candid.Value;
import decant.canister.state.ErrorCode;
import java.util.List;

/// What the subnet is, which is one node: the replies of `subnet_info` and `node_metrics_history`.
final class SubnetReply {
    private static final String REPLICA_VERSION = "decant";

    private SubnetReply() {}

    static ManagementOutcome info(Turn turn) {
        requireOwnSubnet(turn);
        return turn.replied(
                turn.subnet(),
                Value.record()
                        .with("replica_version", Value.text(REPLICA_VERSION))
                        .with("registry_version", Value.nat64(1)));
    }

    /// Nodes are measured by the blocks that they propose to each other; one alone proposes none.
    static ManagementOutcome nodeMetrics(Turn turn) {
        requireOwnSubnet(turn);
        return turn.replied(turn.subnet(), Value.vec(List.of()));
    }

    private static void requireOwnSubnet(Turn turn) {
        var asked = turn.argument().field("subnet_id").toPrincipal();
        if (!asked.equals(turn.env().subnetId())) {
            throw new Refusal(
                    ErrorCode.SUBNET_NOT_FOUND,
                    "Subnet " + asked + " is not here; this node's is "
                            + turn.env().subnetId() + ".");
        }
    }
}
