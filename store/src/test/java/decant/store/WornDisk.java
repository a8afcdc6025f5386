package decant.store;

import java.nio.ByteBuffer;

/// A real disk that keeps the byte at one offset of its files wrong, and says nothing.
final class WornDisk extends PassingDisk {
    long wornAt = Long.MAX_VALUE;

    @Override
    ByteBuffer spoilt(ByteBuffer bytes, long position) {
        if (wornAt < position || wornAt >= position + bytes.remaining()) {
            return bytes;
        }
        var kept = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        int at = (int) (wornAt - position);
        return kept.put(at, (byte) ~kept.get(at));
    }
}
