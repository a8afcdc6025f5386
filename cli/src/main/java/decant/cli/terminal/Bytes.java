package decant.cli.terminal;

import java.util.List;
import java.util.Locale;

/// Sizes as a person reads them.
public final class Bytes {
    private static final List<String> UNITS = List.of("KiB", "MiB", "GiB", "TiB");
    private static final int STEP = 1024;

    private Bytes() {}

    /// {@return such as `917 bytes`, `4.2 MiB`}
    public static String shown(long bytes) {
        if (bytes < STEP) {
            return bytes + (bytes == 1 ? " byte" : " bytes");
        }
        double size = bytes;
        int unit = -1;
        while (size >= STEP && unit + 1 < UNITS.size()) {
            size /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, size < 10 ? "%.1f %s" : "%.0f %s", size, UNITS.get(unit));
    }
}
