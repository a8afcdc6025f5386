package decant.canister;

import java.util.List;

/// The calls that users made to a canister since a restore point, as far as they were recorded.
public sealed interface Recording {
    /// All of them, the oldest first. Some may still wait for their execution.
    ///
    /// @param restorePoint the number of the restore point
    record Known(long restorePoint, List<RecordedCall> calls) implements Recording {
        public Known {
            calls = List.copyOf(calls);
        }
    }

    /// They are not known.
    ///
    /// @param why a sentence
    record Missing(String why) implements Recording {}
}
