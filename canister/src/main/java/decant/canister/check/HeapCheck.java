package decant.canister.check;

import decant.canister.check.UpgradePlan.Heap;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import decant.wasm.Module;
import java.util.ArrayList;
import java.util.List;

/// Checks that the heap is kept if the old code keeps data in it, and only if the new code can go on with it.
///
/// Specification: "IC method install_code", `wasm_memory_persistence`.
final class HeapCheck {
    private static final int WASM_PAGE_BYTES = 65_536;

    private HeapCheck() {}

    static List<Finding> findings(CodeFacts before, CodeFacts after, UpgradePlan plan) {
        if (before.module().isEmpty() || after.module().isEmpty()) {
            return List.of(Check.HEAP.unknown(
                    "not a module but a description of it",
                    "two modules",
                    "whether the heap may be kept or dropped is not known",
                    "check the modules"));
        }
        var findings = new ArrayList<Finding>();
        boolean wasEnhanced = before.supportsEnhancedPersistence();
        boolean isEnhanced = after.supportsEnhancedPersistence();
        if (plan.heap() == Heap.UNSAID && wasEnhanced) {
            findings.add(Check.HEAP.finding(
                    "option-missing",
                    Severity.ERROR,
                    "option wasm_memory_persistence",
                    "null",
                    isEnhanced ? "opt variant { keep }" : "a choice",
                    "the upgrade is rejected: the old version keeps its data in the heap",
                    "say `wasm_memory_persistence = opt variant { keep }`"));
        }
        if (drops(before, plan)) {
            findings.add(Check.HEAP.finding(
                    "dropped",
                    Severity.ERROR,
                    "option wasm_memory_persistence",
                    "opt variant { replace }",
                    "opt variant { keep }",
                    "everything that the old version keeps in the heap is dropped",
                    "say `wasm_memory_persistence = opt variant { keep }`"));
        }
        if (plan.keepsHeap(before) && !isEnhanced) {
            findings.add(notSupported(plan));
        }
        if (plan.keepsHeap(before) && isEnhanced && !wasEnhanced) {
            findings.add(Check.HEAP.finding(
                    "not-laid-out",
                    Severity.ERROR,
                    "metadata " + CodeFacts.ENHANCED_PERSISTENCE,
                    "only in the new version",
                    "in both versions",
                    "the new version takes the old heap for one that it can go on with",
                    "replace the heap: leave the option `wasm_memory_persistence` out"));
        }
        if (plan.keepsHeap(before)) {
            plan.canister()
                    .flatMap(CanisterState::code)
                    .ifPresent(code -> addMisfit(findings, after.module().get(), code));
        }
        return findings;
    }

    /// {@return whether data is lost with the heap, which the old code keeps it in and no hook saves}
    static boolean drops(CodeFacts before, UpgradePlan plan) {
        return plan.heap() == Heap.REPLACE && before.supportsEnhancedPersistence() && !hasLeftTheHeap(plan);
    }

    private static Finding notSupported(UpgradePlan plan) {
        boolean isChosen = plan.heap() == Heap.KEEP;
        return Check.HEAP.finding(
                "not-supported",
                Severity.ERROR,
                "metadata " + CodeFacts.ENHANCED_PERSISTENCE,
                "not in the new version",
                "in the new version",
                isChosen
                        ? "the upgrade is rejected: the new version cannot go on with the old heap"
                        : "the old version keeps its data in the heap, and the new one cannot go on with it: to keep"
                                + " the heap is rejected, and to replace it drops the data",
                "build the new version with enhanced orthogonal persistence");
    }

    private static void addMisfit(List<Finding> findings, Module after, Code code) {
        long found = code.heap().bytes();
        if (after.memories().isEmpty()) {
            if (found > 0) {
                findings.add(misfit("no memory", found));
            }
            return;
        }
        long declared = after.memories().getFirst().limits().minimum() * WASM_PAGE_BYTES;
        if (found < declared) {
            findings.add(misfit("a memory of at least " + declared + " bytes", found));
        }
        after.memories().getFirst().limits().maximum().ifPresent(pages -> {
            if (found / WASM_PAGE_BYTES > pages) {
                findings.add(tooLarge(pages * WASM_PAGE_BYTES, found));
            }
        });
    }

    private static Finding tooLarge(long declared, long heapBytes) {
        return Check.HEAP.finding(
                "size",
                Severity.ERROR,
                "memory",
                "a memory of at most " + declared + " bytes",
                "room for the old heap of " + heapBytes + " bytes",
                "no code of the new version could run on the kept heap",
                "link the new version with a larger maximum memory, or none");
    }

    private static Finding misfit(String declared, long heapBytes) {
        return Check.HEAP.finding(
                "size",
                Severity.ERROR,
                "memory",
                declared,
                "room for the old heap of " + heapBytes + " bytes, and no more than that at least",
                "the upgrade is rejected: the kept heap does not fit the new version's memory",
                "link the new version with an initial memory no larger than the heap");
    }

    /// {@return whether the data has been copied from the heap to stable memory, from where the new version takes it}
    private static boolean hasLeftTheHeap(UpgradePlan plan) {
        return plan.canister()
                .flatMap(CanisterState::code)
                .map(code ->
                        StableLayout.of(code.stable()) instanceof StableLayout.Motoko layout && layout.holdsGraphCopy())
                .orElse(false);
    }
}
