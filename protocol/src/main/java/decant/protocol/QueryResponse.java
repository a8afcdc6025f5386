package decant.protocol;

import java.util.ArrayList;
import java.util.List;

/// The answer to a query request and the nodes that vouch for it.
public record QueryResponse(Response response, List<NodeSignature> signatures) {
    public QueryResponse {
        signatures = List.copyOf(signatures);
    }

    public byte[] encode() {
        var entries = new ArrayList<>(response.queryFields());
        entries.add(CborValue.entry(
                "signatures",
                new CborValue.Array(
                        signatures.stream().map(NodeSignature::toCbor).toList())));
        return Cbor.encodeSelfDescribed(new CborValue.Map(entries));
    }

    public static QueryResponse decode(byte[] bytes) {
        var fields = Fields.of(
                "a query response", Cbor.decode(bytes, Cbor.Limits.REQUEST).withoutSelfDescription());
        return new QueryResponse(
                responseOf(fields),
                fields.optionalList("signatures", NodeSignature::fromCbor).orElse(List.of()));
    }

    private static Response responseOf(Fields fields) {
        return switch (fields.text("status")) {
            case "replied" ->
                new Response.Replied(
                        Fields.of("\"reply\"", fields.required("reply")).bytes("arg"));
            case "rejected" -> rejectedOf(fields);
            case String other -> throw new ProtocolException("the status of a query response is \"" + other + "\"");
        };
    }

    static Response.Rejected rejectedOf(Fields fields) {
        return new Response.Rejected(
                fields.nat64("reject_code"), fields.text("reject_message"), fields.optionalText("error_code"));
    }
}
