package decant.canister.check;

import decant.canister.state.CanisterState;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// How an upgrade is going to be made, as far as it is known.
///
/// @param canister the canister as it is before the upgrade; its state is not changed
/// @param acknowledgedDrops what may get lost: stable variables, as `users`, or fields in them, as `users.email`
public record UpgradePlan(
        Heap heap, Optional<byte[]> argument, Optional<CanisterState> canister, Set<String> acknowledgedDrops) {

    /// An upgrade of which nothing is known but the code.
    public static final UpgradePlan USUAL =
            new UpgradePlan(Heap.AS_THE_CODE_NEEDS, Optional.empty(), Optional.empty(), Set.of());

    public UpgradePlan {
        acknowledgedDrops = Collections.unmodifiableSet(new TreeSet<>(acknowledgedDrops));
    }

    /// What `install_code` is told to do with the heap: its option `wasm_memory_persistence`.
    public enum Heap {
        /// Whatever suits the old code, as deploying tools choose.
        AS_THE_CODE_NEEDS,
        UNSAID,
        KEEP,
        REPLACE
    }

    public UpgradePlan withHeap(Heap other) {
        return new UpgradePlan(other, argument, canister, acknowledgedDrops);
    }

    public UpgradePlan withArgument(byte[] message) {
        return new UpgradePlan(heap, Optional.of(message), canister, acknowledgedDrops);
    }

    public UpgradePlan withCanister(CanisterState before) {
        return new UpgradePlan(heap, argument, Optional.of(before), acknowledgedDrops);
    }

    public UpgradePlan withAcknowledgedDrops(Set<String> drops) {
        return new UpgradePlan(heap, argument, canister, drops);
    }

    /// {@return whether the new code starts on the old heap}
    boolean keepsHeap(CodeFacts before) {
        return switch (heap) {
            case KEEP -> true;
            case REPLACE, UNSAID -> false;
            case AS_THE_CODE_NEEDS -> before.supportsEnhancedPersistence();
        };
    }
}
