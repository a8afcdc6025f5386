package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Snapshot.Taken;
import decant.canister.state.Snapshot.Uploaded;
import decant.store.PageMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.pcollections.TreePMap;

/// The bytes of a subnet's state: named records, and beside them the page images of the canisters' memories.
///
/// ```
/// record "subnet"                       next canister number, randomness, time, default policy, operator, endowment
/// record "payments"                     what the cycles minting canister was notified of: block numbers and replies
/// record "outcalls"                     requests to servers outside, where there were any: OutcallFormat
/// record "ledger/<system canister>"     a ledger: LedgerFormat
/// record "canister/<id>"                everything of a canister but what follows: CanisterFormat
/// record "chronicle/<id>"               what was done to a canister, also to a deleted one: ChronicleFormat
/// record "snapshots/<id>"               the snapshots of a canister: SnapshotFormat
/// record "module/<hash>"                a module, shared by all that have it: ModuleFormat
/// record "chunk/<hash>"                 a chunk, shared by the chunk stores of canisters and snapshots that have it
/// image  "canister/<id>/heap"           the pages of its heap
/// image  "canister/<id>/stable"         the pages of its stable memory
/// image  "restore/<id>/<number>/heap"   the pages of the heap that a restore point has, and so "/stable"
/// image  "snapshot/<id>/<number>/heap"  the pages of the heap that a snapshot has, and so "/stable", and "/module" of
///                                       one that is uploaded
/// ```
///
/// Equal states have equal records and images of equal content, and the other way round.
public final class StateFormat {
    private static final int VERSION = 6;
    private static final String SUBNET = "subnet";
    private static final String PAYMENTS = "payments";
    private static final String OUTCALLS = "outcalls";
    private static final String LEDGER = "ledger/";
    private static final String CANISTER = "canister/";
    private static final String CHRONICLE = "chronicle/";
    private static final String RESTORE = "restore/";
    private static final String SNAPSHOTS = "snapshots/";
    private static final String SNAPSHOT = "snapshot/";
    private static final String MODULE = "module/";
    private static final String CHUNK = "chunk/";
    private static final String HEAP = "/heap";
    private static final String STABLE = "/stable";
    private static final String MODULE_PAGES = "/module";

    private StateFormat() {}

    /// {@return the records of the state, by name; each is made when it is asked for}
    public static SortedMap<String, Supplier<byte[]>> records(SubnetState subnet) {
        var records = new TreeMap<String, Supplier<byte[]>>();
        records.put(SUBNET, () -> encode(subnet));
        records.put(PAYMENTS, () -> encodePayments(subnet.system()));
        if (!subnet.outcalls().equals(Outcalls.NONE)) {
            records.put(OUTCALLS, () -> OutcallFormat.encode(subnet.outcalls()));
        }
        subnet.system()
                .ledgers()
                .forEach((keeper, ledger) -> records.put(LEDGER + keeper, () -> LedgerFormat.encode(ledger)));
        for (CanisterState canister : subnet.canisters().values()) {
            var name = CANISTER + canister.id();
            records.put(name, () -> CanisterFormat.encode(canister));
            putChunks(records, canister.chunkStore());
            canister.code().ifPresent(code -> putModule(records, code));
        }
        subnet.chronicles().forEach((id, chronicle) -> {
            records.put(CHRONICLE + id, () -> ChronicleFormat.encode(chronicle));
            chronicle.points().forEach(point -> point.captured().code().ifPresent(code -> putModule(records, code)));
        });
        subnet.snapshots().forEach((id, snapshots) -> {
            records.put(SNAPSHOTS + id, () -> SnapshotFormat.encode(snapshots));
            snapshots.byNumber().values().forEach(snapshot -> {
                putChunks(records, snapshot.chunkStore());
                if (snapshot.content() instanceof Taken(var code)) {
                    putModule(records, code);
                }
            });
        });
        return records;
    }

    private static void putModule(SortedMap<String, Supplier<byte[]>> records, Code code) {
        var module = code.module();
        records.computeIfAbsent(MODULE + module.hash(), _ -> () -> ModuleFormat.encode(module));
    }

    private static void putChunks(SortedMap<String, Supplier<byte[]>> records, SortedMap<Hash, byte[]> chunks) {
        chunks.forEach((hash, chunk) -> records.put(CHUNK + hash, () -> chunk));
    }

