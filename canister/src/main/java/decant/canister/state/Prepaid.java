package decant.canister.state;

/// Cycles that a canister paid when it made a call, for what follows when the answer comes; what of them is not needed
/// comes back then.
///
/// @param execution for the callback
/// @param transmission for the bytes of the answer
public record Prepaid(Cycles execution, Cycles transmission) {
    public static final Prepaid NOTHING = new Prepaid(Cycles.ZERO, Cycles.ZERO);

    public Cycles total() {
        return execution.plus(transmission);
    }
}
