package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.RecordedCall;
import decant.canister.RecordedCall.Ending;
import decant.canister.Recording;
import decant.canister.management.RecordingRequest;
import decant.canister.management.Rehearsing;
import decant.canister.state.Message;
import decant.store.StoreException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The calls that users made, as far back as the input log goes: as [ReplicaConfig#recordedBytesMax] says, and to the
/// last checkpoint in any case.
final class RecordedCalls implements Rehearsing.Recorded {
    private static final long BYTES_MAX = 64L << 20;
    private static final int REPLAYED_MAX = 10_000;

    /// A checkpoint may give up the oldest files of the log while they are read.
    private static final int TRIES = 3;

    private final InputLog log;

    RecordedCalls(InputLog log) {
        this.log = log;
    }

    @Override
    public List<Message.Ingress> newest(Principal canister, int count) {
        if (count == 0) {
            return List.of();
        }
        for (int tries = 1; tries < TRIES; tries++) {
            try {
                return read(canister, count);
            } catch (StoreException _) {
                // Files that were given up are missed; damaged ones are still damaged the last time.
            }
        }
        return read(canister, count);
    }

    /// {@return what has to be recorded for a call that makes other calls again}
    ///
    /// @param history tells how calls ended that the log does not tell it of yet
    /// @param calls those of the round that is about to begin, which are not in the log yet
    Recording since(RecordingRequest request, IngressHistory history, long timeNanos, List<Message.Ingress> calls) {
        for (int tries = 1; ; tries++) {
            try {
                var search = new Search(request);
                log.forEach(search::visit);
                calls.forEach(call -> search.visit(timeNanos, call));
                return search.recording(history);
            } catch (StoreException e) {
                if (tries == TRIES) {
                    return new Recording.Missing("The input log of this node cannot be read: " + e.getMessage() + ".");
                }
            }
        }
    }

    /// A walk through the log for all calls that a canister executed after a restore point.
    private static final class Search {
        private final RecordingRequest request;
        private final Set<Hash> waiting;
        private final Map<Hash, RecordedCall> found = new LinkedHashMap<>();
        private Optional<Batch> oldest = Optional.empty();
        private long count;
        private long bytes;

        Search(RecordingRequest request) {
            this.request = request;
            waiting = new HashSet<>(request.waiting());
        }

        void visit(Batch batch) {
            oldest = oldest.or(() -> Optional.of(batch));
            for (var ended : batch.endings()) {
                found.computeIfPresent(ended.requestId(), (_, call) -> ending(call, ended.ending()));
            }
            batch.ingress().forEach(call -> visit(batch.timeNanos(), call));
        }

        void visit(long timeNanos, Message.Ingress call) {
            boolean isLater = timeNanos > request.timeNanos();
            if (call.receiver().equals(request.canister()) && (waiting.remove(call.requestId()) || isLater)) {
                add(new RecordedCall(timeNanos, call, Optional.empty()));
            }
        }

        private void add(RecordedCall recorded) {
            count++;
            bytes += recorded.call().argument().length;
            if (isTooMuch()) {
                found.clear();
            } else {
                found.put(recorded.call().requestId(), recorded);
            }
        }

        private boolean isTooMuch() {
            return count > REPLAYED_MAX || bytes > BYTES_MAX;
        }

        private static RecordedCall ending(RecordedCall call, Ending ending) {
            return new RecordedCall(call.timeNanos(), call.call(), Optional.of(ending));
        }

        Recording recording(IngressHistory history) {
            if (!reachesBack()) {
                return new Recording.Missing("The calls since restore point " + request.restorePoint()
                        + ", of " + instant(request.timeNanos()) + ", are not recorded any more: the input log begins "
                        + oldest.map(batch -> "at " + instant(batch.timeNanos()))
                                .orElse("after it") + ".");
            }
            if (isTooMuch()) {
                return new Recording.Missing(count + " calls of " + bytes + " bytes were made since restore point "
                        + request.restorePoint() + "; one undo makes at most " + REPLAYED_MAX + " of " + BYTES_MAX
                        + " bytes again.");
            }
            return new Recording.Known(
                    request.restorePoint(),
                    found.values().stream()
                            .map(call -> call.ending().isPresent()
                                    ? call
                                    : new RecordedCall(call.timeNanos(), call.call(), ending(call, history)))
                            .toList());
        }

        private boolean reachesBack() {
            boolean isWhole = oldest.filter(batch -> batch.height() == 1 || batch.timeNanos() <= request.timeNanos())
                    .isPresent();
            return isWhole && waiting.isEmpty();
        }

        private static Optional<Ending> ending(RecordedCall call, IngressHistory history) {
            return history.entry(call.call().requestId()).flatMap(entry -> entry.ending());
        }

        private static Instant instant(long nanos) {
            return Instant.ofEpochSecond(0, nanos).truncatedTo(ChronoUnit.SECONDS);
        }
    }

    private List<Message.Ingress> read(Principal canister, int count) {
        var newest = new ArrayDeque<Message.Ingress>();
        long[] bytes = {0};
        log.forEach(batch -> {
            for (var message : batch.ingress()) {
                if (message.receiver().equals(canister)) {
                    newest.add(message);
                    bytes[0] += message.argument().length;
                }
            }
            while (newest.size() > count || bytes[0] > BYTES_MAX) {
                bytes[0] -= newest.remove().argument().length;
            }
        });
        return List.copyOf(newest);
    }
}