    /// {@return the page images of the state, by name}
    public static SortedMap<String, PageMap> images(SubnetState subnet) {
        var images = new TreeMap<String, PageMap>();
        for (CanisterState canister : subnet.canisters().values()) {
            putImages(images, CANISTER + canister.id(), canister);
        }
        subnet.chronicles()
                .forEach((id, chronicle) -> chronicle
                        .points()
                        .forEach(point -> putImages(images, restoreName(id, point.number()), point.captured())));
        subnet.snapshots()
                .values()
                .forEach(snapshots -> snapshots.byNumber().values().forEach(snapshot -> putImages(images, snapshot)));
        return images;
    }

    private static void putImages(SortedMap<String, PageMap> images, String name, CanisterState canister) {
        canister.code().ifPresent(code -> {
            images.put(name + HEAP, code.heap().pages());
            images.put(name + STABLE, code.stable().pages());
        });
    }

    private static void putImages(SortedMap<String, PageMap> images, Snapshot snapshot) {
        var name = snapshotName(snapshot.id());
        images.put(name + HEAP, snapshot.content().heap().pages());
        images.put(name + STABLE, snapshot.content().stable().pages());
        if (snapshot.content() instanceof Uploaded uploaded) {
            images.put(name + MODULE_PAGES, uploaded.modulePages());
        }
    }

    private static String snapshotName(SnapshotId id) {
        return SNAPSHOT + id.canister() + "/" + id.number();
    }

    private static String restoreName(Principal id, long number) {
        return RESTORE + id + "/" + number;
    }

    /// {@return the state with each page image replaced by the equal one that `replace` makes of name and image}
    public static SubnetState withImages(SubnetState subnet, BiFunction<String, PageMap, PageMap> replace) {
        var next = subnet;
        for (CanisterState canister : subnet.canisters().values()) {
            var same = withImages(CANISTER + canister.id(), canister, replace);
            next = isSame(canister, same) ? next : next.with(same);
        }
        for (var entry : subnet.chronicles().entrySet()) {
            var points = entry.getValue().points();
            for (int i = 0; i < points.size(); i++) {
                var point = points.get(i);
                var same = withImages(restoreName(entry.getKey(), point.number()), point.captured(), replace);
                points = isSame(point.captured(), same) ? points : points.with(i, point.withCaptured(same));
            }
            if (!points.equals(entry.getValue().points())) {
                next = next.withChronicle(entry.getKey(), entry.getValue().withPoints(points));
            }
        }
        for (var entry : subnet.snapshots().entrySet()) {
            var snapshots = entry.getValue();
            for (Snapshot snapshot : entry.getValue().byNumber().values()) {
                var same = withImages(snapshot, replace);
                snapshots = isSame(snapshot, same) ? snapshots : snapshots.with(same);
            }
            next = isSame(entry.getValue(), snapshots) ? next : next.withSnapshots(entry.getKey(), snapshots);
        }
        return next;
    }

    private static Snapshot withImages(Snapshot snapshot, BiFunction<String, PageMap, PageMap> replace) {
        var name = snapshotName(snapshot.id());
        var content = snapshot.content();
        var heap = replaced(name + HEAP, content.heap(), replace);
        var stable = replaced(name + STABLE, content.stable(), replace);
        boolean isKept = heap.equals(content.heap()) && stable.equals(content.stable());
        return switch (content) {
            case Taken(var code) ->
                isKept ? snapshot : snapshot.withContent(new Taken(code.withMemory(code.globals(), heap, stable)));
            case Uploaded uploaded -> {
                var module = replace.apply(name + MODULE_PAGES, uploaded.modulePages());
                yield isKept && isSame(module, uploaded.modulePages())
                        ? snapshot
                        : snapshot.withContent(
                                uploaded.withModulePages(module).withHeap(heap).withStable(stable));
            }
        };
    }

    private static CanisterState withImages(
            String name, CanisterState canister, BiFunction<String, PageMap, PageMap> replace) {
        if (canister.code().isEmpty()) {
            return canister;
        }
        var code = canister.code().get();
        var heap = replaced(name + HEAP, code.heap(), replace);
        var stable = replaced(name + STABLE, code.stable(), replace);
        if (heap.equals(code.heap()) && stable.equals(code.stable())) {
            return canister;
        }
        var same = code.withMemory(code.globals(), heap, stable);
        return canister.with(draft -> draft.code = Optional.of(same));
    }

