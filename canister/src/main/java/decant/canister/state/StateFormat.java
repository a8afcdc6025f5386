package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import decant.store.PageMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// The bytes of a subnet's state: named records, and beside them the page images of the canisters' memories.
///
/// ```
/// record "subnet"                       next canister number, randomness, time
/// record "canister/<id>"                everything of a canister but what follows: CanisterFormat
/// record "canister/<id>/chunk/<hash>"   a chunk of its chunk store
/// record "module/<hash>"                a module, shared by the canisters that run it: ModuleFormat
/// image  "canister/<id>/heap"           the pages of its heap
/// image  "canister/<id>/stable"         the pages of its stable memory
/// ```
///
/// Equal states have equal records and images of equal content, and the other way round.
public final class StateFormat {
    private static final int VERSION = 1;
    private static final String SUBNET = "subnet";
    private static final String CANISTER = "canister/";
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
            canister.code()
                    .map(Code::module)
                    .ifPresent(module ->
                            records.computeIfAbsent(MODULE + module.hash(), _ -> ModuleFormat.encode(module)));
        }
        return records;
    }

    /// {@return the page images of the state, by name}
    public static SortedMap<String, PageMap> images(SubnetState subnet) {
        var images = new TreeMap<String, PageMap>();
        for (CanisterState canister : subnet.canisters().values()) {
            canister.code().ifPresent(code -> {
                images.put(CANISTER + canister.id() + HEAP, code.heap().pages());
                images.put(CANISTER + canister.id() + STABLE, code.stable().pages());
            });
        }
        return images;
    }

    /// {@return the state with each page image replaced by the equal one that `replace` makes of name and image}
    public static SubnetState withImages(SubnetState subnet, BiFunction<String, PageMap, PageMap> replace) {
        var next = subnet;
        for (CanisterState canister : subnet.canisters().values()) {
            if (canister.code().isPresent()) {
                var code = canister.code().get();
                var heap = replaced(CANISTER + canister.id() + HEAP, code.heap(), replace);
                var stable = replaced(CANISTER + canister.id() + STABLE, code.stable(), replace);
                if (!heap.equals(code.heap()) || !stable.equals(code.stable())) {
                    var codeNext = code.withMemory(code.globals(), heap, stable);
                    next = next.with(canister.with(draft -> draft.code = Optional.of(codeNext)));
                }
            }
        }
        return next;
    }

    private static MemoryImage replaced(String name, MemoryImage image, BiFunction<String, PageMap, PageMap> replace) {
        return image.withPages(replace.apply(name, image.pages()));
    }

    /// {@return the state that these records and images are of; names that are not of the state are left alone}
    ///
    /// @throws IllegalArgumentException if something is missing, or of another format version
    public static SubnetState read(Map<String, byte[]> records, Map<String, PageMap> images) {
        var modules = new HashMap<Hash, ModuleBinary>();
        var subnet = decode(new RecordReader(SUBNET, required(records, SUBNET)));
        for (var entry : new TreeMap<>(records).entrySet()) {
            var name = entry.getKey();
            if (name.startsWith(CANISTER) && name.indexOf('/', CANISTER.length()) < 0) {
                var parts = new CanisterFormat.Parts(
                        hash -> modules.computeIfAbsent(hash, _ -> module(records, hash)),
                        hash -> required(records, name + CHUNK + hash),
                        bytes -> new MemoryImage(required(images, name + HEAP), bytes),
                        bytes -> new MemoryImage(required(images, name + STABLE), bytes));
                var id = Principal.parse(name.substring(CANISTER.length()));
                subnet = subnet.with(CanisterFormat.decode(id, new RecordReader(name, entry.getValue()), parts));
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
        return Hash.of(digest.digest());
    }

    /// {@return a hash of everything in the canister, page images included}
    public static Hash stateHash(CanisterState canister) {
        var digest = Hash.newSha256();
        add(digest, CANISTER + canister.id(), CanisterFormat.encode(canister));
        canister.code().ifPresent(code -> {
            add(digest, HEAP, code.heap().pages().hash().bytes());
            add(digest, STABLE, code.stable().pages().hash().bytes());
        });
        return Hash.of(digest.digest());
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
        return out.record();
    }

    private static SubnetState decode(RecordReader in) {
        in.version(VERSION);
        long nextCanisterNumber = in.number();
        var randomness = new Randomness(in.hash(), in.number());
        var subnet = SubnetState.create(randomness.seed(), in.number())
                .withNextCanisterNumber(nextCanisterNumber)
                .withRandomness(randomness);
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
