/// Order and time: ingress, input log, rounds, queries, certification.
///
/// ```
/// try (var replica = Replica.open(ReplicaConfig.of(directory))) {
///     Served<CallResponse> served = replica.call(canister, envelope);    // blocks until certified or patience ends
/// }
/// ```
///
/// ```
/// Calls, Reads      any thread: envelope -> checked, admitted -> Mailbox | answered from the latest certified state
/// Writer            the one thread that owns the state: Mailbox -> Batch -> InputLog -> Round -> Certified -> Waiters
/// Round             State, Batch -> RoundResult; the same one whenever and wherever it is run
/// Checkpoints       behind the writer: now and then a State as records and images -> store
/// ```
///
/// A state is what the log determines, and nothing else. Recovery is the latest checkpoint and the log replayed from
/// there by the same `Round`; it ends in the state whose hash the node had before.
package decant.replica;
