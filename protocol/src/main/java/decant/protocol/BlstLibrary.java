package decant.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file that the binding of blst copies its native library to in order to load it.
///
/// The binding deletes it when the virtual machine exits, so a killed process would leave it behind for good.
/// Where the system shows which files are mapped and lets a mapped file be unlinked, it goes as soon as it is
/// loaded.
final class BlstLibrary {
    private static final Path MAPPED_FILES = Path.of("/proc/self/maps");
    private static final String FOLDER_PREFIX = "blst@";

    private BlstLibrary() {}

    static void unlinkLoadedFile() {
        if (!Files.isReadable(MAPPED_FILES)) {
            return;
        }
        try {
            for (String line : Files.readAllLines(MAPPED_FILES)) {
                int start = line.indexOf('/');
                if (start >= 0 && line.contains("/" + FOLDER_PREFIX)) {
                    unlink(Path.of(line.substring(start)));
                }
            }
        } catch (IOException e) {
            System.getLogger(BlstLibrary.class.getName())
                    .log(System.Logger.Level.DEBUG, "the copy of the BLS library stays until this process exits", e);
        }
    }

    private static void unlink(Path file) throws IOException {
        var folder = file.getParent();
        if (folder != null && folder.getFileName().toString().startsWith(FOLDER_PREFIX)) {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }
}
