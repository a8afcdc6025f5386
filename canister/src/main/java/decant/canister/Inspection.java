package decant.canister;

import decant.canister.state.Payload;

/// Whether a canister lets an ingress message in.
public sealed interface Inspection {
    record Accepted() implements Inspection {}

    record Refused(Payload.Reject reject) implements Inspection {}
}
