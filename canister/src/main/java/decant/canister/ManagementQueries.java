package decant.canister;

import decant.base.Principal;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;

/// The methods of the management canister that a composite query may call.
@FunctionalInterface
public interface ManagementQueries {
    /// Answers every call as a subnet without a management canister would.
    ManagementQueries NONE = (_, _, method, _) -> new Payload.Reject(
            ErrorCode.CANISTER_METHOD_NOT_FOUND, "Management canister has no query method '" + method + "'.");

    Payload query(SubnetState subnet, Principal caller, String method, byte[] argument);
}
