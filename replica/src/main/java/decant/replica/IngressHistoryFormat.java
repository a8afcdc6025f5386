package decant.replica;

import decant.base.Hash;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.replica.IngressHistory.Bucket;
import decant.replica.IngressHistory.Entry;
import java.util.Optional;
import org.pcollections.TreePMap;

/// The bytes of one bucket of the ingress history.
///
/// ```text
/// bucket   = count entry*                          ascending request ids
/// entry    = request-id:32 sender:bytes receiver:bytes expiry status
/// status   = 0 received | 1 processing | 2 reply:bytes | 3 reject-code message:bytes errorcode | 4 done
/// errorcode = 0 | 1 text:bytes
/// ```
final class IngressHistoryFormat {
    private static final int RECEIVED = 0;
    private static final int PROCESSING = 1;
    private static final int REPLIED = 2;
    private static final int REJECTED = 3;
    private static final int DONE = 4;

    private IngressHistoryFormat() {}

    static byte[] encode(Bucket bucket) {
        var sink = new ByteSink().number(bucket.entries().size());
        bucket.entries().forEach((requestId, entry) -> {
            sink.hash(requestId)
                    .principal(entry.sender())
                    .principal(entry.receiver())
                    .number(entry.expiryNanos());
            encodeStatus(sink, entry.status());
        });
        return sink.toByteArray();
    }

    private static void encodeStatus(ByteSink sink, RequestStatus status) {
        switch (status) {
            case RequestStatus.Unknown _ -> throw new AssertionError("BUG: the history holds an unknown request");
            case RequestStatus.Received _ -> sink.number(RECEIVED);
            case RequestStatus.Processing _ -> sink.number(PROCESSING);
            case RequestStatus.Ended(Response.Replied(var argument)) ->
                sink.number(REPLIED).bytes(argument);
            case RequestStatus.Ended(Response.Rejected(long code, var message, var errorCode)) -> {
                sink.number(REJECTED).number(code).text(message).flag(errorCode.isPresent());
                errorCode.ifPresent(sink::text);
            }
            case RequestStatus.Done _ -> sink.number(DONE);
        }
    }

    static Bucket decode(String name, byte[] bytes) {
        var source = new ByteSource("the record \"" + name + "\"", bytes);
        int count = source.count();
        var entries = TreePMap.<Hash, Entry>empty();
        for (int i = 0; i < count; i++) {
            entries = entries.plus(
                    source.hash(),
                    new Entry(source.principal(), source.principal(), source.number(), decodeStatus(source)));
        }
        source.end();
        return new Bucket(entries);
    }

    private static RequestStatus decodeStatus(ByteSource source) {
        long kind = source.number();
        if (kind == RECEIVED) {
            return new RequestStatus.Received();
        } else if (kind == PROCESSING) {
            return new RequestStatus.Processing();
        } else if (kind == REPLIED) {
            return new RequestStatus.Ended(new Response.Replied(source.bytes()));
        } else if (kind == REJECTED) {
            return new RequestStatus.Ended(new Response.Rejected(
                    source.number(), source.text(), source.flag() ? Optional.of(source.text()) : Optional.empty()));
        } else if (kind == DONE) {
            return new RequestStatus.Done();
        }
        throw source.damaged("a request status of the unknown kind " + kind);
    }
}
