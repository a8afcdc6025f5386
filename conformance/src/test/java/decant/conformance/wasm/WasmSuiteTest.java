package decant.conformance.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The official WebAssembly suite against the engine.
final class WasmSuiteTest {
    private static final Path SUITE = Path.of(System.getProperty("decant.shared"), "wasm-testsuite");

    @Test
    void theOfficialSuitePasses() throws IOException {
        assumeTrue(Files.isDirectory(SUITE), "the WebAssembly suite is not at " + SUITE + ": nothing was tried");
        var total = new Tally();
        try (var files = Files.list(SUITE)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".wast"))
                    .sorted()
                    .toList()) {
                String name = file.getFileName().toString();
                Tally tally;
                try {
                    tally = Script.run(name, Files.readAllBytes(file));
                } catch (RuntimeException e) {
                    tally = new Tally();
                    tally.fail(name + ": " + e);
                }
                total.add(tally);
                System.out.printf(
                        "%-50s %6d passed %4d failed %5d excluded%n",
                        name, tally.passed(), tally.failures().size(), tally.excludedCount());
            }
        }
        total.failures().forEach(System.out::println);
        System.out.println(total.excluded());
        System.out.println(total.passed());
        assertThat(total.failures()).isEmpty();
    }
}
