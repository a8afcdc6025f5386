package decant.canister;

import decant.canister.ic0.Changes;
import decant.canister.state.Code;
import java.util.List;

/// How one run of one function of a canister ended.
sealed interface Run {
    /// {@return what was printed, and why it trapped, for the canister's log}
    List<byte[]> log();

    long instructionsUsed();

    PagesTouched touched();

    /// It returned; `code` has the memories as it left them, or as they were where it may change nothing.
    record Completed(Changes changes, Code code, List<byte[]> log, long instructionsUsed, PagesTouched touched)
            implements Run {}

    /// It trapped, and changed nothing.
    record Trapped(Failure failure, List<byte[]> log, long instructionsUsed, PagesTouched touched) implements Run {}
}
