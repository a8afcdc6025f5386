package decant.motoko;

import decant.base.Principal;
import decant.candid.Label;
import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Primitive;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Stable variables as an actor with enhanced orthogonal persistence leaves them in its heap before an upgrade.
///
/// All words have 64 bits. A pointer is an address less one. What it points to begins with a tag and a pointer to where
/// it has been moved, or to itself.
/// ```text
/// at 4.5 MiB   "MOTOKO ORTHOGONAL PERSISTENCE 64", 4 bytes each; version; pointer to the record of stable variables
/// record       tag pointer pointer-to-hashes value*       in the order of the hashes of the labels
/// hashes       as a blob                                  8 bytes each
/// blob, text   tag pointer bytes content
/// joined text  tag pointer bytes text text
/// array, tuple tag pointer count value*
/// mutable box  tag pointer value                          what a mutable field points to
/// option       null, the value, or tag pointer value      the last where the value is an option itself
/// variant      tag pointer hash value
/// 64 bits      tag pointer bits
/// big number   tag pointer used:u32 allocated:u32 sign:u64 unused digit*   digits of 60 bits, the least first
/// ```
/// Small numbers are in the value itself, in its topmost bits: 62 for `Nat` and `Int`, above the bits 10; 60 for
/// `Nat64` and `Int64`, above 0100 and 1100; and as many as they have for the others. Hashes have 31 bits. What a
/// stable variable holds is an option, so that it can be told from one that is not there.
final class HeapValues {
    private static final long METADATA = 4_608L << 10;
    private static final String FINGERPRINT = "MOTOKO ORTHOGONAL PERSISTENCE 64";
    private static final long VERSION = 1;

    private static final long NULL = 0xffff_ffff_ffff_fffbL;
    private static final long TRUE = 1;
    private static final int HEADER_BYTES = 16;
    private static final int DIGIT_BITS = 60;
    private static final long HASH_BITS = 0x7FFF_FFFF;
    private static final int NAT_TAG_BITS = 2;
    private static final int NAT_TAG = 0b10;
    private static final int NAT64_TAG_BITS = 4;
    private static final int DIGITS_MAX = 100_000;
    private static final int DEPTH_MAX = 200;

    private static final long TAG_OBJECT = 1;
    private static final long TAG_BITS64_FIRST = 11;
    private static final long TAG_BITS64_LAST = 15;
    private static final long TAG_MUTABLE_BOX = 17;
    private static final long TAG_SOME = 21;
    private static final long TAG_VARIANT = 23;
    private static final long TAG_BLOB_FIRST = 25;
    private static final long TAG_BLOB_LAST = 31;
    private static final long TAG_BIG_NUMBER = 35;
    private static final long TAG_CONCAT = 37;
    private static final long TAG_REGION = 39;

    private final List<Field> variables;
    private final Unfolding unfolding = new Unfolding(new Effort());
    private final MemoryCursor in;
    private final int charactersMax;

    HeapValues(StableSignature signature, MemoryView heap, int charactersMax) {
        this.variables = signature.variables();
        this.in = new MemoryCursor(heap, 0, heap.bytes());
        this.charactersMax = charactersMax;
    }

    SortedMap<String, String> read() {
        long actor = actor();
        var values = new TreeMap<String, String>();
        for (var variable : variables) {
            field(actor, variable).ifPresent(value -> {
                var text = new ValueText(charactersMax);
                if (value != NULL) {
                    value(unboxed(value), variable.type(), text, 0);
                    values.put(variable.label(), text.toString());
                }
            });
        }
        return values;
    }

    private long actor() {
        in.goTo(METADATA);
        for (int i = 0; i < FINGERPRINT.length(); i++) {
            if (in.u32() != FINGERPRINT.charAt(i)) {
                throw new UnreadableValuesException(
                        "the heap is not that of a Motoko actor with enhanced orthogonal" + " persistence");
            }
        }
        long version = in.i64();
        if (version != VERSION) {
            throw new UnreadableValuesException(
                    "the heap has the layout of version " + version + ", known is version " + VERSION);
        }
        long actor = in.i64();
        if (!isPointer(actor)) {
            throw new UnreadableValuesException("the hook before an upgrade has left no stable variables in the heap");
        }
        return actor;
    }

    /// {@return the place of an object behind its header, where its tag is one of these}
    private long body(long value, long tagMin, long tagMax) {
        long address = address(value);
        long tag = in.goTo(address).i64();
        if (tag < tagMin || tag > tagMax) {
            throw new UnreadableValuesException("at byte " + address + " of the heap there is something of the kind "
                    + tag + ", expected " + tagMin + " to " + tagMax);
        }
        return address + HEADER_BYTES;
    }

