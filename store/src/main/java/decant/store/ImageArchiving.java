package decant.store;

import decant.base.Hash;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;

/// Puts one image into an archive: its pages, and the tree above them, from the leaves to the root. Only pages that the
/// archive does not have are read.
final class ImageArchiving {
    static final int GROUP_BITS = 9;
    static final int ENTRY_BYTES = Long.BYTES + Hash.BYTES;
    static final int LIST_BYTES = (1 << GROUP_BITS) * ENTRY_BYTES;

    private final Archive archive;
    private final LongConsumer visited;
    private final ByteBuffer group = list();
    private final ByteBuffer section = list();
    private final ValueDigest digest = new ValueDigest();
    private final ByteArrayOutputStream sections = new ByteArrayOutputStream();
    private long groupIndex;
    private long pages;

    private ImageArchiving(Archive archive, LongConsumer visited) {
        this.archive = archive;
        this.visited = visited;
    }

    private static ByteBuffer list() {
        return ByteBuffer.allocate(LIST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Puts the image.
    ///
    /// @param visited is told how many pages of the image were put, or were there, whenever a group is finished
    static Manifest.Image put(PageMap image, Archive archive, LongConsumer visited) {
        var archiving = new ImageArchiving(archive, visited);
        var walk = new LayerWalk(image.layers(), 0, PageTree.PAGES_MAX);
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            if (!(extent instanceof Extent.Zeros)) {
                archiving.add(extent);
            }
        }
        return archiving.finish();
    }

    private void add(Extent extent) {
        for (long page = extent.first(); page < extent.end(); page++) {
            if (page >>> GROUP_BITS != groupIndex) {
                finishGroup();
                groupIndex = page >>> GROUP_BITS;
            }
            var hash = extent.hash(page);
            if (!archive.contains(hash)) {
                putPage(extent, page, hash);
            }
            group.putLong(page).put(hash.bytes());
            pages++;
        }
    }

    private void putPage(Extent extent, long page, Hash expected) {
        var content = new byte[PageMap.PAGE_BYTES];
        extent.copy(page * PageMap.PAGE_BYTES, MemorySegment.ofArray(content));
        var found = archive.put(content);
        if (!found.equals(expected)) {
            throw new StoreException(
                    "page " + page + " of an image has the SHA-256 " + found + ", expected " + expected
                            + ": see whether memory or disk of this machine fails",
                    archive.directory());
        }
    }

    private void finishGroup() {
        if (group.position() == 0) {
            return;
        }
        if (section.remaining() == 0) {
            finishSection();
        }
        var hash = archive.put(taken(group));
        section.putLong(groupIndex).put(hash.bytes());
        digest.add(groupIndex).add(hash);
        visited.accept(pages);
    }

    private void finishSection() {
        if (section.position() > 0) {
            sections.writeBytes(archive.put(taken(section)).bytes());
        }
    }

    private static byte[] taken(ByteBuffer list) {
        list.flip();
        var bytes = new byte[list.remaining()];
        list.get(bytes).clear();
        return bytes;
    }

    private Manifest.Image finish() {
        finishGroup();
        finishSection();
        return new Manifest.Image(digest.finish(), archive.put(sections.toByteArray()), pages);
    }
}
