package decant.motoko;

import decant.base.Principal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Stable variables as an actor with classical persistence writes them to stable memory before an upgrade: one record
/// in a form of Candid.
///
/// ```text
/// first word not 0:  size:u32 record                      the actor uses no stable memory itself
/// first word 0:      at N: size:u32 record;               it uses N bytes, and N / 64 KiB stands 12 bytes before
///                                                         the end
/// record           = "DIDL" types 1 type value
/// ```
///
/// Beyond Candid there is the type `alias`, of code 1, for what is mutable and may be met at several places:
/// ```text
/// alias            = 0 8 bytes, the value | 1 offset:i32  to those 8 bytes, from here
/// ```
/// and the type `Region`, of code -128, whose value is an alias of 8, 4 and a number of bytes.
final class SerializedValues {
    private static final long BYTES_MAX = 256L << 20;
    private static final int TYPES_MAX = 100_000;
    private static final int DEPTH_MAX = 200;
    private static final long PAGE_BYTES = 65_536;

    private static final int OPT = -18;
    private static final int VEC = -19;
    private static final int RECORD = -20;
    private static final int VARIANT = -21;
    private static final int FUNC = -22;
    private static final int SERVICE = -23;
    private static final int ALIAS = 1;
    private static final int REGION = -128;
    private static final int NAT8 = -5;

    private final Labels labels;
    private final MemoryCursor in;
    private final int charactersMax;
    private final List<Node> types = new ArrayList<>();

    /// A type of the table; its parts are indices, or negative for types without parts.
    private record Node(int kind, List<Part> parts) {}

    private record Part(long hash, int type) {}

    SerializedValues(StableSignature signature, MemoryView stable, int charactersMax) {
        this.labels = Labels.of(signature);
        this.in = cursor(stable);
        this.charactersMax = charactersMax;
    }

    private static MemoryCursor cursor(MemoryView stable) {
        if (stable.bytes() == 0) {
            throw new UnreadableValuesException("stable memory is empty: the hook has written nothing");
        }
        var in = new MemoryCursor(stable, 0, stable.bytes());
        long first = in.u32();
        if (first != 0) {
            return within(stable, 4, first);
        }
        long begin = in.goTo(stable.bytes() - 12).u32() * PAGE_BYTES;
        return within(stable, begin + 4, in.goTo(begin).u32());
    }

    private static MemoryCursor within(MemoryView stable, long begin, long bytes) {
        if (bytes > BYTES_MAX) {
            throw new UnreadableValuesException("the values have " + bytes + " bytes; shown are at most " + BYTES_MAX);
        }
        return new MemoryCursor(stable, begin, begin + bytes);
    }

    SortedMap<String, String> read() {
        if (!new String(in.bytes(4), StandardCharsets.US_ASCII).equals("DIDL")) {
            throw new UnreadableValuesException("stable memory does not hold what the hook of a Motoko actor writes");
        }
        readTypes();
        if (in.leb() != 1) {
            throw new UnreadableValuesException("stable memory does not hold one record, as a Motoko actor writes");
        }
        var record = node((int) in.integer().longValueExact());
        if (record.kind != RECORD) {
            throw new UnreadableValuesException("stable memory holds something else than a record");
        }
        var values = new TreeMap<String, String>();
        for (var field : record.parts) {
            var text = new ValueText(charactersMax);
            // What a stable variable holds is an option, so that it can be told from one that is not there.
            var held = node(field.type);
            if (held.kind != OPT) {
                value(field.type, text, 0);
                values.put(labels.name(field.hash), text.toString());
            } else if (in.u8() != 0) {
                value(held.parts.getFirst().type, text, 0);
                values.put(labels.name(field.hash), text.toString());
            }
        }
        return values;
    }

    private void readTypes() {
        long count = in.leb();
        if (count > TYPES_MAX) {
            throw new UnreadableValuesException(
                    "the values have " + count + " types; at most " + TYPES_MAX + " are read");
        }
        for (long i = 0; i < count; i++) {
            int kind = type();
            types.add(new Node(
                    kind,
                    switch (kind) {
                        case OPT, VEC, ALIAS -> List.of(new Part(0, type()));
                        case RECORD, VARIANT -> fields();
                        case FUNC -> skippedFunction();
                        case SERVICE -> skippedService();
                        default ->
                            throw new UnreadableValuesException("the values have a type of the unknown code " + kind);
                    }));
        }
    }

    private int type() {
        var type = in.integer();
        if (type.bitLength() > 31) {
            throw new UnreadableValuesException("the values have a type of the unknown code " + type);
        }
        return type.intValue();
    }

    private List<Part> fields() {
        var fields = new ArrayList<Part>();
        for (long left = in.leb(); left > 0; left--) {
            fields.add(new Part(in.leb(), type()));
        }
        return fields;
    }

    private List<Part> skippedFunction() {
        for (int list = 0; list < 2; list++) {
            for (long left = in.leb(); left > 0; left--) {
                type();
            }
        }
        in.skip(in.leb());
        return List.of();
    }

    private List<Part> skippedService() {
        for (long left = in.leb(); left > 0; left--) {
            in.skip(in.leb());
            type();
        }
        return List.of();
    }

    private Node node(int type) {
        if (type >= types.size()) {
            throw new UnreadableValuesException("the values have a type " + type + " that is not among their types");
        }
        return type < 0 ? new Node(type, List.of()) : types.get(type);
    }

