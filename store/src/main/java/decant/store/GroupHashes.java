package decant.store;

import decant.base.Hash;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The hashes of the parts of an image, from which the hash of the image follows.
///
/// ```
/// image hash = SHA-256 of, for each group with a page that is not all zeros, ascending:
///              index of the group u64, group hash
/// group hash = SHA-256 of, for each page in it that is not all zeros, ascending:
///              index of the page u64, SHA-256 of the page
/// group      = 512 neighbouring pages (2 MiB); numbers are little-endian
/// ```
///
/// So the hash depends on the content alone: neither on the order of writes, nor on the layers that hold the
/// pages, nor on zeros being absent or written.
final class GroupHashes {
    private static final int GROUP_BITS = 9;

    private final long[] groups;
    private final Hash[] hashes;

    private GroupHashes(long[] groups, Hash[] hashes) {
        this.groups = groups;
        this.hashes = hashes;
    }

    /// {@return the hashes of the image that `layers` show, the topmost first}
    static GroupHashes of(List<? extends Layer> layers) {
        var found = new Builder();
        hash(new LayerWalk(layers, 0, PageTree.PAGES_MAX), found);
        return found.build();
    }

    /// {@return the hashes after pages were changed: `layers` show the new image, of which `changed` is the
    /// topmost layer}
    GroupHashes with(PageTree changed, List<? extends Layer> layers) {
        var merged = new Builder();
        int old = 0;
        for (var extent = changed.extentFrom(0); extent != null; ) {
            long group = extent.first() >>> GROUP_BITS;
            for (; old < groups.length && groups[old] < group; old++) {
                merged.add(groups[old], hashes[old]);
            }
            if (old < groups.length && groups[old] == group) {
                old++;
            }
            long next = (group + 1) << GROUP_BITS;
            hash(new LayerWalk(layers, group << GROUP_BITS, next), merged);
            extent = changed.extentFrom(next);
        }
        for (; old < groups.length; old++) {
            merged.add(groups[old], hashes[old]);
        }
        return merged.build();
    }

    Hash imageHash() {
        var digest = new ValueDigest();
        for (int i = 0; i < groups.length; i++) {
            digest.add(groups[i]).add(hashes[i]);
        }
        return digest.finish();
    }

    private static void hash(LayerWalk walk, Builder found) {
        var digest = new ValueDigest();
        long group = -1;
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            if (extent instanceof Extent.Zeros) {
                continue;
            }
            for (long page = extent.first(); page < extent.end(); page++) {
                if (page >>> GROUP_BITS != group) {
                    if (group >= 0) {
                        found.add(group, digest.finish());
                    }
                    group = page >>> GROUP_BITS;
                }
                digest.add(page).add(extent.hash(page));
            }
        }
        if (group >= 0) {
            found.add(group, digest.finish());
        }
    }

    /// A growing list of groups.
    private static final class Builder {
        private long[] groups = new long[16];
        private @Nullable Hash[] hashes = new @Nullable Hash[16];
        private int count;

        void add(long group, Hash hash) {
            if (count == groups.length) {
                groups = Arrays.copyOf(groups, count * 2);
                hashes = Arrays.copyOf(hashes, count * 2);
            }
            groups[count] = group;
            hashes[count] = hash;
            count++;
        }

        GroupHashes build() {
            var filled = new Hash[count];
            System.arraycopy(hashes, 0, filled, 0, count);
            return new GroupHashes(Arrays.copyOf(groups, count), filled);
        }
    }
}
