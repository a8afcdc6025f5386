package decant.replica;

import decant.base.Principal;
import decant.canister.RecordedCall;
import decant.canister.RecordedCall.Ending;
import decant.canister.Recording;
import decant.canister.state.Outcall;
import decant.canister.state.QueryStats;
import decant.replica.Batch.Ended;
import decant.replica.Batch.Observed;
import decant.replica.Batch.OutcallEnd;
import decant.replica.Batch.Recorded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The bytes of a batch, one entry of the input log. Equal batches have equal bytes.
///
/// ```text
/// batch     = 3 inputs | 4 inputs count ended* recording | 5 inputs count ended* recording observed
/// inputs    = height time entropy:bytes root:32 count ingress*
/// ingress   = as in MessageFormat
/// ended     = request-id:32 ending
/// ending    = replied digest:32
/// recording = 0 | 1 request-id:32 restore-point count call* | 2 request-id:32 why:bytes
/// call      = time ingress ( 0 | 1 ending )
/// observed  = count outcall* count queried*
/// outcall   = number ( 0 transient:flag why:bytes | 1 status count header* body:bytes )
/// header    = name:bytes value:bytes
/// queried   = canister:bytes calls instructions request-bytes response-bytes
/// ```
/// The first number is the version: the first that has room for what there is. Numbers are unsigned LEB128; `bytes`
/// is a length and that many bytes. Checksums are the log's.
final class BatchFormat {
    private static final int INPUTS_ONLY = 3;
    private static final int WITH_RECORDING = 4;
    private static final int VERSION = 5;

    private static final int NOTHING = 0;
    private static final int KNOWN = 1;
    private static final int MISSING = 2;

    private static final int FAILED = 0;
    private static final int RESPONDED = 1;

    private BatchFormat() {}

    static byte[] encode(Batch batch) {
        int version = version(batch);
        var sink = new ByteSink()
                .number(version)
                .number(batch.height())
                .number(batch.timeNanos())
                .bytes(batch.entropy())
                .hash(batch.rootBefore())
                .number(batch.ingress().size());
        batch.ingress().forEach(message -> MessageFormat.encodeIngress(sink, message));
        if (version >= WITH_RECORDING) {
            sink.number(batch.endings().size());
            batch.endings().forEach(ended -> encode(sink.hash(ended.requestId()), ended.ending()));
            batch.recording().ifPresentOrElse(recorded -> encode(sink, recorded), () -> sink.number(NOTHING));
        }
        if (version >= VERSION) {
            encode(sink, batch.observed());
        }
        return sink.toByteArray();
    }

    private static int version(Batch batch) {
        if (!batch.observed().isNothing()) {
            return VERSION;
        }
        return batch.endings().isEmpty() && batch.recording().isEmpty() ? INPUTS_ONLY : WITH_RECORDING;
    }

    private static void encode(ByteSink sink, Observed observed) {
        sink.number(observed.outcalls().size());
        observed.outcalls().forEach(ended -> encode(sink.number(ended.number()), ended.result()));
        sink.number(observed.queries().size());
        observed.queries()
                .forEach((canister, stats) -> sink.principal(canister)
                        .number(stats.calls())
                        .number(stats.instructions())
                        .number(stats.requestBytes())
                        .number(stats.responseBytes()));
    }

    private static void encode(ByteSink sink, Outcall.Result result) {
        switch (result) {
            case Outcall.Result.Failed(boolean isTransient, var why) ->
                sink.number(FAILED).flag(isTransient).text(why);
            case Outcall.Result.Responded(var response) -> {
                sink.number(RESPONDED)
                        .number(response.status())
                        .number(response.headers().size());
                response.headers().forEach(header -> sink.text(header.name()).text(header.value()));
                sink.bytes(response.body());
            }
        }
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
        if (version < INPUTS_ONLY || version > VERSION) {
            throw new IllegalStateException("batch " + sequence + " of the input log has format " + version
                    + ", this program reads the formats " + INPUTS_ONLY + " to " + VERSION
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
        var observed = version < VERSION ? Observed.NOTHING : decodeObserved(source);
        source.end();
        return new Batch(height, timeNanos, entropy, rootBefore, ingress, endings, recording, observed);
    }

    private static Observed decodeObserved(ByteSource source) {
        var outcalls = list(source, () -> new OutcallEnd(source.number(), decodeResult(source)));
        var queries = new TreeMap<Principal, QueryStats>();
        for (int left = source.count(); left > 0; left--) {
            queries.put(
                    source.principal(),
                    new QueryStats(source.number(), source.number(), source.number(), source.number()));
        }
        return new Observed(outcalls, queries);
    }

    private static Outcall.Result decodeResult(ByteSource source) {
        long kind = source.number();
        if (kind == FAILED) {
            return new Outcall.Result.Failed(source.flag(), source.text());
        }
        if (kind == RESPONDED) {
            return new Outcall.Result.Responded(new Outcall.Response(
                    (int) source.number(),
                    list(source, () -> new Outcall.Header(source.text(), source.text())),
                    source.bytes()));
        }
        throw source.damaged("the result of an outcall of the unknown kind " + kind);
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
