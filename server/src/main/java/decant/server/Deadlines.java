package decant.server;

import io.helidon.common.socket.SocketWriterException;
import io.helidon.webserver.CloseConnectionException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// How long a client may take for each part of an exchange: to send the head of a request, its body, to take a reply,
/// to come with the next request.
///
/// Time that the node itself needs is not counted. A client that takes longer loses its connection, however steadily
/// it sends or takes single bytes; whatever it held of the node is given back then.
final class Deadlines implements AutoCloseable {
    /* Design. Blocking sockets have a timeout for one read, and none for a write. So whoever blocks on a client does
     * so inside a Deadline, and one timer interrupts the virtual threads that are late: the JDK closes a socket on
     * which a virtual thread is interrupted, and the read or write ends in an exception. An interrupt never reaches
     * what a thread does after its deadline is closed. */

    /// What the thread of a connection waits for between requests.
    private static final ThreadLocal<Deadline> HEAD = new ThreadLocal<>();

    private final Duration idle;
    private final Duration transfer;
    private final ScheduledThreadPoolExecutor timer;
    private final LongAdder missed = new LongAdder();

    /// @param idle how long a client may leave its connection unused
    /// @param transfer how long it may take for a part of a request or for a reply
    Deadlines(Duration idle, Duration transfer) {
        this.idle = idle;
        this.transfer = transfer;
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("http-deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /// Something that blocks on a client.
    @FunctionalInterface
    interface Exchange<T> {
        T await();
    }

    /// The time until which this thread must be done with its client.
    private final class Deadline {
        private final Thread thread = Thread.currentThread();
        private final boolean counts;
        private final Future<?> alarm;
        private boolean isOver;
        private boolean isMissed;

        private Deadline(Duration patience, boolean counts) {
            this.counts = counts;
            alarm = timer.schedule(this::pass, patience.toNanos(), TimeUnit.NANOSECONDS);
        }

        private synchronized void pass() {
            if (!isOver && thread.isAlive()) {
                isMissed = true;
                if (counts) {
                    missed.increment();
                }
                thread.interrupt();
            }
        }

        /// Ends this deadline. Where it has passed unnoticed, between two reads, that is forgiven.
        private synchronized void end() {
            alarm.cancel(false);
            isOver = true;
            if (isMissed) {
                var _ = Thread.interrupted();
            }
        }
    }

    /// {@return what the exchange with a client comes to}
    ///
    /// @throws CloseConnectionException if it takes too long, or the client is gone
    <T> T during(Exchange<T> exchange) {
        var deadline = new Deadline(transfer, true);
        try {
            return exchange.await();
        } catch (SocketWriterException | UncheckedIOException e) {
            throw new CloseConnectionException("the client is gone, or too slow", e);
        } finally {
            deadline.end();
        }
    }

    /// Begins the deadline until which the client must come with its next request.
    void startIdling() {
        endHead();
        HEAD.set(new Deadline(idle, false));
    }

    /// Begins the deadline of the head of a request: its first line was read.
    void startHead() {
        endHead();
        HEAD.set(new Deadline(transfer, true));
    }

    /// Ends the deadline of a head, or of coming with one, if there is one.
    void endHead() {
        var deadline = HEAD.get();
        if (deadline != null) {
            HEAD.remove();
            deadline.end();
        }
    }

    /// {@return how many clients were too late with a request or a reply that they had begun}
    long missed() {
        return missed.sum();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
