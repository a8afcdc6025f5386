package decant.canister.rehearsal;

/// What became of one probe.
///
/// @param probe the call, as `balanceOf("alice")`
/// @param before the old version's answer
/// @param after the new version's answer
public record ProbeResult(String probe, Outcome outcome, String before, String after) {
    /// How the answers compare.
    public enum Outcome {
        SAME,
        /// They differ as a rule allows.
        INTENDED,
        /// They differ, and so does the old version's own answer when it is asked at another time.
        VOLATILE,
        /// They differ in numbers that every upgrade makes greater by one: they count upgrades.
        COUNTED,
        /// They differ, and nothing says whether that is wanted.
        CHANGED,
        /// They differ, and something is gone.
        LOST,
        /// The old version replied, the new one does not.
        REFUSED,
        /// An old client cannot read the new reply.
        UNREADABLE,
        /// The old version does not reply either.
        NO_REPLY_BEFORE,
        /// A call to another canister would have to be answered first.
        UNANSWERED
    }
}
