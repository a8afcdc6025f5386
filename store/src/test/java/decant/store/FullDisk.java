package decant.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// A real disk that has no room for anything new while it is full; what has its room already can be
/// overwritten.
final class FullDisk implements Disk {
    long bytesLeft = Long.MAX_VALUE;

    @Override
    public WritableFile create(Path path) throws IOException {
        var file = REAL.create(path);
        return new WritableFile() {
            @Override
            public void write(ByteBuffer bytes, long position) throws IOException {
                if (bytes.remaining() > bytesLeft) {
                    throw new IOException("No space left on device");
                }
                bytesLeft -= bytes.remaining();
                file.write(bytes, position);
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
}
