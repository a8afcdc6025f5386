package decant.canister;

import decant.base.Principal;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
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
    /// What a resident instance is used for.
    enum Purpose {
        MESSAGES,
        QUERIES
    }

    private record Key(Principal canister, Purpose purpose) {}

    private final Map<Key, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
    private final int instancesMax;

    public Instances(int instancesMax) {
        if (instancesMax < 2) {
            throw new IllegalArgumentException("at least two resident instances are needed, found " + instancesMax);
        }
        this.instancesMax = instancesMax;
    }

    /// Lets `work` use the canister's instance of the module.
    <T> T with(Principal canister, Purpose purpose, CanisterModule module, Function<Resident, T> work) {
        var slot = enter(new Key(canister, purpose));
        slot.lock.lock();
        try {
            return slot.use(module, work);
        } finally {
            slot.lock.unlock();
            leave(slot);
        }
    }

    /// Makes `resident` the instance for the canister's messages, in place of another.
    void adopt(Principal canister, Resident resident) {
        var slot = enter(new Key(canister, Purpose.MESSAGES));
        slot.lock.lock();
        try {
            slot.replace(resident);
        } finally {
            slot.lock.unlock();
            leave(slot);
        }
    }

    /// Gives back the memory of canisters that are gone.
    public synchronized void retainOnly(Predicate<Principal> canisters) {
        closeIdle(key -> !canisters.test(key.canister()), 0);
    }

    /// Gives back all memory that is not in use.
    @Override
    public synchronized void close() {
        closeIdle(_ -> true, 0);
    }

    private synchronized Slot enter(Key key) {
        var slot = slots.computeIfAbsent(key, _ -> new Slot());
        slot.users++;
        return slot;
    }

    private synchronized void leave(Slot slot) {
        slot.users--;
        closeIdle(_ -> true, instancesMax);
    }

    /// Closes instances that nobody uses, the least recently used first, while more than `kept` are there.
    private void closeIdle(Predicate<Key> which, int kept) {
        for (Iterator<Map.Entry<Key, Slot>> eldest = slots.entrySet().iterator();
                eldest.hasNext() && slots.size() > kept; ) {
            var entry = eldest.next();
            if (entry.getValue().users == 0 && which.test(entry.getKey())) {
                entry.getValue().replace(null);
                eldest.remove();
            }
        }
    }

    /// A place for one instance. `users` is guarded by the pool, the rest by `lock` or by there being no users.
    private static final class Slot {
        final ReentrantLock lock = new ReentrantLock();
        int users;
        private @Nullable Resident resident;

        <T> T use(CanisterModule module, Function<Resident, T> work) {
            var used = resident;
            if (used == null || used.module() != module) {
                used = Resident.resume(module);
                replace(used);
            }
            boolean ended = false;
            try {
                T result = work.apply(used);
                ended = true;
                return result;
            } finally {
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
    }
}
