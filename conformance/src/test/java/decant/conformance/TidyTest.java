package decant.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The rules of the house that no compiler checks: who may know what, read off the sources as text.
final class TidyTest {
    private static final Path ROOT = Path.of(System.getProperty("decant.root"));
    private static final List<String> BELOW_REPLICA =
            List.of("base", "candid", "protocol", "store", "wasm", "canister");

    @ParameterizedTest
    @CsvSource({
        "wasm/src/main/java/decant/wasm/binary, decant\\.wasm\\.(validate|compile|run)\\.",
        "wasm/src/main/java/decant/wasm/validate, decant\\.wasm\\.(compile|run)\\.",
        "wasm/src/main/java, decant\\.(store|canister|candid|protocol)\\.",
        "store/src/main/java, decant\\.(wasm|canister|candid|protocol)\\.",
        "candid/src/main/java, decant\\.(wasm|store|canister|protocol)\\.",
        "canister/src/main/java/decant/canister/state, decant\\.canister\\.(ic0\\.|[A-Z])",
        "canister/src/main/java, decant\\.(protocol|replica|server)\\.",
        "replica/src/main/java, decant\\.(server|cli|wasm\\.(binary|compile|run))\\.",
        "cli/src/main/java/decant/cli/json, decant\\.cli\\.",
        "cli/src/main/java/decant/cli/terminal, decant\\.cli\\.(?!json\\.)",
        "cli/src/main/java/decant/cli/host, decant\\.cli\\.(?!(terminal|json)\\.)",
        "cli/src/main/java/decant/cli/node, decant\\.cli\\.(?!(host|terminal|json)\\.)",
        "cli/src/main/java/decant/cli/modules, decant\\.cli\\.(?!(node|terminal|json)\\.)",
        "cli/src/main/java/decant/cli/backup, decant\\.cli\\.(?!(terminal|json)\\.)",
        "cli/src/main/java/decant/cli/canister, decant\\.cli\\.(?!(node|terminal|json)\\.)",
        "cli/src/main/java/decant/cli/upgrade, decant\\.cli\\.(?!(upgrade|modules|node|terminal|json)\\.)",
        "cli/src/main/java/decant/cli/snapshot, decant\\.cli\\.(?!(snapshot|host|node|terminal|json)\\.)",
        "cli/src/main/java/decant/cli/rehearsal, decant\\.cli\\.[A-Z]",
    })
    void importsRunDownOnly(String room, String forbidden) {
        var pattern = Pattern.compile("^import (static )?" + forbidden, Pattern.MULTILINE);
        assertThat(mainSources(room)).filteredOn(matches(pattern)).isEmpty();
    }

    @Test
    void onlyServerKnowsHttpAndJsonStaysAtTheEdge() {
        assertThat(mainSourcesOf(path -> !path.startsWith("server")))
                .filteredOn(matches(Pattern.compile("^import io\\.helidon", Pattern.MULTILINE)))
                .isEmpty();
        assertThat(mainSourcesOf(path -> !path.startsWith("server") && !path.startsWith("cli")))
                .filteredOn(matches(Pattern.compile("^import tools\\.jackson", Pattern.MULTILINE)))
                .isEmpty();
    }

    @Test
    void onlyTheCommandLineExits() {
        assertThat(mainSourcesOf(path -> !path.startsWith("cli")))
                .filteredOn(matches(Pattern.compile("System\\.exit|Runtime\\.getRuntime\\(\\)\\.halt")))
                .isEmpty();
    }

    @Test
    void belowTheReplicaThereIsNoClockNoChanceNoThreadAndNoEnvironment() {
        var forbidden = Pattern.compile("System\\.(currentTimeMillis|nanoTime|getenv)|Instant\\.now|Clock\\.system"
                + "|ThreadLocalRandom|new Random\\(|Math\\.random|Executors\\.|new Thread\\(|\\.parallelStream\\(");
        for (String module : BELOW_REPLICA) {
            assertThat(mainSources(module + "/src/main/java"))
                    .filteredOn(matches(forbidden))
                    .isEmpty();
        }
    }

    @Test
    void everyTypeIsIntroducedByASentence() {
        var undocumented = mainSourcesOf(_ -> true).stream()
                .filter(source -> !source.endsWith("package-info.java") && !source.endsWith("module-info.java"))
                .filter(source -> !hasDocBeforeItsType(text(source)))
                .toList();
        assertThat(undocumented).isEmpty();
    }

    @Test
    void nothingIsLeftForLaterAndNothingNamesAMachine() {
        var marks = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b|/wo" + "rk/|/ro" + "ot/");
        assertThat(allTexts()).filteredOn(matches(marks)).isEmpty();
    }

    private static boolean hasDocBeforeItsType(String text) {
        var type = Pattern.compile(
                        "^(public |abstract |final |sealed |non-sealed |strictfp )*(class|record|enum|@?interface) ",
                        Pattern.MULTILINE)
                .matcher(text);
        return !type.find() || text.substring(0, type.start()).contains("\n///");
    }

    private static Predicate<Path> matches(Pattern pattern) {
        return source -> pattern.matcher(text(source)).find();
    }

    private static List<Path> mainSourcesOf(Predicate<Path> module) {
        return mainSources("").stream()
                .filter(source -> module.test(ROOT.relativize(source)))
                .toList();
    }

    private static List<Path> mainSources(String room) {
        return files(ROOT.resolve(room), path -> path.toString().endsWith(".java") && isIn(path, "src/main/java"));
    }

    private static List<Path> allTexts() {
        var endings = List.of(".java", ".md", ".xml", ".sh", ".mo", ".c", ".h", ".js", ".mjs", ".ts", ".did");
        return files(ROOT, path -> endings.stream().anyMatch(path.toString()::endsWith));
    }

    private static List<Path> files(Path room, Predicate<Path> wanted) {
        if (!Files.isDirectory(room)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(room)) {
            return new ArrayList<>(tree.filter(path -> !isIn(path, "target") && !isIn(path, "node_modules"))
                    .filter(wanted)
                    .sorted()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isIn(Path path, String folder) {
        return ("/" + ROOT.relativize(path) + "/").contains("/" + folder + "/");
    }

    private static String text(Path source) {
        try {
            return Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
