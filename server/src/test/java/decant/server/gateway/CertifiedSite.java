package decant.server.gateway;

import decant.base.Hash;
import decant.base.Leb128;
import decant.base.Principal;
import decant.protocol.BlsSecretKey;
import decant.protocol.Cbor;
import decant.protocol.CborValue;
import decant.protocol.Certificate;
import decant.protocol.Label;
import decant.protocol.LabeledTree;
import decant.protocol.MapHash;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a canister does to certify answers, and a subnet to certify the canister, for tests that then change something.
final class CertifiedSite {
    static final Principal CANISTER = Principal.ofCanisterNumber(7);
    static final long NOW = 1_795_420_800_000_000_000L;
    static final String EVERYTHING = "default_certification(ValidationArgs{certification:Certification{"
            + "no_request_certification:Empty{},response_certification:ResponseCertification{"
            + "response_header_exclusions:ResponseHeaderList{headers:[]}}}})";
    static final String NOTHING = "default_certification(ValidationArgs{no_certification:Empty{}})";

    private final BlsSecretKey rootKey = BlsSecretKey.fromSeed(new byte[32]);
    private LabeledTree.Branch tree = LabeledTree.Branch.EMPTY;
    private long certifiedAt = NOW;

    Verification verification() {
        return new Verification(rootKey.publicKey());
    }

    CertifiedSite certifiedAt(long nanos) {
        certifiedAt = nanos;
        return this;
    }

    /// Certifies whatever is at a path of the tree.
    CertifiedSite with(byte[] value, Object... path) {
        tree = with(tree, Label.path(path), value);
        return this;
    }

    private static LabeledTree.Branch with(LabeledTree.Branch branch, List<byte[]> path, byte[] value) {
        byte[] label = path.getFirst();
        var rest = path.subList(1, path.size());
        if (rest.isEmpty()) {
            return branch.with(label, LabeledTree.leaf(value));
        }
        var below =
                branch.at(List.of(label)).map(LabeledTree.Branch.class::cast).orElse(LabeledTree.Branch.EMPTY);
        return branch.with(label, with(below, rest, value));
    }

    /// Certifies an answer to every request for a path.
    CertifiedSite with(List<String> expressionPath, String expression, Hash answer) {
        return with(expressionPath, expression, new byte[0], answer.bytes());
    }

    CertifiedSite with(List<String> expressionPath, String expression, byte[]... hashes) {
        var path = new ArrayList<Object>(expressionPath);
        path.add(Hash.sha256(utf8(expression)));
        path.addAll(Arrays.asList(hashes));
        return with(new byte[0], path.toArray());
    }

    /// {@return the header of version 2, with a witness of these paths}
    HeaderField proof(List<String> expressionPath, List<List<byte[]>> revealed) {
        var path = Cbor.encodeSelfDescribed(new CborValue.Array(
                expressionPath.stream().<CborValue>map(CborValue::text).toList()));
        return new HeaderField(
                "IC-Certificate", proofOf(CANISTER, revealed) + ", expr_path=:" + base64(path) + ":, version=2");
    }

    /// {@return the header of version 1}
    HeaderField proofOfBody(List<List<byte[]>> revealed) {
        return new HeaderField("ic-certificate", proofOf(CANISTER, revealed));
    }

    String proofOf(Principal canister, List<List<byte[]>> revealed) {
        var state = LabeledTree.Branch.EMPTY
                .with("time", LabeledTree.leaf(leb128(certifiedAt)))
                .with(
                        "canister",
                        LabeledTree.Branch.EMPTY.with(
                                canister.bytes(),
                                LabeledTree.Branch.EMPTY.with(
                                        "certified_data",
                                        LabeledTree.leaf(tree.rootHash().bytes()))));
        var certificate = new Certificate(state.whole(), Certificate.sign(rootKey, state.rootHash()), Optional.empty());
        var witness = Cbor.encodeSelfDescribed(tree.witness(revealed).toCbor());
        return "certificate=:" + base64(certificate.encode()) + ":, tree=:" + base64(witness) + ":";
    }

    /// {@return the hash of an answer, as the interface specification defines it}
    static Hash answerHash(int status, List<HeaderField> headers, byte[] body) {
        var entries = new ArrayList<CborValue.Entry>();
        headers.forEach(header ->
                entries.add(CborValue.entry(header.name().toLowerCase(Locale.ROOT), CborValue.text(header.value()))));
        entries.add(CborValue.entry(":ic-cert-status", CborValue.nat(status)));
        return Hash.sha256(
                MapHash.of(new CborValue.Map(entries)).bytes(),
                Hash.sha256(body).bytes());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] leb128(long number) {
        var out = new ByteArrayOutputStream();
        Leb128.writeUnsigned(out, BigInteger.valueOf(number));
        return out.toByteArray();
    }
}