    /// {@return where an object is now}
    private long address(long value) {
        if (!isPointer(value)) {
            throw new UnreadableValuesException(
                    "the heap has the number " + Long.toUnsignedString(value) + " where a pointer is expected");
        }
        return in.goTo(value + 1 + Long.BYTES).i64() + 1;
    }

    private static boolean isPointer(long value) {
        return (value & 1) != 0 && value != TRUE && value != NULL;
    }

    private boolean hasTag(long value, long tag) {
        return isPointer(value) && in.goTo(address(value)).i64() == tag;
    }

    /// {@return the field of the object, if it has it}
    private Optional<Long> field(long object, Field field) {
        long body = body(object, TAG_OBJECT, TAG_OBJECT);
        long hashes = body(in.goTo(body).i64(), TAG_BLOB_FIRST, TAG_BLOB_LAST);
        long count = in.goTo(hashes).i64() / Long.BYTES;
        long wanted = Label.hash(field.label());
        for (long i = 0; i < count; i++) {
            if (isHash(in.goTo(hashes + Long.BYTES * (i + 1)).i64(), wanted)) {
                return Optional.of(in.goTo(body + Long.BYTES * (i + 1)).i64());
            }
        }
        return Optional.empty();
    }

    private static boolean isHash(long stored, long wanted) {
        return (stored & HASH_BITS) == (wanted & HASH_BITS);
    }

    /// {@return what an option that is not null holds}
    private long unboxed(long option) {
        return hasTag(option, TAG_SOME)
                ? in.goTo(body(option, TAG_SOME, TAG_SOME)).i64()
                : option;
    }

    /// {@return what is in a mutable box; the value itself where it is none}
    private long opened(long value) {
        return hasTag(value, TAG_MUTABLE_BOX)
                ? in.goTo(body(value, TAG_MUTABLE_BOX, TAG_MUTABLE_BOX)).i64()
                : value;
    }

    private void value(long value, MotokoType type, ValueText text, int depth) {
        if (text.isFull()) {
            return;
        }
        if (depth > DEPTH_MAX) {
            text.add("...");
            return;
        }
        switch (unfolding.head(type)) {
            case Primitive primitive -> primitive(value, primitive, text);
            case MotokoType.Option(var item) -> option(value, item, text, depth);
            case MotokoType.Array(var _, var item) -> array(value, item, text, depth);
            case MotokoType.Tuple(var items) when items.isEmpty() -> text.add("()");
            case MotokoType.Tuple(var items) -> {
                long body = body(value, 0, Long.MAX_VALUE);
                text.addList(
                        "(",
                        ")",
                        items.size(),
                        ", ",
                        i -> value(
                                in.goTo(body + Long.BYTES * (i + 1)).i64(),
                                items.get((int) i).type(),
                                text,
                                depth + 1));
            }
            case MotokoType.Composite(var sort, var fields, var _) -> {
                if (sort == MotokoType.Sort.ACTOR) {
                    text.add(principal(value));
                } else {
                    text.addList("{", "}", fields.size(), "; ", i -> {
                        var field = fields.get((int) i);
                        text.add(field.label()).add(" = ");
                        field(value, field)
                                .ifPresentOrElse(
                                        found -> value(
                                                field.isMutable() ? opened(found) : found,
                                                field.type(),
                                                text,
                                                depth + 1),
                                        () -> text.add("_"));
                    });
                }
            }
            case MotokoType.Variant(var tags) -> variant(value, tags, text, depth);
            case MotokoType.Function _ -> function(value, text);
            case MotokoType.Weak _, MotokoType.Async _, MotokoType.Reference _, MotokoType.Parameter _ -> text.add("_");
        }
    }

    private void primitive(long value, Primitive type, ValueText text) {
        switch (type) {
            case NULL -> text.add("null");
            case BOOL -> text.add(value == 0 ? "false" : "true");
            case NAT, INT -> text.add(number(value));
            case NAT8 -> text.add(Long.toString(value >>> 56));
            case NAT16 -> text.add(Long.toString(value >>> 48));
            case NAT32 -> text.add(Long.toString(value >>> 32));
            case INT8 -> text.add(Long.toString(value >> 56));
            case INT16 -> text.add(Long.toString(value >> 48));
            case INT32 -> text.add(Long.toString(value >> 32));
            case NAT64 -> text.add(Long.toUnsignedString(isPointer(value) ? bits(value) : value >>> NAT64_TAG_BITS));
            case INT64 -> text.add(Long.toString(isPointer(value) ? bits(value) : value >> NAT64_TAG_BITS));
            case FLOAT -> text.add(Double.toString(Double.longBitsToDouble(bits(value))));
            case CHAR -> text.add("'" + Character.toString((int) (value >>> 43)) + "'");
            case TEXT -> text.add(ValueText.quoted(text(value)));
            case BLOB -> text.add(ValueText.quoted(blob(value)));
            case PRINCIPAL -> text.add(principal(value));
            case REGION ->
                text.add(
                        "region " + in.goTo(body(value, TAG_REGION, TAG_REGION)).i64());
            case ERROR, ANY, NONE -> text.add("_");
        }
    }

