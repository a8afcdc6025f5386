package decant.replica;

import decant.canister.state.Cycles;
import decant.canister.state.Message;
import decant.canister.state.SenderInfo;
import java.util.Optional;

/// The bytes of the messages that wait outside of canisters: in the input log and for the management canister.
///
/// ```text
/// waiting    = 0 ingress | 1 request
/// ingress    = request-id:32 sender:bytes senderinfo receiver:bytes method:bytes argument:bytes expiry envelope-size
/// senderinfo = 0 | 1 signer:bytes data:bytes
/// request    = sender:bytes callback receiver:bytes method:bytes argument:bytes cycles-high cycles-low deadline
/// ```
final class MessageFormat {
    private static final int INGRESS = 0;
    private static final int REQUEST = 1;

    private MessageFormat() {}

    /// Appends a call that waits for the management canister.
    static void encodeCall(ByteSink sink, Message call) {
        switch (call) {
            case Message.Ingress ingress -> encodeIngress(sink.number(INGRESS), ingress);
            case Message.Request request -> encodeRequest(sink.number(REQUEST), request);
            case Message.Response _, Message.Task _ ->
                throw new AssertionError("BUG: not a call that waits for the management canister: " + call);
        }
    }

    static Message decodeCall(ByteSource source) {
        long kind = source.number();
        if (kind == INGRESS) {
            return decodeIngress(source);
        }
        if (kind == REQUEST) {
            return decodeRequest(source);
        }
        throw source.damaged("a message of the unknown kind " + kind);
    }

    static void encodeIngress(ByteSink sink, Message.Ingress message) {
        sink.hash(message.requestId()).principal(message.sender());
        sink.flag(message.senderInfo().isPresent());
        message.senderInfo().ifPresent(info -> sink.principal(info.signer()).bytes(info.data()));
        sink.principal(message.receiver())
                .text(message.method())
                .bytes(message.argument())
                .number(message.expiryNanos())
                .number(message.envelopeBytes());
    }

    static Message.Ingress decodeIngress(ByteSource source) {
        var requestId = source.hash();
        var sender = source.principal();
        var senderInfo = source.flag()
                ? Optional.of(new SenderInfo(source.principal(), source.bytes()))
                : Optional.<SenderInfo>empty();
        return new Message.Ingress(
                requestId,
                sender,
                senderInfo,
                source.principal(),
                source.text(),
                source.bytes(),
                source.number(),
                Math.toIntExact(source.number()));
    }

    private static void encodeRequest(ByteSink sink, Message.Request message) {
        sink.principal(message.sender())
                .number(message.callbackId())
                .principal(message.receiver())
                .text(message.method())
                .bytes(message.argument())
                .number(message.cycles().high())
                .number(message.cycles().low())
                .number(message.deadlineNanos());
    }

    private static Message.Request decodeRequest(ByteSource source) {
        return new Message.Request(
                source.principal(),
                source.number(),
                source.principal(),
                source.text(),
                source.bytes(),
                new Cycles(source.number(), source.number()),
                source.number());
    }
}
