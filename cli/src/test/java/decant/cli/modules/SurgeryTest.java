package decant.cli.modules;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.Golden;
import decant.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands that make modules out of modules, on the real examples and on what strangers may give them.
final class SurgeryTest {
    @TempDir
    Path folder;

    @BeforeEach
    void copyModules() throws IOException {
        for (var module : List.of(
                "vault/v1", "vault/v1-symbols", "vault/v2", "vault/v2-rebuilt", "notes/notes", "counter/v2-stuck")) {
            Files.copy(
                    Path.of(example(module + ".wasm")),
                    folder.resolve(Path.of(module).getFileName() + ".wasm"));
        }
        byte[] rebuilt = Files.readAllBytes(folder.resolve("v2-rebuilt.wasm"));
        Files.write(folder.resolve("cut.wasm"), Arrays.copyOf(rebuilt, 3000));
        Files.writeString(folder.resolve("text.wasm"), "(module)");
        Files.write(folder.resolve("empty.wasm"), new byte[0]);
    }

    @Test
    void aGraftTellsWhatItMadeOrWhyItMadeNothing() throws IOException {
        var told = told(
                "graft v1.wasm v2-rebuilt.wasm -o out.wasm",
                "graft v1.wasm v2-rebuilt.wasm --old-symbols v1-symbols.wasm -o out.wasm",
                "graft v1.wasm v2-rebuilt.wasm --old-symbols v1-symbols.wasm -o out.wasm --json",
                "graft out.wasm v2-rebuilt.wasm -o out2.wasm",
                // The other way round.
                "graft v2-rebuilt.wasm v1.wasm -o never.wasm",
                "graft v2-rebuilt.wasm v1-symbols.wasm -o out3.wasm",
                "graft v1-symbols.wasm v1-symbols.wasm -o never.wasm",
                "graft v1.wasm v2-rebuilt.wasm --old-symbols v2-rebuilt.wasm -o never.wasm",
                "graft v1.wasm v2-rebuilt.wasm --old-symbols v1.wasm -o never.wasm",
                "graft notes.wasm v2-rebuilt.wasm -o never.wasm",
                "graft v1.wasm notes.wasm -o never.wasm",
                "graft v2-stuck.wasm v2-rebuilt.wasm -o never.wasm",
                "graft v1.wasm cut.wasm -o never.wasm",
                "graft v1.wasm text.wasm -o never.wasm",
                "graft v1.wasm empty.wasm -o never.wasm",
                "graft v1.wasm nowhere.wasm -o never.wasm",
                "graft v1.wasm . -o never.wasm",
                "graft v1.wasm v2-rebuilt.wasm -o nowhere/never.wasm",
                "graft v1.wasm v2-rebuilt.wasm",
                "graft v1.wasm -o never.wasm");
        Golden.check("graft", told);
        assertThat(folder.resolve("out.wasm")).exists();
        assertThat(folder.resolve("never.wasm")).doesNotExist();
    }

    @Test
    void aRescueTellsWhatItMadeOrWhyItMadeNothing() throws IOException {
        var told = told(
                "rescue stable64 v1.wasm -o out.wasm",
                "rescue stable64 v1.wasm -o out.wasm --json",
                "rescue stable64 out.wasm -o never.wasm",
                "rescue stable64 v2.wasm -o never.wasm",
                "rescue stable64 notes.wasm -o never.wasm",
                "rescue stable64 v2-stuck.wasm -o never.wasm",
                "rescue stable64 cut.wasm -o never.wasm",
                "rescue stable64 text.wasm -o never.wasm",
                "rescue stable64 nowhere.wasm -o never.wasm",
                "rescue stable64 v1.wasm",
                "rescue v1.wasm -o never.wasm");
        Golden.check("rescue", told);
        assertThat(folder.resolve("out.wasm")).exists();
        assertThat(folder.resolve("never.wasm")).doesNotExist();
    }

    private String told(String... commands) {
        var told = new StringBuilder();
        for (String command : commands) {
            var outcome = new Shell(folder).run(command.split(" "));
            told.append("$ decant ")
                    .append(command)
                    .append('\n')
                    .append(outcome.out())
                    .append(outcome.err());
            told.append("exit code ").append(outcome.status()).append("\n\n");
        }
        return told.toString();
    }
}
