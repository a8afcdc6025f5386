package decant.replica;

import decant.base.Principal;
import decant.canister.state.Code;
import decant.canister.state.SubnetState;
import decant.store.PageMap;
import decant.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/// Compares the heaps of canisters with their checksums after a start, beside the rounds: the first message of a
/// canister need not wait for it.
///
/// It changes nothing. A message that comes earlier compares what is left of its canister's heap itself.
final class HeapChecks implements AutoCloseable {
    /* Design. A heap is mapped, and a mapped page reaches compiled code past all checksums. Nothing tells that a page is
     * read, so the whole heap must be compared before. Stable memory is not mapped: each of its pages is compared when
     * it is read.
     *
     * Small heaps come first, so that most canisters are ready soon. Beyond the bound, what was read last would take the
     * place of what was read first in the kernel's cache, and the disk would be busy for nothing. */

    private static final long BYTES_MAX = 16L << 30;

    private static final Logger LOG = System.getLogger(HeapChecks.class.getName());

    private final Thread thread;
    private volatile boolean isClosing;

    private record Heap(Principal canister, PageMap pages) {}

    /// Begins with the heaps in the files of `subnet`.
    HeapChecks(SubnetState subnet) {
        var heaps = heaps(subnet);
        thread = Thread.ofPlatform()
                .daemon()
                .name("decant-heap-check")
                .start(() -> check(heaps, () -> !isClosing, HeapChecks::tell));
    }

    static void check(SubnetState subnet, BooleanSupplier isWanted, BiConsumer<Principal, StoreException> damage) {
        check(heaps(subnet), isWanted, damage);
    }

    private static List<Heap> heaps(SubnetState subnet) {
        return subnet.canisters().values().stream()
                .flatMap(canister ->
                        canister.code().map(Code::heap).stream().map(heap -> new Heap(canister.id(), heap.pages())))
                .sorted(Comparator.comparingLong(heap -> heap.pages().fileBytes()))
                .toList();
    }

    private static void check(
            List<Heap> heaps, BooleanSupplier isWanted, BiConsumer<Principal, StoreException> damage) {
        long bytes = 0;
        for (var heap : heaps) {
            bytes += heap.pages().fileBytes();
            if (bytes > BYTES_MAX || !isWanted.getAsBoolean()) {
                return;
            }
            try {
                heap.pages().check(isWanted);
            } catch (StoreException e) {
                damage.accept(heap.canister(), e);
            }
        }
    }

    private static void tell(Principal canister, StoreException damage) {
        LOG.log(
                Level.ERROR,
                "the heap of canister " + canister + " is damaged, and the node will stop when a message needs it: "
                        + damage.getMessage() + "; restore a backup, or load a snapshot of the canister");
    }

    /// Ends it, done or not.
    @Override
    public void close() {
        isClosing = true;
        Replica.join(thread);
    }
}
