package decant.server.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// The header `Content-Range`: which bytes of a body these are.
record ContentRange(long first, long last, long total) {
    private static final Pattern FORM = Pattern.compile("bytes (\\d{1,15})-(\\d{1,15})/(\\d{1,15})");

    static ContentRange of(List<HeaderField> headers) {
        var text = HeaderField.last(headers, "content-range").orElse("nothing").strip();
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw DeliveryException.badAnswer(
                    "A part of a body says which one it is by Content-Range: bytes FIRST-LAST/TOTAL, found " + text
                            + ".");
        }
        var range = new ContentRange(
                Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)));
        if (range.first > range.last || range.last >= range.total) {
            throw DeliveryException.badAnswer("There is no such part of a body: " + text + ".");
        }
        return range;
    }

    /// {@return where the part after this one begins, if this one is `body` and goes on from `at`}
    long next(long at, byte[] body) {
        if (first > at || last < at || last - first + 1 != body.length) {
            throw DeliveryException.badAnswer("A part of a body should go on at byte " + at + ", found bytes " + first
                    + " to " + last + " in " + body.length + " bytes.");
        }
        return last + 1;
    }

    /// {@return what of this part was not there before}
    byte[] from(long at, byte[] body) {
        return Arrays.copyOfRange(body, (int) (at - first), body.length);
    }
}
