package decant.server.gateway;

import decant.base.Principal;
import java.util.Optional;

/// The canisters behind a gateway, as anybody can ask them.
interface Canisters {
    /// {@return what the canister replied}
    ///
    /// @throws DeliveryException if it did not
    byte[] query(Principal canister, String method, byte[] argument);

    /// {@return what the canister replied to a call that may have changed its state}
    ///
    /// @throws DeliveryException if it did not, or not in time
    byte[] update(Principal canister, String method, byte[] argument);

    /// {@return the metadata of this name, if the canister has it and shows it to everybody}
    Optional<String> metadata(Principal canister, String name);

    /// {@return the node's time, in nanoseconds since 1970}
    long nowNanos();
}
