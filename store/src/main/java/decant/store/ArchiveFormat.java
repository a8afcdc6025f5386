package decant.store;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// The files of an archive, and their bytes.
///
/// ```
/// lock               locked by the process that has the archive open; empty
/// packs/N.pack       blobs (below); N is the number of the file, ten digits
/// packs/N.unfinished a pack that was being written; deleted when the archive is opened
/// backups/N.backup   what backup N consists of (`Manifest`)
/// native/            the compressor's library while it is being loaded; empty otherwise
///
/// pack   = header frame* index footer           numbers are little-endian
/// header = magic u64, version u32, 0 u32, number of the pack u64, CRC32C of the 24 bytes before u32
/// frame  = Zstandard of: blob*
/// index  = place*, entry*
/// place  = offset of the frame u64, its bytes u32, bytes of its blobs u32, CRC32C of its bytes u32      per frame
/// entry  = SHA-256 of the blob, number of its frame u32, offset among the blobs of the frame u32, bytes u32   per blob
/// footer = offset of the index u64, frames u32, blobs u32, number of the pack u64, CRC32C of the index u32, version
/// u32,
///          end magic u64, CRC32C of the 40 bytes before u32
/// ```
///
/// A blob is known by its SHA-256 alone, and is in one pack only. An image of a memory is a tree of blobs:
///
/// ```
/// image   = SHA-256 of each section
/// section = up to 512 of: index of a group u64, SHA-256 of the group
/// group   = up to 512 of: index of a page u64, SHA-256 of the page
/// page    = 4,096 bytes
/// ```
///
/// Groups are those of the image's hash, which is the SHA-256 of all its sections together (see `GroupHashes`).
final class ArchiveFormat {
    static final int VERSION = 1;
    static final long MAGIC = 0x4B50_544E_4143_4544L; // "DECANTPK"
    static final long END_MAGIC = 0x4445_4341_4E54_504BL; // "KPTNACED"

    static final String PACKS = "packs";
    static final String BACKUPS = "backups";
    static final String NATIVE = "native";
    static final String PACK_SUFFIX = ".pack";
    static final String UNFINISHED_SUFFIX = ".unfinished";
    static final String BACKUP_SUFFIX = ".backup";

    static final int HEADER_BYTES = 28;
    static final int FOOTER_BYTES = 44;
    static final int PLACE_BYTES = 20;
    static final int ENTRY_BYTES = 44;

    static final int PLACE_STORED_AT = 8;
    static final int PLACE_RAW_AT = 12;
    static final int PLACE_CRC_AT = 16;

    static final int ENTRY_FRAME_AT = 32;
    static final int ENTRY_OFFSET_AT = 36;
    static final int ENTRY_LENGTH_AT = 40;

    static final ValueLayout.OfInt INT = OverlayFormat.INT;
    static final ValueLayout.OfLong LONG = OverlayFormat.LONG;

    private ArchiveFormat() {}

    static byte[] header(long number) {
        var header = new byte[HEADER_BYTES];
        var fields = over(header).putLong(MAGIC).putInt(VERSION).putInt(0).putLong(number);
        fields.putInt(crc(header, 0, fields.position()));
        return header;
    }

    /// Where the parts of a pack are.
    record Footer(long indexOffset, int frames, int blobs, int indexCrc) {
        long indexBytes() {
            return (long) frames * PLACE_BYTES + (long) blobs * ENTRY_BYTES;
        }

        byte[] print(long number) {
            var footer = new byte[FOOTER_BYTES];
            var fields = over(footer)
                    .putLong(indexOffset)
                    .putInt(frames)
                    .putInt(blobs)
                    .putLong(number)
                    .putInt(indexCrc)
                    .putInt(VERSION)
                    .putLong(END_MAGIC);
            fields.putInt(crc(footer, 0, fields.position()));
            return footer;
        }

        static Footer parse(byte[] bytes, long number, long fileBytes, Path path) {
            var footer = over(bytes);
            if (footer.getLong(32) != END_MAGIC || footer.getInt(40) != crc(bytes, 0, 40)) {
                throw StoreException.damaged(path, "the checksum or magic at its end is wrong");
            }
            if (footer.getInt(28) != VERSION) {
                throw StoreException.otherVersion(path, footer.getInt(28), VERSION);
            }
            var found = new Footer(footer.getLong(0), footer.getInt(8), footer.getInt(12), footer.getInt(24));
            if (footer.getLong(16) != number || found.indexOffset() + found.indexBytes() + FOOTER_BYTES != fileBytes) {
                throw StoreException.damaged(
                        path, "it is pack " + footer.getLong(16) + ", or it was cut: its end is that of another file");
            }
            return found;
        }
    }

    static String name(long number, String suffix) {
        return "%010d%s".formatted(number, suffix);
    }

    /// {@return the number of a file whose name ends in `suffix`, or -1 when its name is not of that form}
    static long number(Path file, String suffix) {
        return LogFormat.number(file, suffix);
    }

    static int crc(byte[] bytes, int from, int length) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static ByteBuffer over(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