    private long bits(long value) {
        return in.goTo(body(value, TAG_BITS64_FIRST, TAG_BITS64_LAST)).i64();
    }

    private String number(long value) {
        if (!isPointer(value)) {
            if ((value & ((1 << NAT_TAG_BITS) - 1)) != NAT_TAG) {
                throw new UnreadableValuesException(
                        "the heap has the bits " + Long.toBinaryString(value) + " where a number is expected");
            }
            return Long.toString(value >> NAT_TAG_BITS);
        }
        long body = body(value, TAG_BIG_NUMBER, TAG_BIG_NUMBER);
        int digits = in.goTo(body).i32();
        if (digits < 0 || digits > DIGITS_MAX) {
            return "a number of " + digits + " digits of 60 bits";
        }
        in.i32();
        boolean isNegative = in.i32() != 0;
        var number = BigInteger.ZERO;
        for (int i = digits - 1; i >= 0; i--) {
            long digit = in.goTo(body + 24 + (long) Long.BYTES * i).i64();
            number = number.shiftLeft(DIGIT_BITS).or(BigInteger.valueOf(digit));
        }
        return (isNegative ? number.negate() : number).toString();
    }

    private byte[] blob(long value) {
        long length = in.goTo(body(value, TAG_BLOB_FIRST, TAG_BLOB_LAST)).i64();
        return in.bytes((int) Math.min(length, charactersMax));
    }

    private String principal(long value) {
        byte[] bytes = blob(value);
        return bytes.length <= 29 ? Principal.of(bytes).toString() : ValueText.quoted(bytes);
    }

    private String text(long value) {
        var bytes = new ByteArrayOutputStream();
        addText(value, bytes, 0);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /// Texts that were joined are a tree of pieces.
    private void addText(long value, ByteArrayOutputStream bytes, int depth) {
        if (bytes.size() > charactersMax || depth > DEPTH_MAX) {
            return;
        }
        if (hasTag(value, TAG_CONCAT)) {
            long body = body(value, TAG_CONCAT, TAG_CONCAT);
            long first = in.goTo(body + Long.BYTES).i64();
            long second = in.i64();
            addText(first, bytes, depth + 1);
            addText(second, bytes, depth + 1);
        } else {
            bytes.writeBytes(blob(value));
        }
    }

    private void option(long value, MotokoType item, ValueText text, int depth) {
        if (value == NULL) {
            text.add("null");
            return;
        }
        text.add("?");
        value(unboxed(value), item, text, depth + 1);
    }

    private void array(long value, MotokoType item, ValueText text, int depth) {
        long body = body(value, 0, Long.MAX_VALUE);
        long count = in.goTo(body).i64();
        text.addList(
                "[",
                "]",
                count,
                ", ",
                i -> value(in.goTo(body + Long.BYTES * (i + 1)).i64(), item, text, depth + 1));
    }

    private void variant(long value, List<Field> tags, ValueText text, int depth) {
        long body = body(value, TAG_VARIANT, TAG_VARIANT);
        long hash = in.goTo(body).i64();
        long payload = in.i64();
        var found = tags.stream()
                .filter(tag -> isHash(hash, Label.hash(tag.label())))
                .findFirst()
                .orElseThrow(() -> new UnreadableValuesException("a variant has a case that its type does not have"));
        text.add("#").add(found.label());
        if (unfolding.head(found.type()) instanceof MotokoType.Tuple(var items)) {
            if (!items.isEmpty()) {
                value(payload, found.type(), text, depth + 1);
            }
        } else {
            text.add("(");
            value(payload, found.type(), text, depth + 1);
            text.add(")");
        }
    }

    private void function(long value, ValueText text) {
        long body = body(value, 0, Long.MAX_VALUE);
        long actor = in.goTo(body + Long.BYTES).i64();
        long name = in.i64();
        text.add(principal(actor)).add(".").add(text(name));
    }
}
