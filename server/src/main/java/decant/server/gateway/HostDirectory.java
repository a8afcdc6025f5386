package decant.server.gateway;

import decant.base.Principal;
import java.util.Optional;

/// Who has a host, or a name.
@FunctionalInterface
public interface HostDirectory {
    /// {@return the canister that is reached there, if one is}
    Optional<Principal> canister(String name);
}
