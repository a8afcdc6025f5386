package decant.protocol;

import decant.base.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How far a call has come, as the state tree tells it under `/request_status`.
public sealed interface RequestStatus extends TreeSource {
    /// The state knows of no such request: not yet, or not any more.
    record Unknown() implements RequestStatus {}

    /// Ordered, not begun.
    record Received() implements RequestStatus {}

    /// Begun, not ended.
    record Processing() implements RequestStatus {}

    /// Ended, with this response.
    record Ended(Response response) implements RequestStatus {}

    /// Ended, its response no longer kept.
    record Done() implements RequestStatus {}

    /// {@return the path under which the state tree keeps the status of a request}
    static List<byte[]> path(Hash requestId) {
        return Label.path("request_status", requestId);
    }

    /// {@return what a certificate says about a request}
    static RequestStatus of(Certificate certificate, Hash requestId) {
        return switch (optional(certificate, requestId, "status")
                .map(Label::text)
                .orElse("")) {
            case "" -> new Unknown();
            case "received" -> new Received();
            case "processing" -> new Processing();
            case "replied" -> new Ended(new Response.Replied(certificate.found("request_status", requestId, "reply")));
            case "rejected" ->
                new Ended(new Response.Rejected(
                        Nat.decode(certificate.found("request_status", requestId, "reject_code")),
                        Label.text(certificate.found("request_status", requestId, "reject_message")),
                        optional(certificate, requestId, "error_code").map(Label::text)));
            case "done" -> new Done();
            case String other -> throw new ProtocolException("the status of a request is \"" + other + "\"");
        };
    }

    /// {@return the tree that the state keeps under [#path], [Unknown] being an absent one}
    @Override
    default LabeledTree.Branch toTree() {
        return switch (this) {
            case Unknown _ -> LabeledTree.Branch.EMPTY;
            case Received _ -> status("received");
            case Processing _ -> status("processing");
            case Done _ -> status("done");
            case Ended(Response.Replied(var argument)) -> status("replied").with("reply", LabeledTree.leaf(argument));
            case Ended(Response.Rejected(long code, var message, var errorCode)) -> {
                var tree = status("rejected")
                        .with("reject_code", LabeledTree.leaf(Nat.encode(code)))
                        .with("reject_message", LabeledTree.leaf(message));
                yield errorCode
                        .map(text -> tree.with("error_code", LabeledTree.leaf(text)))
                        .orElse(tree);
            }
        };
    }

    private static LabeledTree.Branch status(String name) {
        return LabeledTree.Branch.EMPTY.with("status", LabeledTree.leaf(name));
    }

    private static Optional<byte[]> optional(Certificate certificate, Hash requestId, String label) {
        var path = new ArrayList<>(path(requestId));
        path.add(Label.of(label));
        return certificate.tree().lookup(path) instanceof HashTree.Lookup.Absent
                ? Optional.empty()
                : Optional.of(certificate.found("request_status", requestId, label));
    }
}
