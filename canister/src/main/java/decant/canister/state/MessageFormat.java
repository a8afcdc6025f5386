package decant.canister.state;

/// The bytes of messages, payloads and call origins inside records: a number for the case, then its components.
final class MessageFormat {
    private MessageFormat() {}

    static void write(RecordWriter out, Message message) {
        switch (message) {
            case Message.Ingress ingress -> {
                out.number(0);
                out.hash(ingress.requestId());
                out.principal(ingress.sender());
                out.optional(ingress.senderInfo(), info -> writeSenderInfo(out, info));
                out.principal(ingress.receiver());
                out.text(ingress.method());
                out.bytes(ingress.argument());
                out.number(ingress.expiryNanos());
                out.number(ingress.envelopeBytes());
            }
            case Message.Request request -> {
                out.number(1);
                out.principal(request.sender());
                out.number(request.callbackId());
                out.principal(request.receiver());
                out.text(request.method());
                out.bytes(request.argument());
                out.cycles(request.cycles());
                out.number(request.deadlineNanos());
            }
            case Message.Response response -> {
                out.number(2);
                out.principal(response.originator());
                out.number(response.callbackId());
                out.principal(response.respondent());
                writePayload(out, response.payload());
                out.cycles(response.refund());
            }
            case Message.Task(TaskKind kind) -> {
                out.number(3);
                out.constant(kind);
            }
        }
    }

    static Message read(RecordReader in) {
        long kind = in.number();
        if (kind == 0) {
            return new Message.Ingress(
                    in.hash(),
                    in.principal(),
                    in.optional(() -> readSenderInfo(in)),
                    in.principal(),
                    in.text(),
                    in.bytes(),
                    in.number(),
                    Math.toIntExact(in.number()));
        }
        if (kind == 1) {
            return new Message.Request(
                    in.principal(), in.number(), in.principal(), in.text(), in.bytes(), in.cycles(), in.number());
        }
        if (kind == 2) {
            return new Message.Response(in.principal(), in.number(), in.principal(), readPayload(in), in.cycles());
        }
        if (kind == 3) {
            return new Message.Task(in.constant(TaskKind.class));
        }
        throw in.malformed("a message of kind " + kind);
    }

    static void writeOrigin(RecordWriter out, CallOrigin origin) {
        switch (origin) {
            case CallOrigin.FromUser user -> {
                out.number(0);
                out.hash(user.requestId());
                out.principal(user.caller());
                out.optional(user.senderInfo(), info -> writeSenderInfo(out, info));
            }
            case CallOrigin.FromCanister canister -> {
                out.number(1);
                out.principal(canister.caller());
                out.number(canister.callbackId());
                out.number(canister.deadlineNanos());
            }
            case CallOrigin.FromSystem _ -> out.number(2);
        }
    }

    static CallOrigin readOrigin(RecordReader in) {
        long kind = in.number();
        if (kind == 0) {
            return new CallOrigin.FromUser(in.hash(), in.principal(), in.optional(() -> readSenderInfo(in)));
        }
        if (kind == 1) {
            return new CallOrigin.FromCanister(in.principal(), in.number(), in.number());
        }
        if (kind == 2) {
            return new CallOrigin.FromSystem();
        }
        throw in.malformed("a call origin of kind " + kind);
    }

    private static void writePayload(RecordWriter out, Payload payload) {
        switch (payload) {
            case Payload.Reply(var data) -> {
                out.number(0);
                out.bytes(data);
            }
            case Payload.Reject(var error, var message) -> {
                out.number(error.number());
                out.text(message);
            }
        }
    }

    private static Payload readPayload(RecordReader in) {
        long kind = in.number();
        return kind == 0
                ? new Payload.Reply(in.bytes())
                : new Payload.Reject(ErrorCode.of(Math.toIntExact(kind)), in.text());
    }

    private static void writeSenderInfo(RecordWriter out, SenderInfo info) {
        out.principal(info.signer());
        out.bytes(info.data());
    }

    private static SenderInfo readSenderInfo(RecordReader in) {
        return new SenderInfo(in.principal(), in.bytes());
    }
}
