package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.ErrorCode;
import decant.canister.state.SubnetState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the subnet is, which is one node: the replies of `subnet_info`, `node_metrics_history` and `list_canisters`.
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

    /// {@return the ids of all canisters, those that follow each other as one range}
    static Value canisters(SubnetState subnet) {
        var ranges = new ArrayList<Value>();
        Optional<Principal> start = Optional.empty();
        Optional<Principal> end = Optional.empty();
        for (var id : subnet.canisters().keySet()) {
            if (end.isPresent() && !follows(id, end.get())) {
                ranges.add(range(start.orElseThrow(), end.get()));
                start = Optional.of(id);
            }
            start = start.or(() -> Optional.of(id));
            end = Optional.of(id);
        }
        if (end.isPresent()) {
            ranges.add(range(start.orElseThrow(), end.get()));
        }
        return Value.record().with("canisters", Value.vec(ranges));
    }

    private static boolean follows(Principal later, Principal earlier) {
        return later.equals(
                Principal.ofCanisterNumber(ByteBuffer.wrap(earlier.bytes()).getLong() + 1));
    }

    private static Value range(Principal start, Principal end) {
        return Value.record().with("start", Value.principal(start)).with("end", Value.principal(end));
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
