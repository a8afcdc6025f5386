package decant.canister;

import decant.base.Principal;
import decant.canister.state.SenderInfo;
import java.util.Optional;

/// A user's call that changes nothing.
public record Query(
        Principal sender, Optional<SenderInfo> senderInfo, Principal receiver, String method, byte[] argument) {}
