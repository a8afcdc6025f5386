package decant.conformance.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import decant.wasm.WasmThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/// The official WebAssembly suite against the engine.
///
/// What passes and what is left out of every script is compared with an approved report; `-Ddecant.approve=true`
/// rewrites it, for the difference to be reviewed.
final class WasmSuiteTest {
    private static final Path SUITE = Path.of(System.getProperty("decant.shared"), "wasm-testsuite");
    private static final Path APPROVED = Path.of(
            System.getProperty("decant.root"),
            "conformance/src/test/resources/decant/conformance/wasm/approved-report.txt");

    @Test
    void theOfficialSuitePassesButForWhatIsLeftOut() throws Exception {
        assumeTrue(Files.isDirectory(SUITE), "skipped: the official WebAssembly suite is not at " + SUITE);
        var suite = new FutureTask<Void>(() -> {
            runSuite();
            return null;
        });
        WasmThreads.factory("suite").newThread(suite).start();
        suite.get();
    }

    private static void runSuite() throws IOException {
        var total = new Tally();
        var report = new StringBuilder();
        for (Path file : scripts()) {
            var tally = Script.run(file.getFileName().toString(), Files.readAllBytes(file));
            total.add(tally);
            report.append(section(file.getFileName().toString(), tally));
        }
        report.append(section("total", total));
        System.out.print(report);
        assertThat(total.failures()).isEmpty();
        assertApproved(report.toString());
    }

    @Test
    void onlyProposalsThatTheInternetComputerLacksAreLeftOutByTheAssembler() throws IOException {
        assumeTrue(Files.isDirectory(SUITE), "skipped: the official WebAssembly suite is not at " + SUITE);
        var missing = Files.readString(APPROVED)
                .lines()
                .filter(line -> line.contains(" needs "))
                .map(line -> line.substring(line.indexOf(" needs ") + 7));
        assertThat(missing).allMatch(Exclusions.PROPOSALS::contains);
    }

    private static List<Path> scripts() throws IOException {
        try (var files = Files.list(SUITE)) {
            return files.filter(path -> path.toString().endsWith(".wast"))
                    .sorted()
                    .toList();
        }
    }

    private static String section(String name, Tally tally) {
        var text = new StringBuilder("%s: %d passed, %d failed, %d excluded%n"
                .formatted(name, tally.passed(), tally.failures().size(), tally.excludedCount()));
        tally.excluded().forEach((reason, count) -> text.append("%8d %s%n".formatted(count, reason)));
        return text.toString();
    }

    private static void assertApproved(String report) throws IOException {
        if (Boolean.getBoolean("decant.approve")) {
            Files.createDirectories(APPROVED.getParent());
            Files.writeString(APPROVED, report);
        }
        assertThat(report).isEqualTo(Files.readString(APPROVED));
    }
}
