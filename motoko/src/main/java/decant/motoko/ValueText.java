package decant.motoko;

import java.util.List;

/// The text of a value on the way, of at most so many characters: what comes behind is left out.
final class ValueText {
    private static final String ELLIPSIS = "...";

    private final StringBuilder text = new StringBuilder();
    private final int charactersMax;

    ValueText(int charactersMax) {
        this.charactersMax = charactersMax;
    }

    boolean isFull() {
        return text.length() > charactersMax;
    }

    ValueText add(String more) {
        if (!isFull()) {
            text.append(more);
        }
        return this;
    }

    /// {@return a text in quotes}
    static String quoted(String content) {
        var quoted = new StringBuilder("\"");
        content.codePoints().forEach(point -> {
            switch (point) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(point)) {
                        quoted.append("\\u{").append(Integer.toHexString(point)).append('}');
                    } else {
                        quoted.appendCodePoint(point);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    /// {@return bytes in quotes}
    static String quoted(byte[] content) {
        var quoted = new StringBuilder("\"");
        for (byte b : content) {
            quoted.append(String.format("\\%02X", b & 0xFF));
        }
        return quoted.append('"').toString();
    }

    /// Puts parts between brackets, until it is full.
    void addList(String open, String close, long count, String separator, Part part) {
        add(open);
        for (long i = 0; i < count && !isFull(); i++) {
            add(i == 0 ? "" : separator);
            part.add(i);
        }
        add(close);
    }

    /// Adds one of many parts.
    interface Part {
        void add(long index);
    }

    /// {@return whether these labels are those of a tuple}
    static boolean areOfTuple(List<String> labels) {
        for (int i = 0; i < labels.size(); i++) {
            if (!labels.get(i).equals(Integer.toString(i))) {
                return false;
            }
        }
        return labels.size() != 1;
    }

    @Override
    public String toString() {
        return isFull() ? text.substring(0, charactersMax) + ELLIPSIS : text.toString();
    }
}
