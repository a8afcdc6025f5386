package decant.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;

/// The few ways in which the store changes files, so that a test can put a disk in their place that fails when
/// told.
///
/// Reading is not among them: a file is read, or mapped, where that is needed.
interface Disk {
    Disk REAL = new RealDisk();

    /// Makes an empty file, which must not exist, and opens it for writing.
    WritableFile create(Path path) throws IOException;

    /// Opens a file that exists for writing.
    WritableFile open(Path path) throws IOException;

    /// Renames a file; durable only after `syncDirectory`.
    void rename(Path source, Path target) throws IOException;

    /// Deletes a file if it is there; durable only after `syncDirectory`.
    void delete(Path path) throws IOException;

    /// Makes the names in `directory` durable.
    void syncDirectory(Path directory) throws IOException;

    /// Makes a transaction of the database durable.
    void commit(Transaction transaction) throws SQLException;

    /// What the database does in its files by itself.
    @FunctionalInterface
    interface Transaction {
        void commit() throws SQLException;
    }

    /// The disk of the machine.
    final class RealDisk implements Disk {
        private RealDisk() {}

        @Override
        public WritableFile create(Path path) throws IOException {
            return WritableFile.of(FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
        }

        @Override
        public WritableFile open(Path path) throws IOException {
            return WritableFile.of(FileChannel.open(path, StandardOpenOption.WRITE));
        }

        @Override
        public void rename(Path source, Path target) throws IOException {
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path path) throws IOException {
            Files.deleteIfExists(path);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            if (isWindows()) {
                // Windows cannot open a directory, and keeps names in its journal without being asked.
                return;
            }
            try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }

        @Override
        public void commit(Transaction transaction) throws SQLException {
            transaction.commit();
        }

        private static boolean isWindows() {
            return System.getProperty("os.name").startsWith("Windows");
        }
    }
}
