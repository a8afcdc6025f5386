package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
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

/// The bytes of a subnet's state: named records, and beside them the page images of the canisters' memories.
///
/// ```
/// record "subnet"                       next canister number, randomness, time, default policy, operator
/// record "canister/<id>"                everything of a canister but what follows: CanisterFormat
/// record "canister/<id>/chunk/<hash>"   a chunk of its chunk store
/// record "chronicle/<id>"               what was done to a canister, also to a deleted one: ChronicleFormat
/// record "module/<hash>"                a module, shared by the canisters and restore points that have it:
/// ModuleFormat
/// image  "canister/<id>/heap"           the pages of its heap
/// image  "canister/<id>/stable"         the pages of its stable memory
/// image  "restore/<id>/<number>/heap"   the pages of the heap that a restore point has, and so "/stable"
/// ```
///
/// Equal states have equal records and images of equal content, and the other way round.
public final class StateFormat {
    private static final int VERSION = 3;
    private static final String SUBNET = "subnet";
    private static final String CANISTER = "canister/";
    private static final String CHRONICLE = "chronicle/";
    private static final String RESTORE = "restore/";
    private static final String MODULE = "module/";
    private static final String CHUNK = "/chunk/";
    private static final String HEAP = "/heap";
    private static final String STABLE = "/stable";

    private StateFormat() {}

    /// {@return the records of the state, by name}
    public static SortedMap<String, byte[]> records(SubnetState subnet) {
        var records = new TreeMap<String, byte[]>();
        records.put(SUBNET, encode(subnet));
        for (CanisterState canister : subnet.canisters().values()) {
            var name = CANISTER + canister.id();
            records.put(name, CanisterFormat.encode(canister));
            canister.chunkStore().forEach((hash, chunk) -> records.put(name + CHUNK + hash, chunk));
            putModule(records, canister);
        }
        subnet.chronicles().forEach((id, chronicle) -> {
            records.put(CHRONICLE + id, ChronicleFormat.encode(chronicle));
            chronicle.points().forEach(point -> putModule(records, point.captured()));
        });
        return records;
    }

    private static void putModule(SortedMap<String, byte[]> records, CanisterState canister) {
        canister.code()
                .map(Code::module)
                .ifPresent(module -> records.computeIfAbsent(MODULE + module.hash(), _ -> ModuleFormat.encode(module)));
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
        return images;
    }

    private static void putImages(SortedMap<String, PageMap> images, String name, CanisterState canister) {
        canister.code().ifPresent(code -> {
            images.put(name + HEAP, code.heap().pages());
            images.put(name + STABLE, code.stable().pages());
        });
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
        return next;
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
    private static boolean isSame(CanisterState before, CanisterState after) {
        return before == after;
    }

    /// {@return the names of the canister's other images of the same kind, of which some may be its forebears: those of
    /// its restore points, and its own}
    public static List<String> kindred(String image, SortedMap<String, PageMap> images) {
        int idBegin = image.indexOf('/') + 1;
        var id = image.substring(idBegin, image.indexOf('/', idBegin));
        var kind = image.substring(image.lastIndexOf('/'));
        var names = new ArrayList<String>(List.of(CANISTER + id + kind));
        var first = RESTORE + id + "/";
        images.tailMap(first).keySet().stream()
                .takeWhile(name -> name.startsWith(first))
                .filter(name -> name.endsWith(kind))
                .forEach(names::add);
        names.remove(image);
        return names;
    }

    private static MemoryImage replaced(String name, MemoryImage image, BiFunction<String, PageMap, PageMap> replace) {
        return image.withPages(replace.apply(name, image.pages()));
    }

    /// {@return the state that these records and images are of; names that are not of the state are left alone}
    ///
    /// @throws IllegalArgumentException if something is missing, or of another format version
    public static SubnetState read(Map<String, byte[]> records, Map<String, PageMap> images) {
        var modules = new HashMap<Hash, ModuleBinary>();
        Function<String, CanisterFormat.Parts> parts = name -> new CanisterFormat.Parts(
                hash -> modules.computeIfAbsent(hash, _ -> module(records, hash)),
                hash -> required(records, name + CHUNK + hash),
                bytes -> new MemoryImage(required(images, name + HEAP), bytes),
                bytes -> new MemoryImage(required(images, name + STABLE), bytes));
        var subnet = decode(new RecordReader(SUBNET, required(records, SUBNET)));
        for (var entry : new TreeMap<>(records).entrySet()) {
            var name = entry.getKey();
            if (name.startsWith(CANISTER) && name.indexOf('/', CANISTER.length()) < 0) {
                var id = Principal.parse(name.substring(CANISTER.length()));
                subnet = subnet.with(
                        CanisterFormat.decode(id, new RecordReader(name, entry.getValue()), parts.apply(name)));
            } else if (name.startsWith(CHRONICLE)) {
                var id = Principal.parse(name.substring(CHRONICLE.length()));
                var chronicle = ChronicleFormat.decode(
                        id, new RecordReader(name, entry.getValue()), number -> parts.apply(restoreName(id, number)));
                subnet = subnet.withChronicle(id, chronicle);
            }
        }
        return subnet;
    }

    /// {@return a hash of everything in the state, page images included}
    public static Hash stateHash(SubnetState subnet) {
        var digest = Hash.newSha256();
        add(digest, SUBNET, encode(subnet));
        for (CanisterState canister : subnet.canisters().values()) {
            add(digest, CANISTER + canister.id(), stateHash(canister).bytes());
        }
        subnet.chronicles().forEach((id, chronicle) -> {
            add(digest, CHRONICLE + id, ChronicleFormat.encode(chronicle));
            chronicle.points().forEach(point -> addMemories(digest, point.captured()));
        });
        return Hash.of(digest.digest());
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
    /// cycles and what was counted of its queries}
    public static Hash canisterHash(CanisterState canister) {
        return stateHash(canister.with(draft -> {
            draft.log = CanisterLog.EMPTY;
            draft.cycles = Cycles.ZERO;
            draft.queryStats = QueryStats.NONE;
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
        return out.record();
    }

    private static SubnetState decode(RecordReader in) {
        in.version(VERSION);
        long nextCanisterNumber = in.number();
        var randomness = new Randomness(in.hash(), in.number());
        var subnet = SubnetState.create(randomness.seed(), in.number())
                .withNextCanisterNumber(nextCanisterNumber)
                .withRandomness(randomness)
                .withCharter(new Charter(in.constant(UpgradePolicy.class), in.optional(in::principal)));
        in.end();
        return subnet;
    }

    private static ModuleBinary module(Map<String, byte[]> records, Hash hash) {
        var name = MODULE + hash;
        return ModuleFormat.decode(hash, new RecordReader(name, required(records, name)));
    }

    private static <T> T required(Map<String, T> parts, String name) {
        var part = parts.get(name);
        if (part == null) {
            throw new IllegalArgumentException("the state lacks \"" + name + "\"");
        }
        return part;
    }
}
