package decant.server;

import java.util.concurrent.Semaphore;

/// How many bytes of bodies may be in memory at a time. Whoever finds it spent is told so and does not wait.
final class BodyBudget {
    /// A reply up to this size takes nothing: there are at most as many as connections.
    private static final int SMALL_REPLY_BYTES = 64 << 10;

    private final Semaphore bytes;

    BodyBudget(int bytesMax) {
        bytes = new Semaphore(bytesMax);
    }

    /// A part of the budget, given back by closing it.
    final class Share implements AutoCloseable {
        private final int size;
        private final boolean granted;

        private Share(int size) {
            this.size = size;
            granted = bytes.tryAcquire(size);
        }

        boolean granted() {
            return granted;
        }

        @Override
        public void close() {
            if (granted) {
                bytes.release(size);
            }
        }
    }

    /// {@return the part that a reply of this size takes while it is sent, however slowly its reader takes it}
    Share takeForReply(int size) {
        return take(size > SMALL_REPLY_BYTES ? size : 0);
    }

    Share take(int size) {
        return new Share(size);
    }
}
