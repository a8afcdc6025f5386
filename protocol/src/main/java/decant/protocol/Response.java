package decant.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a canister, or the system in its place, answers to a call or query.
public sealed interface Response {
    /// The method replied.
    record Replied(byte[] argument) implements Response {}

    /// The request failed: why, as a number, a text and, where known, an error code such as `IC0503`.
    record Rejected(long rejectCode, String message, Optional<String> errorCode) implements Response {}

    /// {@return the fields that represent this response in the interface's maps, all but "status"}
    default List<CborValue.Entry> fields() {
        return switch (this) {
            case Replied(var argument) ->
                List.of(CborValue.entry("reply", CborValue.map(CborValue.entry("arg", CborValue.bytes(argument)))));
            case Rejected(long rejectCode, var message, var errorCode) -> {
                var fields = new ArrayList<CborValue.Entry>();
                fields.add(CborValue.entry("reject_code", CborValue.nat(rejectCode)));
                fields.add(CborValue.entry("reject_message", CborValue.text(message)));
                errorCode.ifPresent(code -> fields.add(CborValue.entry("error_code", CborValue.text(code))));
                yield fields;
            }
        };
    }

    /// {@return the fields with the "status" of a query response}
    default List<CborValue.Entry> queryFields() {
        var fields = new ArrayList<>(fields());
        fields.add(CborValue.entry("status", CborValue.text(this instanceof Replied ? "replied" : "rejected")));
        return fields;
    }
}
