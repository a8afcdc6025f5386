package decant.canister;

import decant.canister.ic0.Context;
import decant.canister.ic0.Incoming;
import decant.canister.ic0.Surroundings;
import decant.canister.state.CanisterState;
import decant.canister.state.Closure;
import decant.canister.state.Code;

/// A function to run, on which canister, for what, and with how much.
record RunRequest(
        Entry entry,
        Context context,
        CanisterState canister,
        Incoming incoming,
        Surroundings surroundings,
        Budget budget) {

    /// Where a run begins.
    sealed interface Entry {
        /// A function without parameters.
        record Function(int index) implements Entry {}

        /// A callback: found in the table when it is run.
        record Callback(Closure closure) implements Entry {}
    }

    /// The instructions left, of the `limit` that error messages name.
    record Budget(long instructions, long limit) {
        static Budget of(long limit) {
            return new Budget(limit, limit);
        }

        Budget minus(long used) {
            return new Budget(instructions - used, limit);
        }
    }

    Code code() {
        return canister.code().orElseThrow(() -> new AssertionError("BUG: " + canister.id() + " has no code to run"));
    }
}