    @SuppressWarnings("ReferenceEquality")
    private static <T> boolean isSame(T before, T after) {
        return before == after;
    }

    /// {@return the names of the canister's other images of the same kind, of which some may be its forebears: its own,
    /// those of its restore points, and those of its snapshots}
    public static List<String> kindred(String image, SortedMap<String, PageMap> images) {
        int idBegin = image.indexOf('/') + 1;
        var id = image.substring(idBegin, image.indexOf('/', idBegin));
        var kind = image.substring(image.lastIndexOf('/'));
        var names = new ArrayList<String>(List.of(CANISTER + id + kind));
        for (String first : List.of(RESTORE + id + "/", SNAPSHOT + id + "/")) {
            images.tailMap(first).keySet().stream()
                    .takeWhile(name -> name.startsWith(first))
                    .filter(name -> name.endsWith(kind))
                    .forEach(names::add);
        }
        names.remove(image);
        return names;
    }

    private static MemoryImage replaced(String name, MemoryImage image, BiFunction<String, PageMap, PageMap> replace) {
        return image.withPages(replace.apply(name, image.pages()));
    }

    /// {@return the state that these records and images are of; names that are not of the state are left alone}
    ///
    /// @throws IllegalArgumentException if something is missing, or of another format version
    public static SubnetState read(Map<String, Supplier<byte[]>> records, Map<String, PageMap> images) {
        var modules = new HashMap<Hash, ModuleBinary>();
        Function<String, CanisterFormat.Parts> parts = name -> new CanisterFormat.Parts(
                hash -> modules.computeIfAbsent(hash, _ -> module(records, hash)),
                hash -> required(records, CHUNK + hash).get(),
                () -> required(images, name + HEAP),
                () -> required(images, name + STABLE));
        var subnet = decode(new RecordReader(SUBNET, required(records, SUBNET).get()))
                .withSystem(decodePayments(
                        new RecordReader(PAYMENTS, required(records, PAYMENTS).get())));
        for (var entry : new TreeMap<>(records).entrySet()) {
            var name = entry.getKey();
            if (name.startsWith(CANISTER)) {
                var id = Principal.parse(name.substring(CANISTER.length()));
                subnet = subnet.with(CanisterFormat.decode(
                        id, new RecordReader(name, entry.getValue().get()), parts.apply(name)));
            } else if (name.startsWith(CHRONICLE)) {
                var id = Principal.parse(name.substring(CHRONICLE.length()));
                var chronicle = ChronicleFormat.decode(
                        id,
                        new RecordReader(name, entry.getValue().get()),
                        number -> parts.apply(restoreName(id, number)));
                subnet = subnet.withChronicle(id, chronicle);
            } else if (name.startsWith(SNAPSHOTS)) {
                var id = Principal.parse(name.substring(SNAPSHOTS.length()));
                var snapshots = SnapshotFormat.decode(
                        id, new RecordReader(name, entry.getValue().get()), number -> {
                            var own = snapshotName(new SnapshotId(id, number));
                            return new SnapshotFormat.Parts(
                                    parts.apply(own), () -> required(images, own + MODULE_PAGES));
                        });
                subnet = subnet.withSnapshots(id, snapshots);
            } else if (name.equals(OUTCALLS)) {
                subnet = subnet.withOutcalls(OutcallFormat.decode(
                        new RecordReader(name, entry.getValue().get())));
            } else if (name.startsWith(LEDGER)) {
                var keeper = SystemId.valueOf(name.substring(LEDGER.length()));
                var ledger = LedgerFormat.decode(
                        new RecordReader(name, entry.getValue().get()));
                subnet = subnet.withSystem(subnet.system().with(keeper, ledger));
            }
        }
        return subnet;
    }

    /// {@return a hash of everything in the state, page images included}
    public static Hash stateHash(SubnetState subnet) {
        var digest = Hash.newSha256();
        add(digest, SUBNET, encode(subnet));
        add(digest, PAYMENTS, encodePayments(subnet.system()));
        if (!subnet.outcalls().equals(Outcalls.NONE)) {
            add(digest, OUTCALLS, OutcallFormat.encode(subnet.outcalls()));
        }
        subnet.system()
                .ledgers()
                .forEach((keeper, ledger) -> add(digest, LEDGER + keeper, LedgerFormat.encode(ledger)));
        for (CanisterState canister : subnet.canisters().values()) {
            add(digest, CANISTER + canister.id(), stateHash(canister).bytes());
        }
        subnet.chronicles().forEach((id, chronicle) -> {
            add(digest, CHRONICLE + id, ChronicleFormat.encode(chronicle));
            chronicle.points().forEach(point -> addMemories(digest, point.captured()));
        });
        subnet.snapshots().forEach((id, snapshots) -> {
            add(digest, SNAPSHOTS + id, SnapshotFormat.encode(snapshots));
            snapshots.byNumber().values().forEach(snapshot -> addImages(digest, snapshot));
        });
        return Hash.of(digest.digest());
    }

