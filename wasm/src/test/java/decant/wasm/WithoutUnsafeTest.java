package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.run.Raw;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A virtual machine that does not let us have `Unsafe`, since nobody told it to.
class WithoutUnsafeTest {
    @Test
    void loadsAndStoresAreTheSame() throws Exception {
        assertThat(Raw.ACCESS.getSimpleName()).isEqualTo("UnsafeAccess");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AccessRun.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = output.lines().toList();
            assertThat(lines.getFirst()).isEqualTo("SegmentAccess");
            assertThat(lines.subList(1, lines.size())).isEqualTo(AccessRun.lines());
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
