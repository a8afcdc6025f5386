package decant.canister.state;

/// A call being worked on by a canister, from its first execution until it is answered and no callback is outstanding.
///
/// `available` are the cycles that came with the call and were not accepted yet. `deleted` marks a context whose code
/// was uninstalled: it was rejected, and waits only for responses so that their refunds arrive.
public record CallContext(
        CallOrigin origin,
        long startedNanos,
        Cycles available,
        boolean responded,
        boolean deleted,
        int outstandingCalls,
        long instructionsUsed) {

    /// {@return the context of a call that arrives at `startedNanos` with `available` cycles}
    public static CallContext of(CallOrigin origin, long startedNanos, Cycles available) {
        return new CallContext(origin, startedNanos, available, false, false, 0, 0);
    }

    /// {@return whether somebody still waits for an answer}
    public boolean awaitsAnswer() {
        return !responded && !deleted && !(origin instanceof CallOrigin.FromSystem);
    }

    CallContext withOutstandingCalls(int calls) {
        return new CallContext(origin, startedNanos, available, responded, deleted, calls, instructionsUsed);
    }

    /// {@return the context after its answer was given: the rest of the cycles went with it}
    public CallContext answered() {
        return new CallContext(origin, startedNanos, Cycles.ZERO, true, deleted, outstandingCalls, instructionsUsed);
    }

    /// {@return the context after the code it ran in was uninstalled}
    public CallContext abandoned() {
        return new CallContext(origin, startedNanos, Cycles.ZERO, true, true, outstandingCalls, instructionsUsed);
    }

    /// {@return the context after an execution that left `rest` cycles unaccepted}
    public CallContext withAvailable(Cycles rest) {
        return new CallContext(origin, startedNanos, rest, responded, deleted, outstandingCalls, instructionsUsed);
    }

    /// {@return the context after an execution that used `instructions`}
    public CallContext plusInstructions(long instructions) {
        return new CallContext(
                origin, startedNanos, available, responded, deleted, outstandingCalls, instructionsUsed + instructions);
    }
}