    private static void addImages(MessageDigest digest, Snapshot snapshot) {
        var images = new TreeMap<String, PageMap>();
        putImages(images, snapshot);
        images.forEach((name, image) -> add(digest, name, image.hash().bytes()));
    }

    /// {@return a hash of everything in the canister, page images included}
    public static Hash stateHash(CanisterState canister) {
        var digest = Hash.newSha256();
        add(digest, CANISTER + canister.id(), CanisterFormat.encode(canister));
        addMemories(digest, canister);
        return Hash.of(digest.digest());
    }

    private static void addMemories(MessageDigest digest, CanisterState canister) {
        canister.code().ifPresent(code -> {
            add(digest, HEAP, code.heap().pages().hash().bytes());
            add(digest, STABLE, code.stable().pages().hash().bytes());
        });
    }

    /// {@return a hash of what a failed installation leaves as it was: everything in the canister but its log, its
    /// cycles, and what was counted of its queries and of the pages that it wrote}
    public static Hash canisterHash(CanisterState canister) {
        return stateHash(canister.with(draft -> {
            draft.log = CanisterLog.EMPTY;
            draft.cycles = Cycles.ZERO;
            draft.account = Account.opened(0);
            draft.queryStats = QueryStats.NONE;
            draft.code = draft.code.map(code -> code.withMemory(
                    code.globals(), code.heap().withoutCount(), code.stable().withoutCount()));
        }));
    }

    private static void add(MessageDigest digest, String name, byte[] content) {
        var out = new RecordWriter();
        out.bytes(name.getBytes(StandardCharsets.UTF_8));
        out.number(content.length);
        digest.update(out.record());
        digest.update(content);
    }

    private static byte[] encode(SubnetState subnet) {
        var out = new RecordWriter();
        out.number(VERSION);
        out.number(subnet.nextCanisterNumber());
        out.hash(subnet.randomness().seed());
        out.number(subnet.randomness().drawn());
        out.number(subnet.timeNanos());
        out.constant(subnet.charter().defaultPolicy());
        out.optional(subnet.charter().operator(), out::principal);
        out.flag(subnet.charter().endowsAnonymous());
        out.constant(subnet.charter().costSchedule());
        return out.record();
    }

    private static byte[] encodePayments(SystemState system) {
        var out = new RecordWriter();
        out.list(system.payments().entrySet(), payment -> {
            out.number(payment.getKey());
            out.bytes(payment.getValue());
        });
        return out.record();
    }

    private static SystemState decodePayments(RecordReader in) {
        var payments = TreePMap.<Long, byte[]>empty();
        for (var payment : in.list(() -> Map.entry(in.number(), in.bytes()))) {
            payments = payments.plus(payment.getKey(), payment.getValue());
        }
        in.end();
        return new SystemState(TreePMap.empty(), payments);
    }

    private static SubnetState decode(RecordReader in) {
        in.version(VERSION);
        long nextCanisterNumber = in.number();
        var randomness = new Randomness(in.hash(), in.number());
        var subnet = SubnetState.create(randomness.seed(), in.number())
                .withNextCanisterNumber(nextCanisterNumber)
                .withRandomness(randomness)
                .withCharter(new Charter(
                        in.constant(UpgradePolicy.class),
                        in.optional(in::principal),
                        in.flag(),
                        in.constant(CostSchedule.class)));
        in.end();
        return subnet;
    }

    private static ModuleBinary module(Map<String, Supplier<byte[]>> records, Hash hash) {
        var name = MODULE + hash;
        return ModuleFormat.decode(
                hash, new RecordReader(name, required(records, name).get()));
    }

    private static <T> T required(Map<String, T> parts, String name) {
        var part = parts.get(name);
        if (part == null) {
            throw new IllegalArgumentException("the state lacks \"" + name + "\"");
        }
        return part;
    }
}
