package decant.server.gateway;

import decant.protocol.Cbor;
import decant.protocol.CborValue;
import decant.protocol.Certificate;
import decant.protocol.HashTree;
import decant.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The header `IC-Certificate`: the proof that travels with an answer.
///
/// ```text
/// certificate=:BASE64:, tree=:BASE64:, expr_path=:BASE64:, version=2
/// ```
record CertificateHeader(Certificate certificate, HashTree tree, int version, Optional<List<String>> expressionPath) {
    static final String NAME = "IC-Certificate";

    private static final int SEGMENTS_MAX = 1_000;

    static CertificateHeader parse(String value) {
        var fields = fields(value);
        try {
            return new CertificateHeader(
                    Certificate.decode(bytes(fields, "certificate")),
                    HashTree.decode(bytes(fields, "tree")),
                    version(fields.getOrDefault("version", "1")),
                    fields.containsKey("expr_path")
                            ? Optional.of(texts(bytes(fields, "expr_path")))
                            : Optional.empty());
        } catch (ProtocolException e) {
            throw new NotCertifiedException("the header " + NAME + " is malformed: " + e.getMessage());
        }
    }

    /// {@return the fields by name; of one that is there twice the first}
    private static Map<String, String> fields(String value) {
        var fields = new HashMap<String, String>();
        for (String field : value.split(",", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.putIfAbsent(
                        field.substring(0, equals).strip(),
                        undelimited(field.substring(equals + 1).strip()));
            }
        }
        return fields;
    }

    private static String undelimited(String value) {
        boolean isDelimited = value.length() >= 2 && value.startsWith(":") && value.endsWith(":");
        return isDelimited ? value.substring(1, value.length() - 1) : value;
    }

    private static byte[] bytes(Map<String, String> fields, String name) {
        var text = fields.get(name);
        if (text == null) {
            throw new NotCertifiedException("the header " + NAME + " has no field " + name);
        }
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new NotCertifiedException("the field " + name + " of " + NAME + " is not Base64: " + e.getMessage());
        }
    }

    private static int version(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw new NotCertifiedException("the version of " + NAME + " is a number, found \"" + text + "\"");
        }
    }

    private static List<String> texts(byte[] cbor) {
        var value = Cbor.decode(cbor, new Cbor.Limits(4, SEGMENTS_MAX)).withoutSelfDescription();
        if (!(value instanceof CborValue.Array(var items))) {
            throw new ProtocolException("an expression path is an array of texts, found " + value.kind());
        }
        var texts = new ArrayList<String>();
        for (var item : items) {
            if (!(item instanceof CborValue.Text(var text))) {
                throw new ProtocolException("an expression path is an array of texts, found " + item.kind() + " in it");
            }
            texts.add(text);
        }
        return texts;
    }
}
