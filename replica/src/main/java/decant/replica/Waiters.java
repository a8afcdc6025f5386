package decant.replica;

import decant.base.Hash;
import decant.protocol.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Who waits for the end of which call.
final class Waiters {
    private final ConcurrentHashMap<Hash, List<Waiter>> waiters = new ConcurrentHashMap<>();

    /// Why waiting ended.
    sealed interface Ending {
        /// The call has ended in this round.
        record Ended(Certified certified) implements Ending {}

        /// The call will not be executed.
        record NotExecuted(Response.Rejected why) implements Ending {}

        /// The replica is closing.
        record Closing() implements Ending {}
    }

    /// One who waits, from `add` until `close`.
    final class Waiter implements AutoCloseable {
        private final Hash requestId;
        private final CompletableFuture<Ending> ending = new CompletableFuture<>();

        private Waiter(Hash requestId) {
            this.requestId = requestId;
        }

        /// {@return how the call ended, or nothing if that did not happen in time}
        Optional<Ending> await(long nanos) {
            try {
                return Optional.of(ending.get(nanos, TimeUnit.NANOSECONDS));
            } catch (TimeoutException _) {
                return Optional.empty();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new AssertionError("BUG: waiting never fails", e);
            }
        }

        @Override
        public void close() {
            waiters.computeIfPresent(requestId, (_, all) -> {
                var rest = new ArrayList<>(all);
                rest.remove(this);
                return rest.isEmpty() ? null : rest;
            });
        }
    }

    Waiter add(Hash requestId) {
        var waiter = new Waiter(requestId);
        waiters.merge(requestId, List.of(waiter), (all, one) -> {
            var more = new ArrayList<>(all);
            more.addAll(one);
            return more;
        });
        return waiter;
    }

    /// Tells those who wait for one of the calls that have ended in this round.
    void ended(Collection<Hash> requests, Certified certified) {
        for (var request : requests) {
            if (waiters.containsKey(request) && certified.hasEnded(request)) {
                tell(request, new Ending.Ended(certified));
            }
        }
    }

    void notExecuted(Hash requestId, Response.Rejected why) {
        tell(requestId, new Ending.NotExecuted(why));
    }

    void closing() {
        waiters.keySet().forEach(request -> tell(request, new Ending.Closing()));
    }

    private void tell(Hash requestId, Ending ending) {
        waiters.getOrDefault(requestId, List.of()).forEach(waiter -> waiter.ending.complete(ending));
    }
}
