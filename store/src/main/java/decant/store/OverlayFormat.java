package decant.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The bytes of an overlay file: a sorted, immutable set of pages.
///
/// ```
/// overlay   = header page* ranges* sums* footer        each a block of 4,096 bytes; numbers are little-endian
/// header    = magic u64, version u32, 0 u32, id u64, 0*, check u32
/// page      = the bytes of one page; the n-th page is in slot n, counted from 0
/// ranges    = range{up to 170}, 0*, check u32
/// range     = first page u64, number of pages u64, slot of the first page i64 (-1: these are pages of zeros)
/// sums      = sum{up to 113}, 0*, check u32
/// sum       = CRC32C of the page u32, SHA-256 of the page       in the order of the slots
/// footer    = end magic u64, version u32, 0 u32, id u64, number of pages u64, number of ranges u64, 0*, check u32
/// check     = CRC32C of id u64, number of the block u64 and the first 4,092 bytes of the block
/// ```
///
/// Ranges ascend and do not touch when both could be one. Pages are aligned as the kernel wants them for
/// mapping. The ranges and sums come behind the pages, and each of their blocks carries its own check, so that
/// a reader of a few pages of a huge file touches a few blocks. The number of the block in the check finds
/// blocks that a disk wrote to the wrong place.
final class OverlayFormat {
    static final int VERSION = 1;
    static final long MAGIC = 0x564F_544E_4143_4544L; // "DECANTOV"
    static final long END_MAGIC = 0x4445_4341_4E54_4F56L; // "VOTNACED"

    static final int BLOCK_BYTES = PageMap.PAGE_BYTES;
    static final int CHECK_AT = BLOCK_BYTES - Integer.BYTES;

    static final int MAGIC_AT = 0;
    static final int VERSION_AT = 8;
    static final int ID_AT = 16;
    static final int PAGES_AT = 24;
    static final int RANGES_AT = 32;

    static final int RANGE_BYTES = 24;
    static final int RANGES_PER_BLOCK = CHECK_AT / RANGE_BYTES;
    static final int RANGE_COUNT_AT = 8;
    static final int RANGE_SLOT_AT = 16;
    static final long SLOT_OF_ZEROS = -1;

    static final int HASH_BYTES = 32;
    static final int SUM_HASH_AT = Integer.BYTES;
    static final int SUM_BYTES = SUM_HASH_AT + HASH_BYTES;
    static final int SUMS_PER_BLOCK = CHECK_AT / SUM_BYTES;

    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private OverlayFormat() {}

    /// What an overlay file is made of, from which every place in it follows.
    record Shape(long id, long pages, long ranges) {
        static long pageBlock(long slot) {
            return 1 + slot;
        }

        long rangeBlock(long range) {
            return 1 + pages + range / RANGES_PER_BLOCK;
        }

        long rangeOffset(long range) {
            return rangeBlock(range) * BLOCK_BYTES + range % RANGES_PER_BLOCK * RANGE_BYTES;
        }

        long sumBlock(long slot) {
            return 1 + pages + blocksFor(ranges, RANGES_PER_BLOCK) + slot / SUMS_PER_BLOCK;
        }

        long sumOffset(long slot) {
            return sumBlock(slot) * BLOCK_BYTES + slot % SUMS_PER_BLOCK * SUM_BYTES;
        }

        long footerBlock() {
            return 1 + pages + blocksFor(ranges, RANGES_PER_BLOCK) + blocksFor(pages, SUMS_PER_BLOCK);
        }

        long blocks() {
            return footerBlock() + 1;
        }

        long bytes() {
            return blocks() * BLOCK_BYTES;
        }

        private static long blocksFor(long entries, int entriesPerBlock) {
            return (entries + entriesPerBlock - 1) / entriesPerBlock;
        }
    }

    static byte[] header(long id) {
        var block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(MAGIC_AT, MAGIC).putInt(VERSION_AT, VERSION).putLong(ID_AT, id);
        return sealed(block.array(), id, 0);
    }

    static byte[] footer(Shape shape) {
        var block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(MAGIC_AT, END_MAGIC).putInt(VERSION_AT, VERSION).putLong(ID_AT, shape.id());
        block.putLong(PAGES_AT, shape.pages()).putLong(RANGES_AT, shape.ranges());
        return sealed(block.array(), shape.id(), shape.footerBlock());
    }

    /// {@return `block` with its check filled in}
    static byte[] sealed(byte[] block, long id, long number) {
        MemorySegment.ofArray(block).set(INT, CHECK_AT, check(block, id, number));
        return block;
    }

    static boolean isIntact(byte[] block, long id, long number) {
        return MemorySegment.ofArray(block).get(INT, CHECK_AT) == check(block, id, number);
    }

    static int crc(byte[] page) {
        return crc(MemorySegment.ofArray(page));
    }

    static int crc(MemorySegment page) {
        var crc = new CRC32C();
        crc.update(page.asByteBuffer());
        return (int) crc.getValue();
    }

    private static int check(byte[] block, long id, long number) {
        var place = new byte[2 * Long.BYTES];
        MemorySegment.ofArray(place).set(LONG, 0, id);
        MemorySegment.ofArray(place).set(LONG, Long.BYTES, number);
        var crc = new CRC32C();
        crc.update(place, 0, place.length);
        crc.update(block, 0, CHECK_AT);
        return (int) crc.getValue();
    }
}
