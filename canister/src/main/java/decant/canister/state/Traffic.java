package decant.canister.state;

/// How much room calls that are not answered yet take up: those of a canister, or of a subnet.
///
/// @param guaranteedBytes the most that requests and answers of calls with guaranteed response can occupy
/// @param bestEffortBytes what the requests of calls with best-effort response occupy that nobody has begun to execute
public record Traffic(long calls, long guaranteedBytes, long bestEffortBytes) {
    public static final Traffic NONE = new Traffic(0, 0, 0);

    /// As many calls as a subnet's canisters may wait for, except that each may always wait for a few.
    public static final long CALLS_MAX = 1_000_000;

    public static final long GUARANTEED_CALLS_OF_A_CANISTER = 50;

    /// As much as a subnet has for calls with guaranteed response, and for the others.
    public static final long GUARANTEED_BYTES_MAX = 15L << 30;

    public static final long BEST_EFFORT_BYTES_MAX = 5L << 30;

    /// What is set aside for a call with guaranteed response: the largest answer.
    public static final long ANSWER_BYTES_MAX = 2L << 20;

    /// {@return this with one more call}
    public Traffic plus(boolean isGuaranteed, long requestBytes) {
        return isGuaranteed
                ? new Traffic(calls + 1, guaranteedBytes + reservation(requestBytes), bestEffortBytes)
                : new Traffic(calls + 1, guaranteedBytes, bestEffortBytes + requestBytes);
    }

    Traffic plus(Callback callback) {
        return plus(callback.deadlineNanos() == 0, callback.requestBytes());
    }

    Traffic minus(Callback callback) {
        return minus(NONE.plus(callback));
    }

    public Traffic plus(Traffic other) {
        return new Traffic(
                calls + other.calls, guaranteedBytes + other.guaranteedBytes, bestEffortBytes + other.bestEffortBytes);
    }

    public Traffic minus(Traffic other) {
        return new Traffic(
                calls - other.calls, guaranteedBytes - other.guaranteedBytes, bestEffortBytes - other.bestEffortBytes);
    }

    /// {@return whether a subnet has room for what is guaranteed: for the rest it makes room}
    public boolean fits() {
        return guaranteedBytes <= GUARANTEED_BYTES_MAX;
    }

    private static long reservation(long requestBytes) {
        return Math.max(requestBytes, ANSWER_BYTES_MAX);
    }
}
