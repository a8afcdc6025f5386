package decant.wasm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.WasmThreads;
import decant.wasm.differential.Session.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Modules that once did something else here than on another engine, with what that one said of each run.
class RegressionTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("decant.root"), "wasm/src/test/resources/decant/wasm/differential");

    static Stream<String> modules() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".wasm"))
                    .map(name -> name.substring(0, name.length() - ".wasm".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("modules")
    void whatOnceWasWrongIsRight(String name) throws Exception {
        byte[] module = Files.readAllBytes(FOLDER.resolve(name + ".wasm"));
        var runs = new ArrayList<Run>();
        var expected = new ArrayList<String>();
        for (String line : Files.readAllLines(FOLDER.resolve(name + ".txt"))) {
            String[] halves = line.split(" \\| ", 2);
            String[] words = halves[0].split(" ", -1);
            runs.add(new Run(words[0].equals("new"), Integer.parseInt(words[1]), Long.parseLong(words[2])));
            expected.add(halves[1]);
        }
        for (int methodBytesMax : new int[] {6000, 300}) {
            var session = new FutureTask<List<String>>(() -> Session.lines(module, runs, methodBytesMax));
            WasmThreads.factory("regression").newThread(session).start();
            assertThat(session.get()).isEqualTo(expected);
        }
    }
}
