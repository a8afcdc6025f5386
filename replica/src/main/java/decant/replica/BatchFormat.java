package decant.replica;

import decant.canister.RecordedCall;
import decant.canister.RecordedCall.Ending;
import decant.canister.Recording;
import decant.replica.Batch.Ended;
import decant.replica.Batch.Recorded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The bytes of a batch, one entry of the input log. Equal batches have equal bytes.
///
/// ```text
/// batch     = 3 inputs | 4 inputs count ended* recording
/// inputs    = height time entropy:bytes root:32 count ingress*
/// ingress   = as in MessageFormat
/// ended     = request-id:32 ending
/// ending    = replied digest:32
/// recording = 0 | 1 request-id:32 restore-point count call* | 2 request-id:32 why:bytes
/// call      = time ingress ( 0 | 1 ending )
/// ```
/// The first number is the version: 3 where nothing ended and nothing is recorded. Numbers are unsigned LEB128; `bytes`
/// is a length and that many bytes. Checksums are the log's.
final class BatchFormat {
    private static final int INPUTS_ONLY = 3;
    private static final int VERSION = 4;

    private static final int NOTHING = 0;
    private static final int KNOWN = 1;
    private static final int MISSING = 2;

    private BatchFormat() {}

    static byte[] encode(Batch batch) {
        boolean isPlain = batch.endings().isEmpty() && batch.recording().isEmpty();
        var sink = new ByteSink()
                .number(isPlain ? INPUTS_ONLY : VERSION)
                .number(batch.height())
                .number(batch.timeNanos())
                .bytes(batch.entropy())
                .hash(batch.rootBefore())
                .number(batch.ingress().size());
        batch.ingress().forEach(message -> MessageFormat.encodeIngress(sink, message));
        if (!isPlain) {
            sink.number(batch.endings().size());
            batch.endings().forEach(ended -> encode(sink.hash(ended.requestId()), ended.ending()));
            batch.recording().ifPresentOrElse(recorded -> encode(sink, recorded), () -> sink.number(NOTHING));
        }
        return sink.toByteArray();
    }

    private static void encode(ByteSink sink, Ending ending) {
        sink.flag(ending.replied()).hash(ending.digest());
    }

    private static void encode(ByteSink sink, Recorded recorded) {
        switch (recorded.recording()) {
            case Recording.Known(long restorePoint, var calls) -> {
                sink.number(KNOWN)
                        .hash(recorded.requestId())
                        .number(restorePoint)
                        .number(calls.size());
                calls.forEach(call -> encode(sink, call));
            }
            case Recording.Missing(var why) ->
                sink.number(MISSING).hash(recorded.requestId()).text(why);
        }
    }

    private static void encode(ByteSink sink, RecordedCall recorded) {
        MessageFormat.encodeIngress(sink.number(recorded.timeNanos()), recorded.call());
        sink.flag(recorded.ending().isPresent());
        recorded.ending().ifPresent(ending -> encode(sink, ending));
    }

    static Batch decode(long sequence, byte[] bytes) {
        var source = new ByteSource("batch " + sequence + " of the input log", bytes);
        long version = source.number();
        if (version != INPUTS_ONLY && version != VERSION) {
            throw new IllegalStateException("batch " + sequence + " of the input log has format " + version
                    + ", this program reads the formats " + INPUTS_ONLY + " and " + VERSION
                    + "; open it with the version of Decant that wrote it and stop that cleanly");
        }
        long height = source.number();
        long timeNanos = source.number();
        byte[] entropy = source.bytes();
        var rootBefore = source.hash();
        var ingress = list(source, () -> MessageFormat.decodeIngress(source));
        var endings = version == INPUTS_ONLY
                ? List.<Ended>of()
                : list(source, () -> new Ended(source.hash(), decodeEnding(source)));
        var recording = version == INPUTS_ONLY ? Optional.<Recorded>empty() : decodeRecording(source);
        source.end();
        return new Batch(height, timeNanos, entropy, rootBefore, ingress, endings, recording);
    }

    private static <T> List<T> list(ByteSource source, Supplier<T> item) {
        int count = source.count();
        var items = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            items.add(item.get());
        }
        return items;
    }

    private static Ending decodeEnding(ByteSource source) {
        return new Ending(source.flag(), source.hash());
    }

    private static Optional<Recorded> decodeRecording(ByteSource source) {
        long kind = source.number();
        if (kind == NOTHING) {
            return Optional.empty();
        }
        if (kind == KNOWN) {
            return Optional.of(new Recorded(
                    source.hash(), new Recording.Known(source.number(), list(source, () -> decodeCall(source)))));
        }
        if (kind == MISSING) {
            return Optional.of(new Recorded(source.hash(), new Recording.Missing(source.text())));
        }
        throw source.damaged("a recording of the unknown kind " + kind);
    }

    private static RecordedCall decodeCall(ByteSource source) {
        return new RecordedCall(
                source.number(),
                MessageFormat.decodeIngress(source),
                source.flag() ? Optional.of(decodeEnding(source)) : Optional.empty());
    }
}
