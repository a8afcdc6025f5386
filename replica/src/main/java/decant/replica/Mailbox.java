package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// What waits for the writer thread: calls in order of arrival, at most so many of so many bytes, and a bell.
///
/// Calls of one canister have at most half of the places, so that a canister that is slow, or much in demand, leaves
/// room for the others.
///
/// A request id is in here once, from its offer until the round that took it is published.
final class Mailbox {
    /// How an offer was received.
    enum Receipt {
        TAKEN,
        ALREADY_HERE,
        FULL,
        /// There is room, but not for this canister.
        FULL_OF_CANISTER,
        CLOSED
    }

    private final int callsMax;
    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition bell = lock.newCondition();
    private final LinkedHashMap<Hash, Message.Ingress> waiting = new LinkedHashMap<>();
    private final Set<Hash> underWay = new HashSet<>();
    private final HashMap<Principal, Integer> waitingByReceiver = new HashMap<>();
    private long waitingBytes;
    private boolean rung;
    private boolean roundWanted;
    private boolean closed;

    Mailbox(int callsMax, long bytesMax) {
        this.callsMax = callsMax;
        this.bytesMax = bytesMax;
    }

    Receipt offer(Message.Ingress call) {
        lock.lock();
        try {
            if (closed) {
                return Receipt.CLOSED;
            }
            if (waiting.containsKey(call.requestId()) || underWay.contains(call.requestId())) {
                return Receipt.ALREADY_HERE;
            }
            if (waiting.size() >= callsMax || waitingBytes + bytesOf(call) > bytesMax) {
                return Receipt.FULL;
            }
            if (waitingByReceiver.getOrDefault(call.receiver(), 0) >= callsOfCanisterMax()) {
                return Receipt.FULL_OF_CANISTER;
            }
            waiting.put(call.requestId(), call);
            waitingByReceiver.merge(call.receiver(), 1, Integer::sum);
            waitingBytes += bytesOf(call);
            bell.signal();
            return Receipt.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    private int callsOfCanisterMax() {
        return Math.max(1, callsMax / 2);
    }

    /// Wakes the writer thread, to look again at what it waits for.
    void ring() {
        lock.lock();
        try {
            rung = true;
            bell.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Asks for a round although nothing is to be executed.
    void wantRound() {
        lock.lock();
        try {
            roundWanted = true;
            bell.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Lets no more calls in and wakes the writer thread.
    void close() {
        lock.lock();
        try {
            closed = true;
            bell.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Blocks until there are calls, a round is wanted, the bell is rung, the mailbox is closed, or `nanosToWait` have
    /// passed; these are asked for under the lock, so that no ring is missed in between.
    ///
    /// @return whether there are calls or a round is wanted
    boolean await(LongSupplier nanosToWait) throws InterruptedException {
        lock.lock();
        try {
            long nanos = nanosToWait.getAsLong();
            while (waiting.isEmpty() && !roundWanted && !rung && !closed && nanos > 0) {
                nanos = bell.awaitNanos(nanos);
            }
            rung = false;
            return !waiting.isEmpty() || roundWanted;
        } finally {
            lock.unlock();
        }
    }

    /// {@return the calls that waited longest, at most so many and, beyond the first, of at most so many bytes}
    List<Message.Ingress> take(int callsMaximum, long bytesMaximum) {
        return take(callsMaximum, bytesMaximum, new Backlog());
    }

    /// {@return the calls that waited longest, of those that the state has room for, at most so many and, beyond the
    /// first, of at most so many bytes}
    List<Message.Ingress> take(int callsMaximum, long bytesMaximum, Backlog backlog) {
        lock.lock();
        try {
            var taken = new ArrayList<Message.Ingress>();
            long bytes = 0;
            var calls = waiting.values().iterator();
            while (calls.hasNext() && taken.size() < callsMaximum) {
                var call = calls.next();
                if (!backlog.hasRoomFor(call)) {
                    continue;
                }
                if (!taken.isEmpty() && bytes + bytesOf(call) > bytesMaximum) {
                    break;
                }
                bytes += bytesOf(call);
                calls.remove();
                waitingByReceiver.computeIfPresent(call.receiver(), (_, count) -> count == 1 ? null : count - 1);
                underWay.add(call.requestId());
                backlog.add(call);
                taken.add(call);
            }
            waitingBytes -= bytes;
            roundWanted = false;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets calls that were taken: what became of them can be read from now on.
    void forget(List<Message.Ingress> calls) {
        lock.lock();
        try {
            calls.forEach(call -> underWay.remove(call.requestId()));
        } finally {
            lock.unlock();
        }
    }

    int waitingCalls() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    static long bytesOf(Message.Ingress call) {
        return 256L + call.method().length() + call.argument().length;
    }
}
