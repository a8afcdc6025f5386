package decant.protocol;

import decant.base.Principal;
import java.util.List;
import java.util.Optional;

/// What a request asks for, without the proof of who asks.
public sealed interface Content {
    int NONCE_BYTES_MAX = 32;
    int PATHS_MAX = 1_000;
    int LABELS_MAX = 127;

    /// {@return on whose behalf the request is made}
    Principal sender();

    /// {@return the time in nanoseconds since 1970 after which the request means nothing}
    long ingressExpiry();

    /// {@return bytes that tell apart requests that are otherwise equal}
    Optional<byte[]> nonce();

    /// A request that changes state: one method of one canister, ordered with all others.
    record CallContent(
            Principal sender,
            long ingressExpiry,
            Optional<byte[]> nonce,
            Principal canisterId,
            String methodName,
            byte[] argument,
            Optional<SenderInfo> senderInfo)
            implements Content {}

    /// A request that leaves no trace: one query method of one canister.
    record QueryContent(
            Principal sender,
            long ingressExpiry,
            Optional<byte[]> nonce,
            Principal canisterId,
            String methodName,
            byte[] argument,
            Optional<SenderInfo> senderInfo)
            implements Content {}

    /// A request for certified parts of the state tree. Each path is a list of labels.
    record ReadStateContent(Principal sender, long ingressExpiry, Optional<byte[]> nonce, List<List<byte[]>> paths)
            implements Content {}
}
