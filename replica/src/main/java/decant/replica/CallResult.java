package decant.replica;

/// What became of an update call.
public sealed interface CallResult {
    /// The call ended within the caller's patience; `certificate` proves its reply or reject under
    /// `/request_status/<request id>`.
    record Certified(byte[] certificate) implements CallResult {}

    /// The call is durable and in order, and still on its way: its state can be read.
    record Accepted() implements CallResult {}

    /// The canister, or its state, did not let the call in. It left no trace, and the answer is not certified.
    record NotAdmitted(int rejectCode, String errorCode, String message) implements CallResult {}

    /// The call was not even considered.
    record Denied(Denial denial) implements CallResult {}
}
