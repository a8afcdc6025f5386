package decant.replica;

import decant.base.Hash;
import decant.canister.state.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// What waits for the writer thread: calls in order of arrival, at most so many of so many bytes, and a bell.
///
/// A request id is in here once, from its offer until the round that took it is published.
final class Mailbox {
    /// How an offer was received.
    enum Receipt {
        TAKEN,
        ALREADY_HERE,
        FULL,
        CLOSED
    }

    private final int callsMax;
    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition bell = lock.newCondition();
    private final LinkedHashMap<Hash, Message.Ingress> waiting = new LinkedHashMap<>();
    private final Set<Hash> underWay = new HashSet<>();
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
            waiting.put(call.requestId(), call);
            waitingBytes += bytesOf(call);
            bell.signal();
            return Receipt.TAKEN;
        } finally {
            lock.unlock();
        }
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
        lock.lock();
        try {
            var taken = new ArrayList<Message.Ingress>();
            long bytes = 0;
            var calls = waiting.values().iterator();
            while (calls.hasNext() && taken.size() < callsMaximum) {
                var call = calls.next();
                if (!taken.isEmpty() && bytes + bytesOf(call) > bytesMaximum) {
                    break;
                }
                bytes += bytesOf(call);
                calls.remove();
                underWay.add(call.requestId());
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

    private static long bytesOf(Message.Ingress call) {
        return 256L + call.method().length() + call.argument().length;
    }
}
