package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.util.Optional;

/// Who waits for the answer of a call context.
public sealed interface CallOrigin {
    /// {@return the principal `ic0.msg_caller` shows}
    Principal caller();

    /// A user, who looks for the answer under the request id.
    record FromUser(Hash requestId, Principal caller, Optional<SenderInfo> senderInfo) implements CallOrigin {}

    /// A canister, whose callback takes the answer. `deadlineNanos` is 0 for a call with guaranteed response.
    record FromCanister(Principal caller, long callbackId, long deadlineNanos) implements CallOrigin {}

    /// Nobody: a system task. Its call context cannot be answered.
    record FromSystem() implements CallOrigin {
        @Override
        public Principal caller() {
            return Principal.MANAGEMENT_CANISTER;
        }
    }
}
