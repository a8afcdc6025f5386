package decant.canister;

import decant.base.Principal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The resident instances of canisters: the most recently used ones, at most so many.
///
/// A canister has up to two: one that the thread executes messages on which owns the state, and one for queries. Each
/// is used by one thread at a time; others wait. What is not resident is woken when needed, from the canister's
/// state: so it never matters for a result which instances are there.
public final class Instances implements AutoCloseable {
    /* Design. To hibernate is to close an instance; there is nothing to save, since a run that ends well has handed its
     * pages to the state. Waking maps the pages that are in files and copies the others. So an instance that slept costs
     * what it did not use nothing, and how long nobody used it may be judged roughly: whoever owns the clock asks now and
     * then for those that were not used since it asked before, which is the second chance of page replacement [1].
     *
     * An instance is closed by the thread that took its place out of the map, when nobody used it; and not under the
     * lock, since giving back gigabytes takes the system a while.
     * [1] Corbato, A Paging Experiment with the Multics System, 1968. */

    /// What a resident instance is used for.
    enum Purpose {
        MESSAGES,
        QUERIES
    }

    /// How many instances there are, and what became of others so far.
    ///
    /// @param resident how many there are now
    /// @param woken how often one was made from a canister's state
    /// @param hibernated how many were closed because nobody used them
    /// @param pagesCopied how many pages were copied to bring heaps to the states of their canisters
    public record Tally(int resident, long woken, long hibernated, long pagesCopied) {}

    private record Key(Principal canister, Purpose purpose) {}

    private final Map<Key, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
    private final int instancesMax;
    private final LongAdder woken = new LongAdder();
    private final LongAdder pagesCopied = new LongAdder();
    private long hibernated;

    public Instances(int instancesMax) {
        if (instancesMax < 2) {
            throw new IllegalArgumentException("at least two resident instances are needed, found " + instancesMax);
        }
        this.instancesMax = instancesMax;
    }

    /// Lets `work` use the canister's instance of the module.
    <T> T with(Principal canister, Purpose purpose, CanisterModule module, Function<Resident, T> work) {
        var key = new Key(canister, purpose);
        var slot = enter(key);
        slot.lock.lock();
        try {
            return slot.use(module, work);
        } finally {
            slot.lock.unlock();
            leave(key, slot);
        }
    }

    /// Makes `resident` the instance for the canister's messages, in place of another.
    void adopt(Principal canister, Resident resident) {
        var key = new Key(canister, Purpose.MESSAGES);
        var slot = enter(key);
        slot.lock.lock();
        try {
            slot.replace(resident);
            pagesCopied.add(resident.pagesCopied());
        } finally {
            slot.lock.unlock();
            leave(key, slot);
        }
    }

    /// Gives back the memory of the instances that nobody used since this was last called. They are woken again when
    /// they are needed.
    ///
    /// @return how many these were
    public int hibernate() {
        var idle = takeUnused();
        idle.forEach(Slot::close);
        return idle.size();
    }

    /// Gives back the memory of canisters that are gone.
    public void retainOnly(Predicate<Principal> canisters) {
        take(key -> !canisters.test(key.canister()), 0).forEach(Slot::close);
    }

    public synchronized Tally tally() {
        return new Tally(slots.size(), woken.sum(), hibernated, pagesCopied.sum());
    }

    /// Gives back all memory that is not in use.
    @Override
    public void close() {
        take(_ -> true, 0).forEach(Slot::close);
    }

    private synchronized Slot enter(Key key) {
        var slot = slots.computeIfAbsent(key, _ -> new Slot());
        slot.users++;
        return slot;
    }

    private void leave(Key key, Slot slot) {
        List<Slot> superfluous;
        synchronized (this) {
            slot.users--;
            slot.wasUsed = true;
            if (slot.users == 0 && slot.isEmpty()) {
                slots.remove(key);
            }
            superfluous = take(_ -> true, instancesMax);
        }
        superfluous.forEach(Slot::close);
    }

    private synchronized List<Slot> takeUnused() {
        var unused = new ArrayList<Slot>();
        for (var eldest = slots.values().iterator(); eldest.hasNext(); ) {
            var slot = eldest.next();
            if (slot.users == 0 && !slot.wasUsed) {
                unused.add(slot);
                eldest.remove();
            }
            slot.wasUsed = false;
        }
        hibernated += unused.size();
        return unused;
    }

    /// Takes out slots that nobody uses, the least recently used first, while more than `kept` are there.
    private synchronized List<Slot> take(Predicate<Key> which, int kept) {
        var taken = new ArrayList<Slot>();
        for (Iterator<Map.Entry<Key, Slot>> eldest = slots.entrySet().iterator();
                eldest.hasNext() && slots.size() > kept; ) {
            var entry = eldest.next();
            if (entry.getValue().users == 0 && which.test(entry.getKey())) {
                taken.add(entry.getValue());
                eldest.remove();
            }
        }
        return taken;
    }

    /// A place for one instance. `users` and `wasUsed` are guarded by the pool, the rest by `lock`, or by there being
    /// no users and no way to become one.
    private final class Slot {
        final ReentrantLock lock = new ReentrantLock();
        int users;
        boolean wasUsed;
        private @Nullable Resident resident;

        <T> T use(CanisterModule module, Function<Resident, T> work) {
            var used = resident;
            if (used == null || used.module() != module) {
                used = Resident.resume(module);
                replace(used);
                woken.increment();
            }
            long copiedBefore = used.pagesCopied();
            boolean ended = false;
            try {
                T result = work.apply(used);
                ended = true;
                return result;
            } finally {
                pagesCopied.add(used.pagesCopied() - copiedBefore);
                if (!ended) {
                    // Whatever went wrong was not the guest's doing: nothing is known of the memory any more.
                    replace(null);
                }
            }
        }

        void replace(@Nullable Resident next) {
            if (resident != null) {
                resident.close();
            }
            resident = next;
        }

        boolean isEmpty() {
            return resident == null;
        }

        void close() {
            replace(null);
        }
    }
}
