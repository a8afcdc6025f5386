package decant.store;

import static decant.store.ArchiveFormat.INT;
import static decant.store.ArchiveFormat.LONG;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import decant.base.Hash;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A finished pack of an archive, open for reading. Its index is mapped when the pack is opened, which compares its
/// checksum.
final class Pack {
    /// The blobs of one frame.
    ///
    /// @param number the number of the frame in its pack
    private record Frame(int number, byte[] blobs) {}

    private final Path path;
    private final ArchiveFormat.Footer footer;
    private final MemorySegment index;
    private @Nullable Frame lastRead;

    private Pack(Path path, ArchiveFormat.Footer footer, MemorySegment index) {
        this.path = path;
        this.footer = footer;
        this.index = index;
    }

    static Pack open(Path path, long number) {
        try (var channel = FileChannel.open(path)) {
            long bytes = channel.size();
            if (bytes < ArchiveFormat.HEADER_BYTES + ArchiveFormat.FOOTER_BYTES) {
                throw StoreException.damaged(path, "it has " + bytes + " bytes, too few for a pack");
            }
            var end = new byte[ArchiveFormat.FOOTER_BYTES];
            read(channel, end, bytes - end.length, path);
            var footer = ArchiveFormat.Footer.parse(end, number, bytes, path);
            var index = channel.map(
                    FileChannel.MapMode.READ_ONLY, footer.indexOffset(), footer.indexBytes(), Arena.ofAuto());
            if (OverlayFormat.crc(index) != footer.indexCrc()) {
                throw StoreException.damaged(path, "the checksum of its index is wrong");
            }
            return new Pack(path, footer, index);
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
    }

    Path path() {
        return path;
    }

    int blobs() {
        return footer.blobs();
    }

    int frames() {
        return footer.frames();
    }

    /// {@return the bytes of the file}
    long bytes() {
        return footer.indexOffset() + footer.indexBytes() + ArchiveFormat.FOOTER_BYTES;
    }

    Hash hash(int blob) {
        var hash = new byte[Hash.BYTES];
        MemorySegment.copy(index, entry(blob), MemorySegment.ofArray(hash), 0, hash.length);
        return Hash.of(hash);
    }

    /// {@return the number of the frame that the blob is in}
    int frame(int blob) {
        return index.get(INT, entry(blob) + ArchiveFormat.ENTRY_FRAME_AT);
    }

    /// {@return how many bytes the blob has}
    int length(int blob) {
        return index.get(INT, entry(blob) + ArchiveFormat.ENTRY_LENGTH_AT);
    }

    /// {@return the bytes of the blob, after they were found to have its hash}
    byte[] read(int blob) {
        byte[] blobs = frameBlobs(frame(blob));
        int from = index.get(INT, entry(blob) + ArchiveFormat.ENTRY_OFFSET_AT);
        var content = Arrays.copyOfRange(blobs, from, from + length(blob));
        var found = Hash.sha256(content);
        if (!found.equals(hash(blob))) {
            throw StoreException.damaged(path, "blob " + hash(blob) + " has the SHA-256 " + found);
        }
        return content;
    }

    private long entry(int blob) {
        return (long) footer.frames() * ArchiveFormat.PLACE_BYTES + (long) blob * ArchiveFormat.ENTRY_BYTES;
    }

    private byte[] frameBlobs(int frame) {
        var known = lastRead;
        if (known != null && known.number() == frame) {
            return known.blobs();
        }
        long place = (long) frame * ArchiveFormat.PLACE_BYTES;
        long offset = index.get(LONG, place);
        var stored = new byte[index.get(INT, place + ArchiveFormat.PLACE_STORED_AT)];
        try (var channel = FileChannel.open(path)) {
            read(channel, stored, offset, path);
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
        int expected = index.get(INT, place + ArchiveFormat.PLACE_CRC_AT);
        int found = ArchiveFormat.crc(stored, 0, stored.length);
        if (found != expected) {
            throw StoreException.damaged(
                    path,
                    "at offset %d: frame %d has the checksum %08x, expected %08x"
                            .formatted(offset, frame, found, expected));
        }
        try {
            var blobs = Zstd.decompress(stored, index.get(INT, place + ArchiveFormat.PLACE_RAW_AT));
            lastRead = new Frame(frame, blobs);
            return blobs;
        } catch (ZstdException e) {
            throw StoreException.damaged(
                    path, "at offset " + offset + ": frame " + frame + " cannot be decompressed: " + e.getMessage());
        }
    }

    private static void read(FileChannel channel, byte[] target, long offset, Path path) throws IOException {
        var buffer = ByteBuffer.wrap(target);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw StoreException.damaged(path, "it ends at offset " + (offset + buffer.position()));
            }
        }
    }
}
