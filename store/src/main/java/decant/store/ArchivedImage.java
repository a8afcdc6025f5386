package decant.store;

import decant.base.Hash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An image in an archive: the list of its groups, and their pages when they are asked for.
final class ArchivedImage {
    static final ArchivedImage EMPTY = new ArchivedImage(null, new long[0], new Hash[0]);

    private final @Nullable Archive archive;
    private final long[] groups;
    private final Hash[] hashes;
    private int groupRead = -1;
    private Group lastRead = Group.EMPTY;

    private ArchivedImage(@Nullable Archive archive, long[] groups, Hash[] hashes) {
        this.archive = archive;
        this.groups = groups;
        this.hashes = hashes;
    }

    /// {@return the image, after its groups were found to have its hash}
    static ArchivedImage open(Archive archive, Manifest.Image image) {
        var hashes = new HashMap<Integer, Hash>();
        long[] groups = new long[16];
        var digest = new ValueDigest();
        int count = 0;
        var sections = entries(archive.get(image.sections()));
        while (sections.hasRemaining()) {
            var section = entries(archive.get(hash(sections)));
            while (section.hasRemaining()) {
                if (count == groups.length) {
                    groups = Arrays.copyOf(groups, count * 2);
                }
                groups[count] = section.getLong();
                var hash = hash(section);
                hashes.put(count, hash);
                digest.add(groups[count]).add(hash);
                count++;
            }
        }
        var found = digest.finish();
        if (!found.equals(image.hash())) {
            throw new StoreException(
                    "an image in " + archive.directory() + " has the hash " + found + ", expected " + image.hash(),
                    archive.directory());
        }
        var inOrder = new Hash[count];
        hashes.forEach((index, hash) -> inOrder[index] = hash);
        return new ArchivedImage(archive, Arrays.copyOf(groups, count), inOrder);
    }

    private static ByteBuffer entries(byte[] blob) {
        return ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Hash hash(ByteBuffer list) {
        var hash = new byte[Hash.BYTES];
        list.get(hash);
        return Hash.of(hash);
    }

    /// {@return how many groups the two have in common}
    int groupsInCommon(ArchivedImage other) {
        Map<Long, Hash> known = new HashMap<>();
        for (int i = 0; i < groups.length; i++) {
            known.put(groups[i], hashes[i]);
        }
        int common = 0;
        for (int i = 0; i < other.groups.length; i++) {
            common += Objects.equals(other.hashes[i], known.get(other.groups[i])) ? 1 : 0;
        }
        return common;
    }

    int groups() {
        return groups.length;
    }

    /// Calls `missing` with every blob of the image for which `isLost` holds, or that is not there; what is below a
    /// list that is lost is not looked at.
    static void forEachLost(Archive archive, Manifest.Image image, LostBlobs lost, Consumer<String> missing) {
        if (lost.isLost(image.sections())) {
            missing.accept("all of it");
            return;
        }
        var sections = entries(archive.get(image.sections()));
        while (sections.hasRemaining()) {
            var sectionHash = hash(sections);
            if (lost.isLost(sectionHash)) {
                missing.accept("up to 262,144 pages");
                continue;
            }
            var section = entries(archive.get(sectionHash));
            while (section.hasRemaining()) {
                long group = section.getLong();
                var groupHash = hash(section);
                if (lost.isLost(groupHash)) {
                    missing.accept("pages " + (group << ImageArchiving.GROUP_BITS) + " to "
                            + ((group + 1 << ImageArchiving.GROUP_BITS) - 1));
                    continue;
                }
                var pages = entries(archive.get(groupHash));
                while (pages.hasRemaining()) {
                    long page = pages.getLong();
                    if (lost.isLost(hash(pages))) {
                        missing.accept("page " + page);
                    }
                }
            }
        }
    }

    /// Tells whether a blob cannot be read.
    interface LostBlobs {
        boolean isLost(Hash hash);
    }

    /// {@return the layer that makes this image of `base` when it is put on top of it}
    Layer over(ArchivedImage base) {
        return new Difference(this, base);
    }

    private int indexFrom(long group) {
        int found = Arrays.binarySearch(groups, group);
        return found >= 0 ? found : -found - 1;
    }

    private Group group(int index) {
        var from = archive;
        if (index != groupRead && from != null) {
            lastRead = Group.of(from.get(hashes[index]));
            groupRead = index;
        }
        return lastRead;
    }

    private Page page(Hash hash) {
        var from = archive;
        if (from == null) {
            throw new AssertionError("BUG: an empty image has a page");
        }
        return Page.owning(from.get(hash));
    }

    /// The pages of a group.
    private record Group(long[] pages, Hash[] hashes) {
        static final Group EMPTY = new Group(new long[0], new Hash[0]);

        static Group of(byte[] blob) {
            var list = entries(blob);
            int count = blob.length / ImageArchiving.ENTRY_BYTES;
            var pages = new long[count];
            var hashes = new Hash[count];
            for (int i = 0; i < count; i++) {
                pages[i] = list.getLong();
                hashes[i] = hash(list);
            }
            return new Group(pages, hashes);
        }

        int indexFrom(long page) {
            int found = Arrays.binarySearch(pages, page);
            return found >= 0 ? found : -found - 1;
        }

        boolean has(int index) {
            return index < pages.length;
        }
    }

    /// What an image has otherwise than another one.
    static final class Difference implements Layer {
        private final ArchivedImage image;
        private final ArchivedImage base;

        private Difference(ArchivedImage image, ArchivedImage base) {
            this.image = image;
            this.base = base;
        }

        @Override
        public @Nullable Extent extentFrom(long page) {
            long from = page;
            while (true) {
                int index = image.indexFrom(from >>> ImageArchiving.GROUP_BITS);
                int baseIndex = base.indexFrom(from >>> ImageArchiving.GROUP_BITS);
                boolean has = index < image.groups.length;
                boolean baseHas = baseIndex < base.groups.length;
                if (!has && !baseHas) {
                    return null;
                }
                long group = Math.min(
                        has ? image.groups[index] : Long.MAX_VALUE, baseHas ? base.groups[baseIndex] : Long.MAX_VALUE);
                has = has && image.groups[index] == group;
                baseHas = baseHas && base.groups[baseIndex] == group;
                if (!has || !baseHas || !image.hashes[index].equals(base.hashes[baseIndex])) {
                    var extent = extentFrom(
                            from,
                            has ? image.group(index) : Group.EMPTY,
                            baseHas ? base.group(baseIndex) : Group.EMPTY);
                    if (extent != null) {
                        return extent;
                    }
                }
                from = group + 1 << ImageArchiving.GROUP_BITS;
            }
        }

        private @Nullable Extent extentFrom(long page, Group group, Group baseGroup) {
            int at = group.indexFrom(page);
            int baseAt = baseGroup.indexFrom(page);
            while (group.has(at) || baseGroup.has(baseAt)) {
                if (!group.has(at) || baseGroup.has(baseAt) && baseGroup.pages[baseAt] < group.pages[at]) {
                    long hidden = baseGroup.pages[baseAt];
                    return new Extent.Zeros(hidden, hidden + 1);
                }
                boolean isBoth = baseGroup.has(baseAt) && baseGroup.pages[baseAt] == group.pages[at];
                if (!isBoth || !group.hashes[at].equals(baseGroup.hashes[baseAt])) {
                    return new Extent.Resident(group.pages[at], image.page(group.hashes[at]));
                }
                at++;
                baseAt++;
            }
            return null;
        }
    }
}
