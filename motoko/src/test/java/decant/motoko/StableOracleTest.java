package decant.motoko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import decant.motoko.MotokoCompiler.NpmPackage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compares our verdicts about stable signatures with those of the Motoko compiler: on every run with the compiler's
/// verdicts as they were written to a file, and with the compiler itself where there is one. `-Dapprove` rewrites the
/// file, and needs the compiler.
///
/// The verdicts are equal for all pairs but those that are named as overlooked: there the compiler finds nothing
/// although data would be misread or lost, and we do.
final class StableOracleTest {
    private static final Path ROOT = Path.of(System.getProperty("decant.root"));
    private static final Path VERDICTS = ROOT.resolve("motoko/src/test/resources/decant/motoko/verdicts.txt");
    private static final String COMPATIBLE = "compatible";
    private static final String INCOMPATIBLE = "incompatible";
    private static final String INVALID = "invalid";
    private static final String OVERLOOKED = "overlooked ";
    private static final Set<String> CODES_OF_INCOMPATIBILITY = Set.of("M0169", "M0170", "M0216", "M0255", "M0263");

    @TempDir
    Path folder;

    @Test
    void ourVerdictIsTheCompilersForEveryPair() throws IOException {
        var frozen = new LinkedHashMap<String, String>();
        for (String line : Files.readAllLines(VERDICTS)) {
            int colon = line.lastIndexOf(": ");
            frozen.put(line.substring(0, colon), line.substring(colon + 2));
        }
        var disagreements = new ArrayList<String>();
        var counts = new TreeMap<String, Integer>();
        int overlooked = 0;
        for (var pair : pairs()) {
            var expected = frozen.remove(key(pair));
            assertThat(expected)
                    .as("%s has no verdict of the compiler: run with -Dapprove where the compiler is", pair.name())
                    .isNotNull();
            counts.merge(kind(expected), 1, Integer::sum);
            var found = verdict(pair);
            if (pair.name().startsWith(OVERLOOKED)) {
                overlooked++;
                assertThat(expected).as(pair.name()).isEqualTo(COMPATIBLE);
                assertThat(kind(found)).as(pair.name()).isEqualTo(INCOMPATIBLE);
            } else if (!found.equals(expected)) {
                disagreements.add(pair.name() + ": the compiler says " + expected + ", we say " + found + "\n"
                        + pair.before() + "\n=>\n" + pair.after());
            }
        }
        System.out.println(
                "stable signatures compared with the compiler's verdicts: " + counts + ", of which it overlooks "
                        + overlooked + " and we do not; other disagreements: " + disagreements.size());
        assertThat(disagreements).isEmpty();
        assertThat(frozen.keySet()).as("verdicts about pairs that are no more").isEmpty();
    }

    @Test
    void theVerdictsInTheFileAreTheCompilers() throws IOException, InterruptedException {
        var compiler = compiler();
        var pairs = pairs();
        var answers = answers(compiler, pairs);
        var lines = new ArrayList<String>();
        for (int i = 0; i < pairs.size(); i++) {
            lines.add(key(pairs.get(i)) + ": " + normalised(answers.get(i)));
        }
        if (System.getProperty("approve") != null) {
            Files.write(VERDICTS, lines);
        }
        assertThat(Files.readAllLines(VERDICTS)).isEqualTo(lines);
    }

    @Test
    @Tag("slow")
    void ourVerdictIsTheCompilersForManyMoreGeneratedPairs() throws IOException, InterruptedException {
        var compiler = compiler();
        var pairs = SignatureGenerator.pairs(Long.getLong("decant.seed", 3), 20_000);
        var answers = answers(compiler, pairs);
        for (int i = 0; i < pairs.size(); i++) {
            var pair = pairs.get(i);
            assertThat(verdict(pair))
                    .as("%s:%n%s%n=>%n%s", pair.name(), pair.before(), pair.after())
                    .isEqualTo(normalised(answers.get(i)));
        }
    }

