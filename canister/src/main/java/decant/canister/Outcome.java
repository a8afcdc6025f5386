package decant.canister;

import decant.canister.state.Answer;
import decant.canister.state.CanisterState;
import decant.canister.state.Message;
import java.util.List;

/// What executing one message came to. Nothing is undone: what failed left no trace but log lines.
///
/// `answers` go to whoever waits: the caller of the call context that was answered, and, if the canister stopped,
/// the callers of `stop_canister`.
public sealed interface Outcome {
    CanisterState next();

    List<Answer> answers();

    long instructionsUsed();

    /// {@return how many pages of 4 KiB were written in the heap, and read or written in stable memory, by code that
    /// ran to its end}
    default long pagesTouched() {
        return 0;
    }

    /// The code ran to its end. `calls` are to be delivered to their receivers.
    record Completed(
            CanisterState next,
            List<Message.Request> calls,
            List<Answer> answers,
            long instructionsUsed,
            long pagesTouched)
            implements Outcome {}

    /// The code trapped or violated its contract.
    record Trapped(CanisterState next, Failure failure, List<Answer> answers, long instructionsUsed)
            implements Outcome {}

    /// No code ran: the message was refused, or there was nothing to run.
    record Skipped(CanisterState next, List<Answer> answers) implements Outcome {
        @Override
        public long instructionsUsed() {
            return 0;
        }
    }
}
