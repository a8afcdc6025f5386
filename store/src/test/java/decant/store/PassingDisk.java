package decant.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;

/// A real disk, of which a test can spoil the writes to new files, or any other step.
class PassingDisk implements Disk {
    /// {@return what is written in place of `bytes`}
    ByteBuffer spoilt(ByteBuffer bytes, long position) throws IOException {
        return bytes;
    }

    @Override
    public WritableFile create(Path path) throws IOException {
        var file = REAL.create(path);
        return new WritableFile() {
            @Override
            public void write(ByteBuffer bytes, long position) throws IOException {
                file.write(spoilt(bytes, position), position);
            }

            @Override
            public void sync() throws IOException {
                file.sync();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    @Override
    public WritableFile open(Path path) throws IOException {
        return REAL.open(path);
    }

    @Override
    public void rename(Path source, Path target) throws IOException {
        REAL.rename(source, target);
    }

    @Override
    public void delete(Path path) throws IOException {
        REAL.delete(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        REAL.syncDirectory(directory);
    }

    @Override
    public void commit(Transaction transaction) throws SQLException {
        REAL.commit(transaction);
    }
}
