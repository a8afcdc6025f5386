package decant.server;

import java.util.Locale;

/// Metrics in the text format that Prometheus scrapes, version 0.0.4.
final class PrometheusText {
    private final StringBuilder text = new StringBuilder();

    /// Announces the samples that follow.
    void family(String name, String help, String type) {
        text.append("# HELP ").append(name).append(' ');
        text.append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /// Adds a sample; `labels` are names and values in turn.
    void sample(String name, double value, String... labels) {
        sample(name, number(value), labels);
    }

    void sample(String name, long value, String... labels) {
        sample(name, Long.toString(value), labels);
    }

    private void sample(String name, String value, String[] labels) {
        text.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            text.append(escaped(labels[i + 1])).append('"');
        }
        text.append(labels.length == 0 ? "" : "}");
        text.append(' ').append(value).append('\n');
    }

    static String number(double value) {
        boolean isWhole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        return isWhole ? String.format(Locale.ROOT, "%d", (long) value) : Double.toString(value);
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
