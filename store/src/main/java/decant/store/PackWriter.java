package decant.store;

import static decant.store.ArchiveFormat.INT;

import com.github.luben.zstd.Zstd;
import decant.base.Hash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/// Writes one pack: gathers blobs into frames, compresses these, and ends with the index.
///
/// Small frames are read fast where only one blob is wanted; large ones compress better.
final class PackWriter {
    private static final int FRAME_BYTES = 128 << 10;
    private static final int LEVEL = 3;

    private final Disk disk;
    private final Path directory;
    private final long number;
    private final Path draft;
    private final WritableFile file;
    private final ByteArrayOutputStream frame = new ByteArrayOutputStream();
    private final ByteArrayOutputStream places = new ByteArrayOutputStream();
    private byte[] entries = new byte[1024 * ArchiveFormat.ENTRY_BYTES];
    private int frames;
    private int blobs;
    private long position;

    PackWriter(Disk disk, Path directory, long number) {
        this.disk = disk;
        this.directory = directory;
        this.number = number;
        this.draft = directory.resolve(ArchiveFormat.name(number, ArchiveFormat.UNFINISHED_SUFFIX));
        try {
            file = disk.create(draft);
            write(ArchiveFormat.header(number));
        } catch (IOException e) {
            throw StoreException.failed("make", draft, e);
        }
    }

    long number() {
        return number;
    }

    int blobs() {
        return blobs;
    }

    /// {@return the bytes written so far}
    long bytes() {
        return position;
    }

    Hash hash(int blob) {
        int at = blob * ArchiveFormat.ENTRY_BYTES;
        return Hash.of(Arrays.copyOfRange(entries, at, at + Hash.BYTES));
    }

    void add(Hash hash, byte[] content) {
        if (entries.length < (blobs + 1) * ArchiveFormat.ENTRY_BYTES) {
            entries = Arrays.copyOf(entries, entries.length * 2);
        }
        int at = blobs++ * ArchiveFormat.ENTRY_BYTES;
        System.arraycopy(hash.bytes(), 0, entries, at, Hash.BYTES);
        var entry = MemorySegment.ofArray(entries);
        entry.set(INT, at + ArchiveFormat.ENTRY_FRAME_AT, frames);
        entry.set(INT, at + ArchiveFormat.ENTRY_OFFSET_AT, frame.size());
        entry.set(INT, at + ArchiveFormat.ENTRY_LENGTH_AT, content.length);
        frame.writeBytes(content);
        if (frame.size() >= FRAME_BYTES) {
            writeFrame();
        }
    }

    /// Ends the pack, which is durable when this returns.
    Pack finish() {
        var path = directory.resolve(ArchiveFormat.name(number, ArchiveFormat.PACK_SUFFIX));
        if (frame.size() > 0 || frames == 0) {
            writeFrame();
        }
        places.write(entries, 0, blobs * ArchiveFormat.ENTRY_BYTES);
        byte[] index = places.toByteArray();
        var footer = new ArchiveFormat.Footer(position, frames, blobs, ArchiveFormat.crc(index, 0, index.length));
        try {
            write(index);
            write(footer.print(number));
            file.sync();
            file.close();
            disk.rename(draft, path);
            disk.syncDirectory(directory);
        } catch (IOException e) {
            throw StoreException.failed("write", path, e);
        }
        return Pack.open(path, number);
    }

    /// Gives up what was written.
    void discard() {
        try (file) {
            disk.delete(draft);
        } catch (IOException _) {
            // A draft does no harm, and is deleted when the archive is opened again.
        }
    }

    private void writeFrame() {
        byte[] raw = frame.toByteArray();
        byte[] stored = Zstd.compress(raw, LEVEL);
        var place = ByteBuffer.allocate(ArchiveFormat.PLACE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        place.putLong(position).putInt(stored.length).putInt(raw.length);
        place.putInt(ArchiveFormat.crc(stored, 0, stored.length));
        places.writeBytes(place.array());
        frames++;
        frame.reset();
        try {
            write(stored);
        } catch (IOException e) {
            throw StoreException.failed("write", draft, e);
        }
    }

    private void write(byte[] bytes) throws IOException {
        file.write(ByteBuffer.wrap(bytes), position);
        position += bytes.length;
    }
}
