package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.CanisterLog;
import decant.canister.state.CanisterState;
import decant.canister.state.MemoryImage;
import decant.canister.state.Message;
import decant.canister.state.QueryStats;
import decant.canister.state.StateFormat;
import decant.canister.state.SubnetState;
import decant.store.Checkpoint;
import decant.store.PageMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pcollections.AmortizedPQueue;
import org.pcollections.PQueue;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/// The bytes of a state: what a checkpoint holds of it, and what its hash is taken over.
///
/// ```text
/// record "replica"            version height last-turn:bytes last-beat count waiting* count deadline*
///   waiting                   as in MessageFormat
///   deadline                  time caller:bytes callback
/// record "ingress/<minute>"   a bucket of the ingress history, as in IngressHistoryFormat; of a large one its first
///                             part, and "ingress/<minute>/1" the next
/// all other names             the subnet's, as in StateFormat
/// ```
final class StateRecords {
    private static final int VERSION = 2;
    private static final String REPLICA = "replica";
    private static final String INGRESS = "ingress/";

    private StateRecords() {}

    static Checkpoint encode(State state) {
        var records = new TreeMap<>(StateFormat.records(state.subnet()));
        records.put(REPLICA, () -> encodeReplica(state));
        state.history().buckets().forEach((minute, bucket) -> {
            var parts = bucket.parts();
            for (int i = 0; i < parts.size(); i++) {
                var part = parts.get(i);
                var name = INGRESS + minute + (i == 0 ? "" : "/" + i);
                records.put(name, () -> IngressHistoryFormat.encode(part));
            }
        });
        return new Checkpoint(state.height(), records, StateFormat.images(state.subnet()));
    }

    static State decode(Checkpoint checkpoint) {
        var replica = checkpoint.records().get(REPLICA);
        if (replica == null) {
            throw new IllegalStateException("the checkpoint of round " + checkpoint.height() + " lacks the record \""
                    + REPLICA + "\": it was not written by a replica");
        }
        var source = new ByteSource("the record \"" + REPLICA + "\"", replica.get());
        if (source.number() != VERSION) {
            throw new IllegalStateException("the checkpoint of round " + checkpoint.height()
                    + " has another format than version " + VERSION + ", which this program reads");
        }
        long height = source.number();
        var lastTurn = source.principal();
        long lastBeatNanos = source.number();
        PQueue<Message> builtInCalls = AmortizedPQueue.empty();
        for (int left = source.count(); left > 0; left--) {
            builtInCalls = builtInCalls.plus(MessageFormat.decodeCall(source));
        }
        var deadlines = TreePSet.<CallDeadline>empty();
        for (int left = source.count(); left > 0; left--) {
            deadlines = deadlines.plus(new CallDeadline(source.number(), source.principal(), source.number()));
        }
        source.end();
        var subnet = decodeSubnet(checkpoint);
        return new State(
                height,
                subnet,
                Agenda.of(subnet),
                builtInCalls,
                deadlines,
                decodeHistory(checkpoint.records()),
                lastTurn,
                lastBeatNanos);
    }

    private static SubnetState decodeSubnet(Checkpoint checkpoint) {
        try {
            return StateFormat.read(checkpoint.records(), checkpoint.images());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "the checkpoint of round " + checkpoint.height() + " cannot be read: " + e.getMessage()
                            + "; open the state directory with the version of Decant that wrote it",
                    e);
        }
    }

    private static byte[] encodeReplica(State state) {
        var sink = new ByteSink()
                .number(VERSION)
                .number(state.height())
                .principal(state.lastTurn())
                .number(state.lastBeatNanos())
                .number(state.builtInCalls().size());
        state.builtInCalls().forEach(call -> MessageFormat.encodeCall(sink, call));
        sink.number(state.deadlines().size());
        state.deadlines()
                .forEach(call ->
                        sink.number(call.timeNanos()).principal(call.caller()).number(call.callbackId()));
        return sink.toByteArray();
    }

    private static IngressHistory decodeHistory(Map<String, Supplier<byte[]>> records) {
        var buckets = TreePMap.<Long, IngressHistory.Bucket>empty();
        for (var record : records.entrySet()) {
            if (record.getKey().startsWith(INGRESS)) {
                var place = record.getKey().substring(INGRESS.length()).split("/", -1);
                long minute = Long.parseLong(place[0]);
                var part = IngressHistoryFormat.decode(
                        record.getKey(), record.getValue().get());
                buckets = buckets.plus(
                        minute,
                        buckets.getOrDefault(minute, IngressHistory.Bucket.EMPTY)
                                .with(part));
            }
        }
        return IngressHistory.of(buckets);
    }

    /// {@return a hash of everything in the state: two states with the same hash go on in the same way}
    static Hash stateHash(State state) {
        var history = Hash.newSha256();
        state.history().buckets().forEach((minute, bucket) -> {
            for (var part : bucket.parts()) {
                var sink = new ByteSink().number(minute).bytes(IngressHistoryFormat.encode(part));
                history.update(sink.toByteArray());
            }
        });
        return Hash.sha256(
                StateFormat.stateHash(state.subnet()).bytes(),
                Hash.sha256(encodeReplica(state)).bytes(),
                history.digest());
    }

    /// {@return a hash of everything in a canister but its log, which also tells what failed, and the statistics of its
    /// queries, which change with time}
    static Hash stateHash(CanisterState canister) {
        return StateFormat.stateHash(canister.with(draft -> {
            draft.log = CanisterLog.EMPTY;
            draft.queryStats = QueryStats.NONE;
        }));
    }

    /// {@return the same state, in which the images that were `written` hold in memory only what is not `durable`}
    static State rebase(State state, SortedMap<String, PageMap> written, SortedMap<String, PageMap> durable) {
        return state.withSubnet(
                StateFormat.withImages(state.subnet(), (name, image) -> rebased(name, image, written, durable)));
    }

    /// An image may descend from one that was written under another name: a new restore point from its canister's
    /// memory, and the memory of a canister that was brought back from a restore point. The nearest forebear
    /// leaves the fewest pages in memory.
    private static PageMap rebased(
            String name, PageMap image, SortedMap<String, PageMap> written, SortedMap<String, PageMap> durable) {
        var nearest = rebased(image, written.get(name), durable.get(name));
        if (nearest.deltaPages() == 0) {
            return nearest;
        }
        for (String kindred : StateFormat.kindred(name, written)) {
            var rebased = rebased(image, written.get(kindred), durable.get(kindred));
            if (rebased.deltaPages() < nearest.deltaPages()) {
                nearest = rebased;
            }
        }
        return nearest;
    }

    private static PageMap rebased(PageMap image, @Nullable PageMap from, @Nullable PageMap to) {
        return from == null || to == null ? image : image.rebase(from, to);
    }

    /// {@return how many pages of the canister, its restore points and its snapshots are only in memory}
    static long deltaPages(SubnetState subnet, Principal id) {
        long pages = subnet.canister(id).map(StateRecords::deltaPages).orElse(0L);
        for (var point : subnet.chronicle(id).points()) {
            pages += deltaPages(point.captured());
        }
        for (var snapshot : subnet.snapshots(id).byNumber().values()) {
            pages += deltaPages(snapshot.content().heap())
                    + deltaPages(snapshot.content().stable());
        }
        return pages;
    }

    private static long deltaPages(CanisterState canister) {
        return canister.code()
                .map(code -> deltaPages(code.heap()) + deltaPages(code.stable()))
                .orElse(0L);
    }

    private static long deltaPages(MemoryImage memory) {
        return memory.pages().deltaPages();
    }
}
