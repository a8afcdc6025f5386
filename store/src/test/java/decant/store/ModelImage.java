package decant.store;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/// An image as anybody would write it down: every page, in a map. What `PageMap` is compared with.
record ModelImage(TreeMap<Long, byte[]> pages) {
    static final int PAGE_BYTES = PageMap.PAGE_BYTES;
    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    static ModelImage empty() {
        return new ModelImage(new TreeMap<>());
    }

    ModelImage copy() {
        return new ModelImage(new TreeMap<>(pages));
    }

    byte[] page(long index) {
        return pages.getOrDefault(index, ZEROS);
    }

    /// {@return some changed pages; they are written into this model too}
    PageDelta change(Random random, long pageCount) {
        var delta = new PageDelta();
        int runs = 1 + random.nextInt(4);
        for (int run = 0; run < runs; run++) {
            long first = Math.floorMod(random.nextLong(), pageCount);
            int length = random.nextInt(4) == 0 ? 1 + random.nextInt(60) : 1 + random.nextInt(3);
            for (long page = first; page < Math.min(pageCount, first + length); page++) {
                byte[] content = somePage(random);
                pages.put(page, content.clone());
                delta.put(page, content);
            }
        }
        return delta;
    }

    static byte[] somePage(Random random) {
        var content = new byte[PAGE_BYTES];
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> content[random.nextInt(PAGE_BYTES)] = 1;
            default -> random.nextBytes(content);
        }
        return content;
    }

    /// {@return the pages in which the two differ, ascending}
    List<Long> differences(ModelImage other) {
        var touched = new TreeSet<>(pages.keySet());
        touched.addAll(other.pages.keySet());
        return touched.stream()
                .filter(page -> !Arrays.equals(page(page), other.page(page)))
                .toList();
    }

    void requireEqual(PageMap image) {
        var found = new byte[PAGE_BYTES];
        var looked = new HashSet<Long>();
        for (long page : pages.keySet()) {
            for (long near = Math.max(0, page - 1); near <= page + 1; near++) {
                if (looked.add(near)) {
                    image.read(near * PAGE_BYTES, found, 0, PAGE_BYTES);
                    assertThat(found).as("page %d", near).isEqualTo(page(near));
                }
            }
        }
    }

    /// Compares a range that starts and ends anywhere.
    void requireEqualRange(PageMap image, long from, int length) {
        var expected = new byte[length];
        for (int i = 0; i < length; ) {
            long page = (from + i) / PAGE_BYTES;
            int within = (int) ((from + i) % PAGE_BYTES);
            int part = Math.min(length - i, PAGE_BYTES - within);
            System.arraycopy(page(page), within, expected, i, part);
            i += part;
        }
        var found = new byte[length + 2];
        Arrays.fill(found, (byte) 7);
        image.read(from, found, 1, length);
        assertThat(Arrays.copyOfRange(found, 1, length + 1)).isEqualTo(expected);
        assertThat(found[0]).isEqualTo((byte) 7);
        assertThat(found[length + 1]).isEqualTo((byte) 7);
        requireEqualHashes(image, from / PAGE_BYTES, (from + length) / PAGE_BYTES + 1);
    }

    /// Compares the hashes of the pages from `first` to before `end` with those of the content.
    void requireEqualHashes(PageMap image, long first, long end) {
        var expected = new ByteArrayOutputStream();
        for (long page = first; page < end; page++) {
            expected.writeBytes(Hash.sha256(page(page)).bytes());
        }
        assertThat(image.pageHashes(first, end))
                .as("from page %d to %d", first, end)
                .isEqualTo(expected.toByteArray());
    }

    static List<Long> differences(PageMap a, PageMap b) {
        var pages = new ArrayList<Long>();
        a.forEachDifference(b, pages::add);
        return pages;
    }
}
