package decant.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A file open for writing; a test can put one in its place that fails when told.
public interface WritableFile extends AutoCloseable {
    /// Writes all that remains in `bytes` at `position`; durable only after `sync`.
    void write(ByteBuffer bytes, long position) throws IOException;

    /// Makes everything written durable.
    void sync() throws IOException;

    @Override
    void close() throws IOException;

    /// {@return a file of the machine, which is closed with its channel}
    static WritableFile of(FileChannel channel) {
        return new WritableFile() {
            @Override
            public void write(ByteBuffer bytes, long position) throws IOException {
                long at = position;
                while (bytes.hasRemaining()) {
                    at += channel.write(bytes, at);
                }
            }

            @Override
            public void sync() throws IOException {
                channel.force(false);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
