package decant.canister.state;

import org.pcollections.PVector;

/// Whether a canister takes calls.
public sealed interface CanisterStatus {
    record Running() implements CanisterStatus {}

    /// No new calls; open ones are finished. `waiting` are the `stop_canister` calls to answer when that is done.
    record Stopping(PVector<StopCall> waiting) implements CanisterStatus {}

    record Stopped() implements CanisterStatus {}

    /// A `stop_canister` call that waits, at most until `deadlineNanos`.
    record StopCall(CallOrigin origin, Cycles refund, long deadlineNanos) {}
}
