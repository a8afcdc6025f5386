package decant.candid;

import java.util.List;

/// A text that can be set in one line or, where it is too long, in several.
sealed interface Layout {
    int LINE_WIDTH = 80;
    int INDENT = 2;

    /// {@return how long it is in one line}
    int width();

    /// Text that is never broken.
    record Leaf(String text) implements Layout {
        @Override
        public int width() {
            return text.length();
        }
    }

    /// Parts that follow each other directly.
    record Row(List<Layout> parts, int width) implements Layout {
        static Row of(Layout... parts) {
            return new Row(
                    List.of(parts),
                    List.of(parts).stream().mapToInt(Layout::width).sum());
        }
    }

    /// Items between brackets, each on a line of its own if they do not fit on one.
    ///
    /// @param padding what separates brackets and items in one line
    record Group(String open, String padding, List<Layout> items, String separator, String close, int width)
            implements Layout {
        static Group of(String open, String padding, List<Layout> items, String separator, String close) {
            int inside = items.stream().mapToInt(Layout::width).sum()
                    + Math.max(0, items.size() - 1) * (separator.length() + 1)
                    + (items.isEmpty() ? 0 : 2 * padding.length());
            return new Group(open, padding, items, separator, close, open.length() + inside + close.length());
        }
    }

    /// {@return the text in one line}
    default String flat() {
        var out = new StringBuilder();
        appendFlat(out);
        return out.toString();
    }

    /// {@return the text in as many lines as it takes}
    default String broken() {
        var out = new StringBuilder();
        append(out, 0);
        return out.toString();
    }

    private void appendFlat(StringBuilder out) {
        switch (this) {
            case Leaf(var text) -> out.append(text);
            case Row(var parts, var _) -> {
                for (var part : parts) {
                    part.appendFlat(out);
                }
            }
            case Group group -> {
                out.append(group.open);
                var gap = group.padding;
                for (var item : group.items) {
                    out.append(gap);
                    item.appendFlat(out);
                    gap = group.separator + " ";
                }
                out.append(group.items.isEmpty() ? "" : group.padding).append(group.close);
            }
        }
    }

    private void append(StringBuilder out, int indent) {
        int column = out.length() - (out.lastIndexOf("\n") + 1);
        if (column + width() <= LINE_WIDTH) {
            appendFlat(out);
            return;
        }
        switch (this) {
            case Leaf(var text) -> out.append(text);
            case Row(var parts, var _) -> {
                for (var part : parts) {
                    part.append(out, indent);
                }
            }
            case Group group -> {
                out.append(group.open);
                for (var item : group.items) {
                    out.append('\n').repeat(' ', indent + INDENT);
                    item.append(out, indent + INDENT);
                    out.append(group.separator);
                }
                out.append('\n').repeat(' ', indent).append(group.close);
            }
        }
    }
}
