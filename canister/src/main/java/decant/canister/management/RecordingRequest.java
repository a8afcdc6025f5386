package decant.canister.management;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.RestorePoint;
import decant.canister.state.SubnetState;
import java.util.Optional;
import java.util.Set;

/// What has to be recorded for a call that makes other calls again: all calls of users that a canister executed after a
/// restore point.
///
/// They are those that the rounds after `timeNanos` took, and those that were `waiting` then.
///
/// @param restorePoint the number of the restore point
/// @param waiting by their request ids
public record RecordingRequest(Principal canister, long restorePoint, long timeNanos, Set<Hash> waiting) {
    public RecordingRequest {
        waiting = Set.copyOf(waiting);
    }

    /// A call that will be refused anyhow needs nothing.
    static Optional<RecordingRequest> of(SubnetState subnet, Method method, byte[] message) {
        try {
            var argument = Interface.argument(method, message);
            if (argument.optionalField("replay").isEmpty()) {
                return Optional.empty();
            }
            var id = argument.field("canister_id").toPrincipal();
            var today = Undoing.lastKnown(subnet, id);
            return Optional.of(of(id, Undoing.point(subnet.chronicle(id), today, argument)));
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    private static RecordingRequest of(Principal canister, RestorePoint point) {
        return new RecordingRequest(canister, point.number(), point.timeNanos(), Set.copyOf(point.waiting()));
    }
}
