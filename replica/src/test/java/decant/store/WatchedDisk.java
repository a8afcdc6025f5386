package decant.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;

/// A real disk with somebody who is told before each change of a file.
///
/// It is among the store's own classes because nobody else may put a disk in the place of the real one.
public final class WatchedDisk implements Disk {
    private static final int SEGMENT_BYTES = 64 << 10;

    private final Runnable watcher;

    public WatchedDisk(Runnable watcher) {
        this.watcher = watcher;
    }

    /// {@return a log on this disk, whose segments are small, so that it begins new ones often}
    public AppendLog openLog(Path directory) {
        return AppendLog.open(directory, this, SEGMENT_BYTES);
    }

    public Store openStore(Path directory) {
        return Store.open(directory, this);
    }

    @Override
    public WritableFile create(Path path) throws IOException {
        watcher.run();
        return new WatchedFile(REAL.create(path));
    }

    @Override
    public WritableFile open(Path path) throws IOException {
        return new WatchedFile(REAL.open(path));
    }

    @Override
    public void rename(Path source, Path target) throws IOException {
        watcher.run();
        REAL.rename(source, target);
    }

    @Override
    public void delete(Path path) throws IOException {
        watcher.run();
        REAL.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        watcher.run();
        REAL.syncDirectory(directory);
    }

    @Override
    public void commit(Transaction transaction) throws SQLException {
        watcher.run();
        REAL.commit(transaction);
    }

    private final class WatchedFile implements WritableFile {
        private final WritableFile file;

        WatchedFile(WritableFile file) {
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            watcher.run();
            file.write(bytes, position);
        }

        @Override
        public void sync() throws IOException {
            watcher.run();
            file.sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
