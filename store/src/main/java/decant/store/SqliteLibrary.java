package decant.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;

/// SQLite's native library, unpacked and loaded once per process.
final class SqliteLibrary {
    /* The driver unpacks its library into the folder for temporary files and deletes it when the JVM exits, so every process
     * that is killed would leave a megabyte behind. Unpacked into a folder of the store, it can be deleted as soon as it is
     * loaded (or, where a loaded library cannot be deleted, by the next process, since the folder is locked). */

    private static final String UNPACK_DIRECTORY = "org.sqlite.tmpdir";

    private SqliteLibrary() {}

    /// Loads the library, if that was not done before, by way of `directory`, which only this process uses.
    static synchronized void load(Path directory) {
        if (System.getProperty(UNPACK_DIRECTORY) != null) {
            // Whoever set it wants the library there; the driver loads it when it is needed.
            return;
        }
        try {
            Files.createDirectories(directory);
            System.setProperty(UNPACK_DIRECTORY, directory.toAbsolutePath().toString());
            try {
                SQLiteJDBCLoader.initialize();
            } finally {
                System.clearProperty(UNPACK_DIRECTORY);
                deleteFiles(directory);
            }
        } catch (Exception e) {
            throw new StoreException(
                    "failed to load SQLite's native library by way of " + directory + ": " + e
                            + "; set the system property " + UNPACK_DIRECTORY
                            + " to a directory from which libraries may be loaded",
                    directory,
                    e);
        }
    }

    private static void deleteFiles(Path directory) throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            for (var file : files) {
                try {
                    Files.delete(file);
                } catch (IOException _) {
                    // A system that holds on to loaded libraries: the next process deletes it.
                }
            }
        }
    }
}
