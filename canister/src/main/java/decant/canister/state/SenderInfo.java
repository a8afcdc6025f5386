package decant.canister.state;

import decant.base.Principal;

/// What the signer of an ingress message, itself a canister, says of the sender.
public record SenderInfo(Principal signer, byte[] data) {}
