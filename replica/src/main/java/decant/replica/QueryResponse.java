package decant.replica;

import decant.base.Principal;

/// What became of a query.
public sealed interface QueryResponse {
    /// The canister answered `argument`.
    record Replied(byte[] argument, NodeSignature signature) implements QueryResponse {}

    /// The query was rejected, by the canister or on its way.
    record Rejected(int rejectCode, String errorCode, String message, NodeSignature signature)
            implements QueryResponse {}

    /// The query was not even considered.
    record Denied(Denial denial) implements QueryResponse {}

    /// The node's word for an answer that no certificate covers: Ed25519 over the answer, the request id and the time.
    record NodeSignature(long timestampNanos, byte[] signature, Principal node) {}
}
