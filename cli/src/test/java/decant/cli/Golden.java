package decant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Texts that a person has approved. `-Dapprove` accepts what is printed now.
public final class Golden {
    private static final Path FOLDER = Path.of(System.getProperty("decant.root"), "cli/src/test/resources/golden");

    private Golden() {}

    public static void check(String title, String found) throws IOException {
        var name = title.replaceAll("[^A-Za-z0-9.]+", " ").strip().replace(' ', '-');
        var file = FOLDER.resolve(name + ".txt");
        if (System.getProperty("approve") != null) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, found);
        }
        assertThat(file).as("run with -Dapprove to accept what was printed").exists();
        assertThat(found).isEqualTo(Files.readString(file));
    }
}
