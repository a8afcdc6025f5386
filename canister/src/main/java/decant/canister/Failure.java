package decant.canister;

import decant.base.Principal;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;

/// Why the code of a canister did not run to its end: the guest's fault.
public record Failure(ErrorCode error, String text) {
    /// {@return what the caller of canister `id` is told}
    public Payload.Reject reject(Principal id) {
        return new Payload.Reject(error, "Error from Canister " + id + ": " + text);
    }
}