    private static List<SignaturePair> pairs() {
        return Stream.of(
                        SignaturePair.written(),
                        SignaturePair.ofExamples(),
                        SignatureGenerator.pairs(1, 500),
                        SignatureGenerator.pairs(2, 500))
                .flatMap(List::stream)
                .toList();
    }

    private static String key(SignaturePair pair) {
        return pair.digest() + " " + pair.name();
    }

    /// {@return `compatible`, `incompatible` or `invalid`}
    private static String kind(String verdict) {
        return verdict.equals(COMPATIBLE) || verdict.equals(INVALID) ? verdict : INCOMPATIBLE;
    }

    /// {@return the verdict of the compiler; why it takes a text for no signature is its own affair}
    private static String normalised(String codes) {
        var known = List.of(codes.split(",", -1));
        return codes.equals(COMPATIBLE) || CODES_OF_INCOMPATIBILITY.containsAll(known) ? codes : INVALID;
    }

    private static String verdict(SignaturePair pair) {
        try {
            var before = StableSignature.parse(pair.before());
            var after = StableSignature.parse(pair.after());
            return codes(before, after);
        } catch (StableSignatureException _) {
            return INVALID;
        }
    }

    /// {@return our findings by the codes that the compiler has for them: one for each variable}
    private static String codes(StableSignature before, StableSignature after) {
        var findings = StableCompatibility.compare(before, after, Set.of());
        if (findings.stream().anyMatch(finding -> finding.kind() == StableFinding.Kind.CHAIN_ABANDONED)) {
            return "M0255";
        }
        Map<String, Set<StableFinding.Kind>> kinds = findings.stream()
                .collect(Collectors.groupingBy(
                        finding -> finding.path().split(",", 2)[0],
                        TreeMap::new,
                        Collectors.mapping(StableFinding::kind, Collectors.toSet())));
        var codes = new TreeSet<String>();
        kinds.values().forEach(ofVariable -> codes.add(code(ofVariable)));
        return codes.isEmpty() ? COMPATIBLE : String.join(",", codes);
    }

    private static String code(Set<StableFinding.Kind> kinds) {
        if (kinds.contains(StableFinding.Kind.TYPE_CHANGED)) {
            return "M0170";
        }
        return switch (kinds.iterator().next()) {
            case VARIABLE_DROPPED -> "M0169";
            case DATA_DROPPED -> "M0216";
            case VARIABLE_MISSING -> "M0263";
            case CHAIN_ABANDONED -> "M0255";
            case TYPE_CHANGED -> throw new AssertionError("a changed type was looked for above");
        };
    }

    private static NpmPackage compiler() {
        var search = new CompilerSearch(System.getenv());
        var found = search.program("node")
                .flatMap(node -> search.npmPackage(ROOT.resolve("examples/package.json"), node)
                        .map(home -> new NpmPackage(node, home)));
        assumeThat(found)
                .as("the verdicts are not compared with the compiler itself: there is no Node.js with the npm package"
                        + " `motoko` (npm install in examples/, or NODE_PATH)")
                .isPresent();
        return found.orElseThrow();
    }

    private List<String> answers(NpmPackage compiler, List<SignaturePair> pairs)
            throws IOException, InterruptedException {
        var script = folder.resolve("oracle.cjs");
        try (var resource = StableOracleTest.class.getResourceAsStream("oracle.cjs")) {
            assertThat(resource).isNotNull();
            Files.copy(resource, script);
        }
        var input = folder.resolve("pairs");
        var output = folder.resolve("verdicts");
        Files.write(
                input,
                pairs.stream()
                        .map(pair -> base64(pair.before()) + " " + base64(pair.after()))
                        .toList());
        int status = new ProcessBuilder(
                        compiler.node().toString(),
                        script.toString(),
                        compiler.home().toString())
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        assertThat(status).isZero();
        var answers = Files.readAllLines(output);
        assertThat(answers).hasSameSizeAs(pairs).doesNotContain("crash");
        return answers;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
