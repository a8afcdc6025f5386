package decant.canister.cycles;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;

/// What is said of canisters that cannot pay. How much they lack is for their controllers to know.
public final class OutOfCycles {
    private OutOfCycles() {}

    public static Payload.Reject reject(CanisterState canister, Cycles missing, Principal caller) {
        return new Payload.Reject(ErrorCode.CANISTER_OUT_OF_CYCLES, text(canister, missing, caller));
    }

    public static String text(CanisterState canister, Cycles missing, Principal caller) {
        return "Canister " + canister.id() + " is out of cycles"
                + (canister.settings().isController(caller)
                        ? ": please top up the canister with at least " + missing + " additional cycles"
                        : "");
    }

    /// {@return what is said where more cycles would be reserved than the canister's settings allow}
    public static String limitText(CanisterState canister, String what, Cycles reserved) {
        var limit = canister.settings().reservedCyclesLimit();
        return "Canister cannot " + what + " due to its reserved cycles limit. The current limit (" + limit
                + ") would be exceeded by " + reserved.minusAtMost(limit) + ".";
    }

    /// {@return what code is told that wants more memory than its canister could pay for}
    public static String growthText(long bytes, Cycles missing, boolean tellsHowMuch) {
        return "Canister cannot grow memory by " + bytes + " bytes due to insufficient cycles."
                + (tellsHowMuch ? " At least " + missing + " additional cycles are required." : "");
    }
}
