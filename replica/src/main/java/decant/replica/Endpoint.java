package decant.replica;

import decant.base.Principal;

/// What a request of the HTTP interface is addressed to.
sealed interface Endpoint {
    /// A canister, or the management canister: the effective canister id.
    record OfCanister(Principal id) implements Endpoint {}

    /// A subnet: the effective subnet id.
    record OfSubnet(Principal id) implements Endpoint {}
}
