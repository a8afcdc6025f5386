package decant.replica;

/// A request that was not even considered: nothing about it is certified, signed or remembered.
public record Denial(Reason reason, String message) {
    /// Why a request was turned away, and what its sender may do about it.
    public enum Reason {
        /// The request does not have the form that the interface specification asks for; sending it again is useless.
        MALFORMED,
        /// The signature, the delegations or the expiry do not hold.
        UNAUTHENTICATED,
        /// The sender may not read or do this.
        FORBIDDEN,
        /// There is no such canister, subnet or method here.
        NOT_FOUND,
        /// More is waiting than this node takes; sending it again a little later is right.
        BUSY,
        /// The node is closing.
        CLOSING
    }
}
