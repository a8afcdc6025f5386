package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.RecordedCall;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// What became of the calls of users: a value, part of the state.
///
/// A call is known from the round that inducts it until both its expiry and five minutes after its end have passed,
/// so its request id can be neither executed twice nor forgotten before its caller could read the outcome.
///
/// Invariants: a request id stands in one bucket only; `replyBytes` is the sum of the sizes of all kept responses.
record IngressHistory(PSortedMap<Long, Bucket> buckets, long replyBytes) {
    /* Design. Calls come and go by the thousands per second, and none is looked at after it ended except by its id.
     * So entries are kept in buckets by the minute in which they may be forgotten: forgetting drops whole buckets, and
     * a checkpoint writes a bucket once more only if it changed. A lookup asks each bucket; there are about a dozen. A
     * bucket can have most of all replies, so it is written in parts, of which one at a time is in memory twice. */

    static final long MINUTE_NANOS = 60_000_000_000L;
    static final long KEPT_AFTER_END_NANOS = 5 * MINUTE_NANOS;
    static final long REPLY_BYTES_MAX = 64L << 20;

    private static final long PART_BYTES = 4L << 20;

    /// What a call takes in a part beside its response.
    private static final long CALL_BYTES = 100;

    static final IngressHistory NONE = new IngressHistory(TreePMap.empty(), 0);

    /// The calls to forget in one minute, if they have ended by then.
    record Bucket(PSortedMap<Hash, Entry> entries) {
        static final Bucket EMPTY = new Bucket(TreePMap.empty());

        Bucket with(Hash requestId, Entry entry) {
            return new Bucket(entries.plus(requestId, entry));
        }

        Bucket with(Bucket other) {
            return new Bucket(entries.plusAll(other.entries));
        }

        /// {@return buckets of a few MiB that have these calls together, in the order of their request ids}
        List<Bucket> parts() {
            var parts = new ArrayList<Bucket>();
            var rest = entries;
            long bytes = 0;
            for (var call : entries.entrySet()) {
                bytes += CALL_BYTES + bytesOf(call.getValue());
                if (bytes >= PART_BYTES) {
                    parts.add(new Bucket(rest.headMap(call.getKey(), true)));
                    rest = rest.tailMap(call.getKey(), false);
                    bytes = 0;
                }
            }
            if (!rest.isEmpty()) {
                parts.add(new Bucket(rest));
            }
            return parts;
        }
    }

    /// One call: who made it to whom, until when it could be made, and how far it has come.
    record Entry(Principal sender, Principal receiver, long expiryNanos, RequestStatus status) {
        Entry withStatus(RequestStatus next) {
            return new Entry(sender, receiver, expiryNanos, next);
        }

        /// {@return how the call was answered, unless it was not, or that was given up}
        Optional<RecordedCall.Ending> ending() {
            return switch (status) {
                case RequestStatus.Ended(Response.Replied(var argument)) ->
                    Optional.of(RecordedCall.Ending.ofReply(argument));
                case RequestStatus.Ended(Response.Rejected rejected) ->
                    Optional.of(RecordedCall.Ending.ofReject(rejected.message()));
                case RequestStatus _ -> Optional.empty();
            };
        }

        boolean isOpen() {
            return status instanceof RequestStatus.Received || status instanceof RequestStatus.Processing;
        }
    }

    static IngressHistory of(PSortedMap<Long, Bucket> buckets) {
        long bytes = 0;
        for (var bucket : buckets.values()) {
            bytes += bucket.entries().values().stream()
                    .mapToLong(IngressHistory::bytesOf)
                    .sum();
        }
        return new IngressHistory(buckets, bytes);
    }

    Optional<Entry> entry(Hash requestId) {
        return minuteOf(requestId).map(minute -> entryIn(minute, requestId));
    }

    boolean contains(Hash requestId) {
        return minuteOf(requestId).isPresent();
    }

    int size() {
        return buckets.values().stream()
                .mapToInt(bucket -> bucket.entries().size())
                .sum();
    }

    /// {@return this history with a call that it does not know yet}
    IngressHistory received(Hash requestId, Principal sender, Principal receiver, long expiryNanos) {
        if (contains(requestId)) {
            throw new AssertionError("BUG: request " + requestId + " is inducted twice");
        }
        var entry = new Entry(sender, receiver, expiryNanos, new RequestStatus.Received());
        return put(requestId, entry, expiryNanos);
    }

    /// {@return this history after the execution of the call began}
    IngressHistory processing(Hash requestId) {
        long minute = requiredMinuteOf(requestId);
        var entry = entryIn(minute, requestId).withStatus(new RequestStatus.Processing());
        return withBucket(minute, bucket(minute).with(requestId, entry), replyBytes);
    }

