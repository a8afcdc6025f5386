package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What hostile modules come to in a process with little memory: an answer each, and the process lives.
class HostileRunTest {
    private static final String HEAP = "-Xmx400m";
    private static final String TOO_LARGE =
            "the function cannot be compiled: it has too many operands at once, or too many jumps by large tables";

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void everyHostileModuleGetsAnAnswer() throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(HEAP, "-cp", System.getProperty("java.class.path"), HostileRun.class.getName()));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.lines())
                    .containsExactly(
                            "a million functions: returned",
                            "fifty thousand functions of fifty thousand locals: returned",
                            "blocks in blocks: returned",
                            "loops in loops: returned",
                            "a jump over a million labels: returned",
                            "a jump over labels of a thousand blocks: " + TOO_LARGE,
                            "half a million branches: returned",
                            "half a million additions: returned",
                            "operands without end: " + TOO_LARGE,
                            "a hundred thousand data segments: returned",
                            "a hundred thousand element segments: returned",
                            "a table of four billion: refused: the table begins with 4294967295 elements, but may have at"
                                    + " most 10000000",
                            "a table of ten million: returned",
                            "a memory of four gibibytes: returned",
                            "growing for ever: out of instructions",
                            "filling for ever: out of instructions",
                            "recursion: call stack exhausted",
                            "recursion with a thousand locals: call stack exhausted",
                            "recursion through the table: call stack exhausted",
                            "tail calls for ever: out of instructions",
                            "a thousand arguments: call stack exhausted");
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
