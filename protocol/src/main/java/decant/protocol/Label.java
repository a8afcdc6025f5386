package decant.protocol;

import decant.base.Hash;
import decant.base.Principal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// A label of the state tree: bytes, ordered unsigned, a prefix first.
public final class Label {
    private Label() {}

    public static byte[] of(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] of(Principal principal) {
        return principal.bytes();
    }

    public static byte[] of(Hash hash) {
        return hash.bytes();
    }

    /// {@return the path of `labels`, each a text, a principal, a hash or bytes}
    public static List<byte[]> path(Object... labels) {
        var path = new ArrayList<byte[]>(labels.length);
        for (var label : labels) {
            path.add(
                    switch (label) {
                        case String text -> of(text);
                        case Principal principal -> of(principal);
                        case Hash hash -> of(hash);
                        case byte[] bytes -> bytes;
                        default ->
                            throw new IllegalArgumentException(
                                    "a label is a text, a principal, a hash or bytes, found " + label.getClass());
                    });
        }
        return path;
    }

    /// {@return the text that `label`, or a value of the state tree, holds}
    public static String text(byte[] label) {
        return new String(label, StandardCharsets.UTF_8);
    }

    static int compare(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b);
    }

    /// {@return the label as text where it is printable, otherwise in hexadecimal}
    static String describe(byte[] label) {
        for (byte b : label) {
            if (b < 0x20 || b > 0x7E) {
                return "0x" + HexFormat.of().formatHex(label);
            }
        }
        return "\"" + new String(label, StandardCharsets.US_ASCII) + "\"";
    }

    /// {@return the path with a slash before each label}
    static String describe(List<byte[]> path) {
        var text = new StringBuilder();
        path.forEach(label -> text.append('/').append(describe(label)));
        return text.toString();
    }
}