    /// Reads a value to its end, whatever of it finds room in the text.
    private void value(int type, ValueText text, int depth) {
        if (depth > DEPTH_MAX) {
            throw new UnreadableValuesException("the values are nested more than " + DEPTH_MAX + " levels deep");
        }
        var node = node(type);
        switch (node.kind) {
            case -1, -16 -> text.add(node.kind == -1 ? "()" : "_");
            case -2 -> text.add(in.u8() == 0 ? "false" : "true");
            case -3 -> text.add(in.natural().toString());
            case -4 -> text.add(in.integer().toString());
            case NAT8 -> text.add(Integer.toString(in.u8()));
            case -6 -> text.add(Integer.toString(in.u16()));
            case -7 -> text.add(Long.toString(in.u32()));
            case -8 -> text.add(Long.toUnsignedString(in.i64()));
            case -9 -> text.add(Byte.toString((byte) in.u8()));
            case -10 -> text.add(Short.toString((short) in.u16()));
            case -11 -> text.add(Integer.toString(in.i32()));
            case -12 -> text.add(Long.toString(in.i64()));
            case -13 -> text.add(Float.toString(Float.intBitsToFloat(in.i32())));
            case -14 -> text.add(Double.toString(Double.longBitsToDouble(in.i64())));
            case -15 -> text(text);
            case -24, SERVICE -> text.add(principal());
            case FUNC -> {
                in.skip(1);
                text.add(principal()).add(".").add(new String(in.bytes((int) in.leb()), StandardCharsets.UTF_8));
            }
            case REGION -> region(text);
            case OPT -> {
                if (in.u8() == 0) {
                    text.add("null");
                } else {
                    text.add("?");
                    value(node.parts.getFirst().type, text, depth + 1);
                }
            }
            case VEC -> vector(node.parts.getFirst().type, text, depth);
            case RECORD -> record(node.parts, text, depth);
            case VARIANT -> variant(node.parts, text, depth);
            case ALIAS -> alias(node.parts.getFirst().type, text, depth);
            default -> throw new UnreadableValuesException("the values have a type of the unknown code " + node.kind);
        }
    }

    private void text(ValueText text) {
        long length = in.leb();
        if (text.isFull()) {
            in.skip(length);
        } else {
            long shown = Math.min(length, charactersMax);
            text.add(ValueText.quoted(new String(in.bytes((int) shown), StandardCharsets.UTF_8)));
            in.skip(length - shown);
        }
    }

    private String principal() {
        if (in.u8() == 0) {
            return "_";
        }
        long length = in.leb();
        return length <= 29 ? Principal.of(in.bytes((int) length)).toString() : skipped(length);
    }

    private String skipped(long bytes) {
        in.skip(bytes);
        return "_";
    }

    private void region(ValueText text) {
        if (in.u8() == 0) {
            in.skip(8);
            long id = in.i64();
            long pages = in.u32();
            in.skip(in.leb());
            text.add("region " + id + " of " + pages + " pages");
        } else {
            in.skip(4);
            text.add("region");
        }
    }

    private void vector(int item, ValueText text, int depth) {
        long count = in.leb();
        if (node(item).kind == NAT8) {
            long shown = text.isFull() ? 0 : Math.min(count, charactersMax);
            text.add(ValueText.quoted(in.bytes((int) shown)));
            in.skip(count - shown);
            return;
        }
        text.add("[");
        for (long i = 0; i < count; i++) {
            long before = in.at();
            text.add(i == 0 ? "" : ", ");
            value(item, text, depth + 1);
            if (in.at() == before && text.isFull()) {
                break; // Items without bytes take no time to skip, however many there are.
            }
        }
        text.add("]");
    }

    private void record(List<Part> fields, ValueText text, int depth) {
        var names = fields.stream().map(field -> labels.name(field.hash)).toList();
        boolean isTuple = ValueText.areOfTuple(names);
        text.add(isTuple ? "(" : "{");
        for (int i = 0; i < fields.size(); i++) {
            text.add(i == 0 ? "" : isTuple ? ", " : "; ");
            text.add(isTuple ? "" : names.get(i) + " = ");
            value(fields.get(i).type, text, depth + 1);
        }
        text.add(isTuple ? ")" : "}");
    }

    private void variant(List<Part> cases, ValueText text, int depth) {
        long index = in.leb();
        if (index >= cases.size()) {
            throw new UnreadableValuesException("a variant has case " + index + " of " + cases.size());
        }
        var chosen = cases.get((int) index);
        text.add("#" + labels.name(chosen.hash));
        var payload = node(chosen.type);
        if (payload.kind == -1) {
            return;
        }
        boolean isTuple = payload.kind == RECORD
                && ValueText.areOfTuple(payload.parts.stream()
                        .map(part -> labels.name(part.hash))
                        .toList());
        text.add(isTuple ? "" : "(");
        value(chosen.type, text, depth + 1);
        text.add(isTuple ? "" : ")");
    }

    private void alias(int type, ValueText text, int depth) {
        if (in.u8() == 0) {
            in.skip(8);
            value(type, text, depth + 1);
            return;
        }
        long here = in.at();
        long there = here + in.i32() + 8;
        long after = in.at();
        if (text.isFull()) {
            return;
        }
        in.goTo(there);
        value(type, text, depth + 1);
        in.goTo(after);
    }
}
