package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.util.Optional;

/// What a canister executes, one at a time.
public sealed interface Message {
    /// A user's update call, admitted and ordered. `envelopeBytes` is how much was sent, signature and all.
    record Ingress(
            Hash requestId,
            Principal sender,
            Optional<SenderInfo> senderInfo,
            Principal receiver,
            String method,
            byte[] argument,
            long expiryNanos,
            int envelopeBytes)
            implements Message {
        /// A call that nobody sent in an envelope.
        public Ingress(
                Hash requestId,
                Principal sender,
                Optional<SenderInfo> senderInfo,
                Principal receiver,
                String method,
                byte[] argument,
                long expiryNanos) {
            this(requestId, sender, senderInfo, receiver, method, argument, expiryNanos, 0);
        }
    }

    /// A canister's call of another canister. `deadlineNanos` is 0 for a call with guaranteed response.
    record Request(
            Principal sender,
            long callbackId,
            Principal receiver,
            String method,
            byte[] argument,
            Cycles cycles,
            long deadlineNanos)
            implements Message {}

    /// The answer to a `Request`; `originator` is who called, `respondent` who was called.
    record Response(Principal originator, long callbackId, Principal respondent, Payload payload, Cycles refund)
            implements Message {}

    /// A call the system itself makes when its time has come.
    record Task(TaskKind kind) implements Message {}
}
