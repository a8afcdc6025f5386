import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Formats every Java source of the project (`write`) or names those that are not formatted and fails (`check`).
final class Format {
    private static final JavaFormatterOptions OPTIONS = JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(false)
            .build();

    public static void main(String[] arguments) throws Exception {
        boolean write = arguments.length == 1 && arguments[0].equals("write");
        var formatter = Formatter.createFormatter(OPTIONS);
        var unformatted = new ArrayList<Path>();
        for (Path source : sources()) {
            String text = Files.readString(source);
            String formatted = formatted(formatter, source, text);
            if (formatted.equals(text)) {
                continue;
            }
            unformatted.add(source);
            if (write) {
                Files.writeString(source, formatted);
            }
        }
        if (!unformatted.isEmpty() && !write) {
            System.err.println("Not formatted; `mvn -q -N validate -Dformat=write` mends it:");
            unformatted.forEach(source -> System.err.println("  " + source));
            System.exit(1);
        }
    }

    private static List<Path> sources() throws Exception {
        try (var tree = Files.walk(Path.of(""))) {
            return tree.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.toString().contains("target/")
                            && !path.startsWith(".mvn")
                            && !path.toString().contains("node_modules/"))
                    .sorted()
                    .toList();
        }
    }

    private static String formatted(Formatter formatter, Path source, String text) throws Exception {
        try {
            String tidy = RemoveUnusedImports.removeUnusedImports(text);
            tidy = ImportOrderer.reorderImports(tidy, JavaFormatterOptions.Style.PALANTIR);
            return formatter.formatSource(tidy);
        } catch (Exception e) {
            throw new IllegalStateException(source + ": " + e.getMessage(), e);
        }
    }
}
