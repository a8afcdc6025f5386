package decant.canister;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload.Reject;
import java.util.Optional;

/// Why a message is refused before any code runs.
final class Refusals {
    private Refusals() {}

    /// {@return why the canister takes no calls, if it takes none}
    static Optional<Reject> ofCalls(CanisterState canister) {
        return switch (canister.status()) {
            case CanisterStatus.Stopping _ ->
                Optional.of(new Reject(ErrorCode.CANISTER_STOPPING, "Canister " + canister.id() + " is stopping"));
            case CanisterStatus.Stopped _ ->
                Optional.of(new Reject(ErrorCode.CANISTER_STOPPED, "Canister " + canister.id() + " is stopped"));
            case CanisterStatus.Running _ ->
                canister.code().isEmpty() ? Optional.of(noModule(canister.id())) : Optional.empty();
        };
    }

    static Reject noModule(Principal canister) {
        return new Reject(
                ErrorCode.CANISTER_WASM_MODULE_NOT_FOUND,
                "Error from Canister " + canister
                        + ": Attempted to execute a message, but the canister contains no Wasm module.");
    }

    static Reject notFound(Principal canister) {
        return new Reject(ErrorCode.CANISTER_NOT_FOUND, "Canister " + canister + " not found.");
    }

    static Reject noMethod(Principal canister, String kind, String method) {
        return new Reject(
                ErrorCode.CANISTER_METHOD_NOT_FOUND,
                "Error from Canister " + canister + ": Canister has no " + kind + " method '" + method + "'.");
    }

    static Reject noReply(Principal canister) {
        return new Reject(ErrorCode.CANISTER_DID_NOT_REPLY, "Canister " + canister + " did not reply to the call");
    }
}
