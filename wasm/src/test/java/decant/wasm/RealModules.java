package decant.wasm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The modules among the project's examples, which real compilers made.
final class RealModules {
    private static final Path EXAMPLES = Path.of(System.getProperty("decant.root"), "examples");

    private RealModules() {}

    /// {@return all of them, in the order of their paths}
    static List<Path> paths() {
        try (var tree = Files.walk(EXAMPLES)) {
            return tree.filter(path -> path.toString().endsWith(".wasm"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
