package decant.canister.check;

import decant.canister.state.Callback;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import decant.wasm.link.SlotProof;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Checks that the answers to calls that are open will be taken by the code that waits for them.
///
/// A call remembers the functions for its answer by their places in the module's table, and what to give them as an
/// address in the heap.
final class OpenCallsCheck {
    private static final int CALLS_SHOWN_MAX = 20;
    private static final String REMEDY = "stop the canister and wait until no call is open, then upgrade";

    private OpenCallsCheck() {}

    static List<Finding> findings(CodeFacts before, CodeFacts after, UpgradePlan plan) {
        if (plan.canister().isEmpty()) {
            return List.of(Check.OPEN_CALLS.unknown(
                    "no canister",
                    "a canister with its open calls",
                    "whether answers to open calls reach the code that waits for them is not known",
                    "check against the canister itself, or stop it before the upgrade"));
        }
        var callbacks = plan.canister().get().calls().callbacks();
        if (callbacks.isEmpty()) {
            return List.of();
        }
        if (before.module().isEmpty() || after.module().isEmpty()) {
            return List.of(Check.OPEN_CALLS.unknown(
                    callbacks.size() + " open calls, and not a module but a description of it",
                    "two modules",
                    "whether answers to open calls reach the code that waits for them is not known",
                    REMEDY));
        }
        var proof = new SlotProof(before.module().get(), after.module().get());
        var findings = new ArrayList<Finding>();
        for (var entry : callbacks.entrySet()) {
            if (findings.size() == CALLS_SHOWN_MAX) {
                break;
            }
            finding(entry.getKey(), entry.getValue(), proof, plan.keepsHeap(before))
                    .ifPresent(findings::add);
        }
        return findings;
    }

    private static Optional<Finding> finding(long callbackId, Callback callback, SlotProof proof, boolean keepsHeap) {
        var path = "call " + callbackId + " to " + callback.callee();
        for (var entry : slots(callback).entrySet()) {
            var difference = proof.difference(entry.getValue());
            if (difference.isPresent()) {
                return Optional.of(Check.OPEN_CALLS.finding(
                        "code-changed",
                        Severity.ERROR,
                        path + ", " + entry.getKey(),
                        difference.get().found() + " in " + difference.get().place(),
                        difference.get().expected(),
                        "the answer to this call runs other code than the code that waits for it",
                        REMEDY));
            }
        }
        if (keepsHeap) {
            return Optional.empty();
        }
        return Optional.of(Check.OPEN_CALLS.finding(
                "heap-dropped",
                Severity.WARNING,
                path,
                "a new heap",
                "the heap that the call was made from",
                "the answer to this call is taken by the same code, but what that code left in the heap is gone",
                REMEDY));
    }

    private static Map<String, Long> slots(Callback callback) {
        var slots = new LinkedHashMap<String, Long>();
        slots.put("on reply", callback.onReply().tableIndex());
        slots.put("on reject", callback.onReject().tableIndex());
        callback.onCleanup().ifPresent(closure -> slots.put("on cleanup", closure.tableIndex()));
        return slots;
    }
}
