package decant.candid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The public Candid test suite, in the form of `vectors.json`.
final class ConformanceTest {
    private static final Quota QUOTA = Quota.DEFAULT.withCostMax(20_000_000);

    @TestFactory
    Stream<DynamicTest> everyAssertionOfTheCandidTestSuiteHolds() throws Exception {
        var vectors = vectors();
        var definitions = vectors.get("defs");
        return elements(vectors.get("tests")).map(test -> {
            var file = test.get("file").asString();
            var name = file + ":" + test.get("line").asInt() + " "
                    + test.path("desc").asString("");
            return DynamicTest.dynamicTest(name, () -> check(test, definitions(definitions.path(file))));
        });
    }

    @Test
    void theSuiteIsComplete() throws Exception {
        var counts = elements(vectors().get("tests"))
                .collect(Collectors.groupingBy(test -> test.get("op").asString(), Collectors.counting()));
        System.out.println("Candid test suite: " + counts);
        assertThat(counts).isEqualTo(Map.of("decodes", 21L, "rejects", 189L, "equal", 256L, "notEqual", 1L));
    }

    private static JsonNode vectors() throws Exception {
        var shared = System.getProperty("decant.shared", "");
        var file = Path.of(shared, "candid-tests", "vectors.json");
        Assumptions.assumeTrue(Files.exists(file), "the Candid test suite is not at " + file);
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static String definitions(JsonNode definitions) {
        return elements(definitions)
                .map(definition -> definition.asString().strip())
                .map(definition -> definition.endsWith(";") ? definition : definition + ";")
                .collect(Collectors.joining("\n"));
    }

    private static void check(JsonNode test, String definitions) {
        var types = types(definitions, test.get("type").asString());
        switch (test.get("op").asString()) {
            case "decodes" -> read(test.get("left"), types);
            case "rejects" ->
                assertThatThrownBy(() -> read(test.get("left"), types)).isInstanceOf(CandidException.class);
            case "equal" -> assertThat(read(test.get("left"), types)).isEqualTo(read(test.get("right"), types));
            case "notEqual" -> assertThat(read(test.get("left"), types)).isNotEqualTo(read(test.get("right"), types));
            default -> throw new AssertionError("unknown assertion " + test);
        }
    }

    private static List<Type> types(String definitions, String tuple) {
        var did = Did.parse(definitions + "\ntype subject = func " + tuple + " -> ();");
        return ((Type.Func) did.type("subject").unfold()).argumentTypes();
    }

    private static List<Value> read(JsonNode input, List<Type> types) {
        return input.get("kind").asString().equals("blob")
                ? Candid.decode(HexFormat.of().parseHex(input.get("hex").asString()), types, QUOTA)
                : Candid.parse(input.get("text").asString(), types);
    }
}
