package decant.wasm;

import java.util.Arrays;

/// How a call ended.
public sealed interface CallResult {
    /// The function returned. Results are slots, see {@link HostFunction}.
    record Returned(long[] results) implements CallResult {
        @Override
        public boolean equals(Object other) {
            return other instanceof Returned that && Arrays.equals(results, that.results);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(results);
        }

        @Override
        public String toString() {
            return "Returned" + Arrays.toString(results);
        }
    }

    /// The function trapped. Memory, globals and instruction counter are as the trap left them.
    record Trapped(Trap trap) implements CallResult {}
}
