package decant.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A real disk that has no room for anything new while it is full; what has its room already can be
/// overwritten.
final class FullDisk extends PassingDisk {
    long bytesLeft = Long.MAX_VALUE;

    @Override
    ByteBuffer spoilt(ByteBuffer bytes, long position) throws IOException {
        if (bytes.remaining() > bytesLeft) {
            throw new IOException("No space left on device");
        }
        bytesLeft -= bytes.remaining();
        return bytes;
    }
}
