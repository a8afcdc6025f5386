package decant.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The sole right of this process to the files of a directory. The operating system takes it back when the
/// process ends, however it ends.
public final class DirectoryLock implements AutoCloseable {
    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /// {@return the lock of a directory that is there}
    ///
    /// @throws StoreException if somebody else has it
    public static DirectoryLock acquire(Path directory) {
        var path = directory.resolve(StoreFormat.LOCK);
        try {
            var channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            try {
                if (isLocked(channel)) {
                    return new DirectoryLock(channel);
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            channel.close();
        } catch (IOException e) {
            throw StoreException.failed("lock", path, e);
        }
        throw new StoreException(
                directory + " is in use: " + path
                        + " is locked; stop the process that uses it, or name another directory",
                directory);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            // The lock ends with the channel, which is its owner.
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // Nothing was written, so nothing can be lost; the lock ends with the process at the latest.
        }
    }
}