    /// {@return this history after the call was answered at `timeNanos`}
    IngressHistory ended(Hash requestId, Response response, long timeNanos) {
        long minute = requiredMinuteOf(requestId);
        var entry = entryIn(minute, requestId);
        if (!entry.isOpen()) {
            throw new AssertionError("BUG: request " + requestId + " is answered twice");
        }
        long until = Math.max(entry.expiryNanos(), timeNanos + KEPT_AFTER_END_NANOS);
        return removed(minute, requestId)
                .put(requestId, entry.withStatus(new RequestStatus.Ended(response)), until)
                .plusReplyBytes(bytesOf(response));
    }

    /// {@return this history without what need not be known any more at `timeNanos`}
    ///
    /// `changed` is told every request id whose entry is gone or whose response was given up to save memory.
    IngressHistory pruned(long timeNanos, Consumer<Hash> changed) {
        var next = this;
        while (!next.buckets.isEmpty() && next.buckets.firstKey() < minute(timeNanos)) {
            next = next.withoutFirstBucket(timeNanos, changed);
        }
        return next.replyBytes > REPLY_BYTES_MAX ? next.shortened(REPLY_BYTES_MAX / 4 * 3, changed) : next;
    }

    private IngressHistory withoutFirstBucket(long timeNanos, Consumer<Hash> changed) {
        long minute = buckets.firstKey();
        var next = new IngressHistory(buckets.minus(minute), replyBytes);
        for (var call : bucket(minute).entries().entrySet()) {
            if (call.getValue().isOpen()) {
                next = next.put(call.getKey(), call.getValue(), timeNanos + KEPT_AFTER_END_NANOS);
            } else {
                changed.accept(call.getKey());
                next = next.plusReplyBytes(-bytesOf(call.getValue()));
            }
        }
        return next;
    }

    /// Gives up responses, those first that would be forgotten first, until at most `bytes` are left.
    private IngressHistory shortened(long bytes, Consumer<Hash> changed) {
        var next = this;
        for (long minute : buckets.keySet()) {
            for (var call : bucket(minute).entries().entrySet()) {
                if (next.replyBytes <= bytes) {
                    return next;
                }
                long size = bytesOf(call.getValue());
                if (size > 0) {
                    changed.accept(call.getKey());
                    var done = call.getValue().withStatus(new RequestStatus.Done());
                    next = next.withBucket(
                            minute, next.bucket(minute).with(call.getKey(), done), next.replyBytes - size);
                }
            }
        }
        return next;
    }

    private Optional<Long> minuteOf(Hash requestId) {
        for (var bucket : buckets.entrySet()) {
            if (bucket.getValue().entries().containsKey(requestId)) {
                return Optional.of(bucket.getKey());
            }
        }
        return Optional.empty();
    }

    private long requiredMinuteOf(Hash requestId) {
        return minuteOf(requestId)
                .orElseThrow(() -> new AssertionError("BUG: the ingress history does not know request " + requestId));
    }

    private Entry entryIn(long minute, Hash requestId) {
        var entry = bucket(minute).entries().get(requestId);
        if (entry == null) {
            throw new AssertionError("BUG: request " + requestId + " is not in the bucket of minute " + minute);
        }
        return entry;
    }

    private IngressHistory put(Hash requestId, Entry entry, long untilNanos) {
        long minute = minute(untilNanos);
        return withBucket(minute, bucket(minute).with(requestId, entry), replyBytes);
    }

    private IngressHistory removed(long minute, Hash requestId) {
        var rest = bucket(minute).entries().minus(requestId);
        return rest.isEmpty()
                ? new IngressHistory(buckets.minus(minute), replyBytes)
                : withBucket(minute, new Bucket(rest), replyBytes);
    }

    private IngressHistory withBucket(long minute, Bucket bucket, long bytes) {
        return new IngressHistory(buckets.plus(minute, bucket), bytes);
    }

    private IngressHistory plusReplyBytes(long bytes) {
        return new IngressHistory(buckets, replyBytes + bytes);
    }

    private Bucket bucket(long minute) {
        return buckets.getOrDefault(minute, Bucket.EMPTY);
    }

    private static long minute(long nanos) {
        return Long.divideUnsigned(nanos, MINUTE_NANOS);
    }

    private static long bytesOf(Entry entry) {
        return entry.status() instanceof RequestStatus.Ended(var response) ? bytesOf(response) : 0;
    }

    private static long bytesOf(Response response) {
        return switch (response) {
            case Response.Replied(var argument) -> argument.length;
            case Response.Rejected rejected -> rejected.message().length();
        };
    }
}
