package decant.canister.state;

import decant.canister.state.Outcall.Header;
import decant.canister.state.Outcall.Method;
import decant.canister.state.Outcall.Request;
import decant.canister.state.Outcall.Transform;
import java.util.Map;
import org.pcollections.TreePMap;

/// The bytes of the record `outcalls`: the number of the next one, then those under way.
///
/// ```
/// outcalls = version next list(number origin refund:cycles request response-bytes-max optional(transform))
/// request  = method:constant url:text list(name:text value:text) optional(body:bytes)
/// transform = method:text context:bytes
/// ```
final class OutcallFormat {
    private static final int VERSION = 1;

    private OutcallFormat() {}

    static byte[] encode(Outcalls outcalls) {
        var out = new RecordWriter();
        out.number(VERSION);
        out.number(outcalls.next());
        out.list(outcalls.underWay().entrySet(), entry -> {
            out.number(entry.getKey());
            write(out, entry.getValue());
        });
        return out.record();
    }

    private static void write(RecordWriter out, Outcall outcall) {
        MessageFormat.writeOrigin(out, outcall.origin());
        out.cycles(outcall.refund());
        var request = outcall.request();
        out.constant(request.method());
        out.text(request.url());
        out.list(request.headers(), header -> {
            out.text(header.name());
            out.text(header.value());
        });
        out.optional(request.body(), out::bytes);
        out.number(outcall.responseBytesMax());
        out.optional(outcall.transform(), transform -> {
            out.text(transform.method());
            out.bytes(transform.context());
        });
    }

    static Outcalls decode(RecordReader in) {
        in.version(VERSION);
        long next = in.number();
        var underWay = TreePMap.<Long, Outcall>empty();
        long bytes = 0;
        for (var entry : in.list(() -> Map.entry(in.number(), read(in)))) {
            underWay = underWay.plus(entry.getKey(), entry.getValue());
            bytes += entry.getValue().bytes();
        }
        in.end();
        return new Outcalls(underWay, next, bytes);
    }

    private static Outcall read(RecordReader in) {
        return new Outcall(
                MessageFormat.readOrigin(in),
                in.cycles(),
                new Request(
                        in.constant(Method.class),
                        in.text(),
                        in.list(() -> new Header(in.text(), in.text())),
                        in.optional(in::bytes)),
                in.number(),
                in.optional(() -> new Transform(in.text(), in.bytes())));
    }
}
