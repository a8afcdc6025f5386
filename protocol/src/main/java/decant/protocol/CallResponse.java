package decant.protocol;

import java.util.ArrayList;

/// The answer to a call request, as far as it is known when it is given.
public sealed interface CallResponse {
    /// The call has ended; the certificate holds its outcome under `/request_status`.
    record Certified(byte[] certificate) implements CallResponse {}

    /// The call was never ordered: refused before it could change anything.
    record NotReplicated(Response.Rejected rejection) implements CallResponse {}

    /// The call was ordered and has not ended yet: ask for its status with read_state.
    record Accepted() implements CallResponse {}

    /// {@return the body for the synchronous call endpoints}
    default byte[] encode() {
        var entries = new ArrayList<CborValue.Entry>();
        switch (this) {
            case Certified(var certificate) -> {
                entries.add(CborValue.entry("status", CborValue.text("replied")));
                entries.add(CborValue.entry("certificate", CborValue.bytes(certificate)));
            }
            case NotReplicated(var rejection) -> {
                entries.add(CborValue.entry("status", CborValue.text("non_replicated_rejection")));
                entries.addAll(rejection.fields());
            }
            case Accepted _ -> entries.add(CborValue.entry("status", CborValue.text("accepted")));
        }
        return Cbor.encodeSelfDescribed(new CborValue.Map(entries));
    }

    /// {@return the body with which the asynchronous call endpoint refuses a call}
    static byte[] encodeAsynchronous(Response.Rejected rejection) {
        return Cbor.encodeSelfDescribed(new CborValue.Map(rejection.fields()));
    }

    static CallResponse decode(byte[] bytes) {
        var fields = Fields.of(
                "a call response", Cbor.decode(bytes, Cbor.Limits.REQUEST).withoutSelfDescription());
        return switch (fields.text("status")) {
            case "replied" -> new Certified(fields.bytes("certificate"));
            case "non_replicated_rejection" -> new NotReplicated(QueryResponse.rejectedOf(fields));
            case "accepted" -> new Accepted();
            case String other -> throw new ProtocolException("the status of a call response is \"" + other + "\"");
        };
    }
}
