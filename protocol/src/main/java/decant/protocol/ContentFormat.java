package decant.protocol;

import decant.base.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The CBOR map that a [Content] travels as.
final class ContentFormat {
    private ContentFormat() {}

    static Content decode(Fields fields) {
        return switch (fields.text("request_type")) {
            case "call" ->
                new Content.CallContent(
                        fields.principal("sender"),
                        fields.nat64("ingress_expiry"),
                        nonceOf(fields),
                        fields.principal("canister_id"),
                        fields.text("method_name"),
                        fields.bytes("arg"),
                        senderInfoOf(fields));
            case "query" ->
                new Content.QueryContent(
                        fields.principal("sender"),
                        fields.nat64("ingress_expiry"),
                        nonceOf(fields),
                        fields.principal("canister_id"),
                        fields.text("method_name"),
                        fields.bytes("arg"),
                        senderInfoOf(fields));
            case "read_state" ->
                new Content.ReadStateContent(
                        fields.principal("sender"), fields.nat64("ingress_expiry"), nonceOf(fields), pathsOf(fields));
            case String other ->
                throw new ProtocolException("\"request_type\" must be \"call\", \"query\" or \"read_state\", found \""
                        + abbreviated(other) + "\"");
        };
    }

    private static Optional<byte[]> nonceOf(Fields fields) {
        var nonce = fields.optionalBytes("nonce");
        if (nonce.isPresent() && nonce.get().length > Content.NONCE_BYTES_MAX) {
            throw new ProtocolException(
                    "a nonce has at most " + Content.NONCE_BYTES_MAX + " bytes, found " + nonce.get().length);
        }
        return nonce;
    }

    private static Optional<SenderInfo> senderInfoOf(Fields fields) {
        return fields.optional("sender_info").map(value -> {
            var info = Fields.of("\"sender_info\"", value);
            return new SenderInfo(info.bytes("info"), info.principal("signer"), info.bytes("sig"));
        });
    }

    private static List<List<byte[]>> pathsOf(Fields fields) {
        var paths = fields.list("paths", path -> fields.asList("paths", path, label -> fields.asBytes("paths", label)));
        if (paths.size() > Content.PATHS_MAX) {
            throw new ProtocolException(
                    "a request reads at most " + Content.PATHS_MAX + " paths, found " + paths.size());
        }
        for (var path : paths) {
            if (path.size() > Content.LABELS_MAX) {
                throw new ProtocolException(
                        "a path has at most " + Content.LABELS_MAX + " labels, found " + path.size());
            }
        }
        return paths;
    }

    private static String abbreviated(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    static CborValue.Map encode(Content content) {
        var entries = new ArrayList<CborValue.Entry>();
        entries.add(CborValue.entry("sender", CborValue.bytes(content.sender().bytes())));
        entries.add(CborValue.entry("ingress_expiry", CborValue.nat(content.ingressExpiry())));
        content.nonce().ifPresent(nonce -> entries.add(CborValue.entry("nonce", CborValue.bytes(nonce))));
        switch (content) {
            case Content.CallContent call -> {
                entries.add(CborValue.entry("request_type", CborValue.text("call")));
                addMethod(entries, call.canisterId(), call.methodName(), call.argument(), call.senderInfo());
            }
            case Content.QueryContent query -> {
                entries.add(CborValue.entry("request_type", CborValue.text("query")));
                addMethod(entries, query.canisterId(), query.methodName(), query.argument(), query.senderInfo());
            }
            case Content.ReadStateContent readState -> {
                entries.add(CborValue.entry("request_type", CborValue.text("read_state")));
                entries.add(CborValue.entry("paths", pathsToCbor(readState.paths())));
            }
        }
        return new CborValue.Map(entries);
    }

    private static void addMethod(
            List<CborValue.Entry> entries,
            Principal canisterId,
            String methodName,
            byte[] argument,
            Optional<SenderInfo> senderInfo) {
        entries.add(CborValue.entry("canister_id", CborValue.bytes(canisterId.bytes())));
        entries.add(CborValue.entry("method_name", CborValue.text(methodName)));
        entries.add(CborValue.entry("arg", CborValue.bytes(argument)));
        senderInfo.ifPresent(given -> entries.add(CborValue.entry(
                "sender_info",
                CborValue.map(
                        CborValue.entry("info", CborValue.bytes(given.info())),
                        CborValue.entry("signer", CborValue.bytes(given.signer().bytes())),
                        CborValue.entry("sig", CborValue.bytes(given.signature()))))));
    }

    private static CborValue pathsToCbor(List<List<byte[]>> paths) {
        return new CborValue.Array(paths.stream()
                .<CborValue>map(path -> new CborValue.Array(
                        path.stream().<CborValue>map(CborValue::bytes).toList()))
                .toList());
    }
}
