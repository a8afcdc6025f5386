package decant.protocol;

import decant.base.Principal;

/// What a canister that signs for its users attests about the sender of a request.
public record SenderInfo(byte[] info, Principal signer, byte[] signature) {}
