package decant.server;

import java.util.concurrent.Semaphore;

/// How many bytes of request bodies may be in memory at a time. Whoever finds it spent is told so and does
/// not wait.
final class BodyBudget {
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

    Share take(int size) {
        return new Share(size);
    }
}
