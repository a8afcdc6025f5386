package decant.replica;

import decant.base.Principal;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Places for what is under way at once. One canister has a share of them at most, and so keeps nobody out.
///
/// Who waits gets a place in the order of coming: first one of the canister's share, then one of all.
final class Places {
    private final Semaphore all;
    private final int shareMax;

    /// The shares of the canisters that have a place or wait for one.
    private final ConcurrentHashMap<Principal, Share> shares = new ConcurrentHashMap<>();

    private record Share(Semaphore free, int users) {
        Share withUsers(int change) {
            return new Share(free, users + change);
        }
    }

    Places(int max, int shareMax) {
        this.all = new Semaphore(max, true);
        this.shareMax = shareMax;
    }

    /// Takes a place, which must be given back.
    ///
    /// @return whether there was one in time
    boolean take(Principal canister, Duration patience) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        var share = enter(canister);
        boolean isTaken = false;
        try {
            if (share.free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    isTaken = all.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                } finally {
                    if (!isTaken) {
                        share.free.release();
                    }
                }
            }
            return isTaken;
        } finally {
            if (!isTaken) {
                leave(canister);
            }
        }
    }

    void giveBack(Principal canister) {
        all.release();
        leave(canister).free.release();
    }

    private Share enter(Principal canister) {
        return shares.merge(canister, new Share(new Semaphore(shareMax, true), 1), (known, _) -> known.withUsers(1));
    }

    private Share leave(Principal canister) {
        var share = shares.get(canister);
        if (share == null) {
            throw new AssertionError("BUG: canister " + canister + " has no place to give back");
        }
        shares.computeIfPresent(canister, (_, known) -> known.users == 1 ? null : known.withUsers(-1));
        return share;
    }
}
