package decant.server.gateway;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.BlsPublicKey;
import decant.protocol.HashTree;
import decant.protocol.Label;
import decant.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Whether a canister vouches for what it answered: interface specification, "Response verification", versions 1 and 2.
///
/// The chain of the proof: the root key signed a certificate that is fresh; it shows the canister's certified data;
/// that is the root hash of the witness; the witness holds the hash of the answer where it must be.
final class Verification {
    /// How old, or how far ahead of this clock, a certificate may be.
    static final long AGE_NANOS_MAX = 300_000_000_000L;

    private final BlsPublicKey rootKey;

    Verification(BlsPublicKey rootKey) {
        this.rootKey = rootKey;
    }

    Verdict verify(Principal canister, PageRequest request, PageAnswer answer, long nowNanos) {
        try {
            var header = HeaderField.last(answer.headers(), CertificateHeader.NAME)
                    .map(CertificateHeader::parse)
                    .orElseThrow(() -> new NotCertifiedException("the answer has no header " + CertificateHeader.NAME));
            return switch (header.version()) {
                case 1 -> body(canister, request, answer, header, nowNanos);
                case 2 -> parts(canister, request, answer, header, nowNanos);
                default ->
                    throw new NotCertifiedException("the answer is certified in version " + header.version()
                            + ", and this gateway understands 1 and 2");
            };
        } catch (NotCertifiedException e) {
            return new Verdict.Refused(e.reason());
        }
    }

    private Verdict body(
            Principal canister, PageRequest request, PageAnswer answer, CertificateHeader header, long nowNanos) {
        requireChain(canister, header, nowNanos);
        var certified = certifiedBody(header.tree(), decodedPath(request));
        var encoding = HeaderField.last(answer.headers(), "content-encoding").orElse("identity");
        boolean isCertified =
                Arrays.equals(certified, PlainBody.hash(answer.body(), encoding).bytes())
                        || Arrays.equals(certified, Hash.sha256(answer.body()).bytes());
        if (!isCertified) {
            throw new NotCertifiedException("the body has another hash than the one that is certified for its path");
        }
        return new Verdict.BodyCertified();
    }

    /// {@return the hash that the tree has for this path, else for the page that stands in for all others}
    private static byte[] certifiedBody(HashTree tree, String path) {
        for (String candidate : List.of(path, "/index.html")) {
            if (tree.lookup(Label.path("http_assets", candidate)) instanceof HashTree.Lookup.Found(var hash)) {
                return hash;
            }
        }
        throw new NotCertifiedException("the witness shows neither http_assets " + path + " nor /index.html");
    }

    private Verdict parts(
            Principal canister, PageRequest request, PageAnswer answer, CertificateHeader header, long nowNanos) {
        var text = HeaderField.last(answer.headers(), Expression.HEADER)
                .orElseThrow(() -> new NotCertifiedException("the answer has no header " + Expression.HEADER));
        var expression = Expression.parse(text);
        var path = new ExpressionPath(header.expressionPath()
                .orElseThrow(() ->
                        new NotCertifiedException("the header " + CertificateHeader.NAME + " has no field expr_path")));
        requireChain(canister, header, nowNanos);
        path.require(decodedPath(request), header.tree());
        byte[] expressionHash =
                Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).bytes();
        return switch (expression) {
            case Expression.Nothing _ -> {
                requireShown(header.tree(), path.labels(expressionHash), "the expression " + text);
                yield new Verdict.Exempt();
            }
            case Expression.Parts(var requestParts, var responseHeaders) -> {
                var headers = PageHash.certifiedHeaders(answer, responseHeaders);
                byte[] requestHash = requestParts
                        .map(parts -> PageHash.ofRequest(request, parts).bytes())
                        .orElseGet(() -> new byte[0]);
                byte[] answerHash = PageHash.ofAnswer(answer.status(), headers, answer.body())
                        .bytes();
                requireShown(header.tree(), path.labels(expressionHash), "the expression " + text);
                requireEmptyLeaf(header.tree(), path.labels(expressionHash, requestHash, answerHash));
                yield new Verdict.Certified(withProof(headers, answer));
            }
        };
    }

    private static List<HeaderField> withProof(List<HeaderField> headers, PageAnswer answer) {
        var all = new ArrayList<>(headers);
        HeaderField.last(answer.headers(), CertificateHeader.NAME)
                .ifPresent(proof -> all.add(new HeaderField(CertificateHeader.NAME, proof)));
        return all;
    }

    private static void requireShown(HashTree tree, List<byte[]> path, String what) {
        if (!ExpressionPath.isShown(tree, path)) {
            throw new NotCertifiedException("the witness does not show " + what + " at the expression path");
        }
    }

    private static void requireEmptyLeaf(HashTree tree, List<byte[]> path) {
        if (!(tree.lookup(path) instanceof HashTree.Lookup.Found(var value)) || value.length > 0) {
            throw new NotCertifiedException(
                    "what was answered is not what is certified: the hash of status, headers and "
                            + "body, or the one of the request, is not in the witness ("
                            + HexFormat.of().formatHex(path.getLast()) + ")");
        }
    }

    /// Proves that the canister certified the witness, just now.
    private void requireChain(Principal canister, CertificateHeader header, long nowNanos) {
        try {
            var certificate = header.certificate();
            certificate.verify(rootKey, canister);
            long age = nowNanos - certificate.time();
            if (Math.abs(age) > AGE_NANOS_MAX) {
                throw new NotCertifiedException("the certificate is " + Math.abs(age) / 1_000_000_000 + " seconds "
                        + (age > 0 ? "old" : "ahead") + ", at most " + AGE_NANOS_MAX / 1_000_000_000 + " are allowed");
            }
            byte[] certified = certificate.found("canister", canister, "certified_data");
            if (!Arrays.equals(certified, header.tree().rootHash().bytes())) {
                throw new NotCertifiedException("the witness has another root hash than the canister's certified data");
            }
        } catch (ProtocolException e) {
            throw new NotCertifiedException("the certificate proves nothing: " + e.getMessage());
        }
    }

    private static String decodedPath(PageRequest request) {
        var path = request.path();
        var decoded = new ByteArrayOutputStream();
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            boolean isEscape = bytes[i] == '%'
                    && i + 2 < bytes.length
                    && HexFormat.isHexDigit(bytes[i + 1])
                    && HexFormat.isHexDigit(bytes[i + 2]);
            if (isEscape) {
                decoded.write(HexFormat.fromHexDigit(bytes[i + 1]) << 4 | HexFormat.fromHexDigit(bytes[i + 2]));
                i += 2;
            } else {
                decoded.write(bytes[i]);
            }
        }
        return decoded.toString(StandardCharsets.UTF_8);
    }
}
