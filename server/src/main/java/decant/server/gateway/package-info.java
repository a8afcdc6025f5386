/// The HTTP gateway: turns requests of browsers into calls of canisters, and passes on only answers that are proven.
///
/// Interface specification, "The HTTP Gateway protocol". Knows no sockets.
///
/// ```text
/// Addresses        host, query, referer -> which canister is meant
/// Gateway          canister, PageRequest -> Delivery
///   Canisters        http_request, http_request_update, callbacks, on the replica
///   PageInterface    their arguments and results, in Candid
///   Verification     request, answer -> Verdict
///     CertificateHeader  certificate, witness, expression path
///     Expression         what of request and response is certified
///     ExpressionPath     whether the witness proves that this path is the one that counts
///     PageHash           the hashes that the witness must hold
///   ErrorPage        why there is nothing else to show
/// ```
package decant.server.gateway;
