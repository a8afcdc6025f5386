package decant.store;

import static decant.store.PageMap.PAGE_BYTES;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts an image into a reserved range of addresses, by mapping what is long and copying what is short.
final class ImageMapping {
    /* Design. The layers are painted one over the other, the lowest first. The alternative, to map only what is visible,
     * would cut a long run of an old file into pieces wherever a newer file has a page, and the kernel allows a
     * process only some 65,000 mappings (vm.max_map_count). Painted, such a run stays one mapping, and the
     * newer page is a private copy within it.
     *
     * A mapped page is read from the file later, by the kernel, without anybody comparing checksums. So a run
     * is compared before it is mapped, once per open file. For a file that this process wrote that was done when it was
     * written; of an older one, the first wake after a start reads through what it maps (and warms the page cache),
     * unless `PageMap.check` did so before. */

    /// At most so many mappings are made for one image.
    static final int MAPPINGS_MAX = 1_000;

    /// Shorter runs are copied: a page copied costs less than its share of a mapping and of the faults that
    /// follow.
    static final long MAPPED_RUN_PAGES_MIN = 16;

    private final List<Overlay> overlays;
    private final MemorySegment target;
    private final long endPage;
    private final long mappedRunPagesMin;

    /// How an image got into a range: by so many mappings, and by copying so many pages.
    record Painted(int mappings, long copiedPages) {
        Painted plus(Painted other) {
            return new Painted(mappings + other.mappings, copiedPages + other.copiedPages);
        }
    }

    private ImageMapping(List<Overlay> overlays, MemorySegment target) {
        this.overlays = overlays.reversed();
        this.target = target;
        this.endPage = target.byteSize() / PAGE_BYTES;
        this.mappedRunPagesMin = mappedRunPagesMin();
    }

    /// Paints `overlays`, the newest first in the list, into `target`, which reads as zeros.
    static Painted paint(List<Overlay> overlays, MemorySegment target) {
        var mapping = new ImageMapping(overlays, target);
        var painted = new Painted(0, 0);
        for (var overlay : mapping.overlays) {
            painted = painted.plus(mapping.paint(overlay));
        }
        return painted;
    }

    private Painted paint(Overlay overlay) {
        int mappings = 0;
        long copiedPages = 0;
        try (var file = new LazyFile(overlay)) {
            for (long range = 0; range < overlay.shape().ranges(); range++) {
                var extent = overlay.extent(range);
                if (extent.first() >= endPage) {
                    break;
                }
                var visible = extent.clip(extent.first(), Math.min(extent.end(), endPage));
                var place =
                        target.asSlice(visible.first() * PAGE_BYTES, (visible.end() - visible.first()) * PAGE_BYTES);
                if (visible.end() - visible.first() < mappedRunPagesMin) {
                    visible.copy(visible.first() * PAGE_BYTES, place);
                    copiedPages += visible.end() - visible.first();
                } else {
                    map(visible, file.open(), place);
                    mappings++;
                }
            }
        }
        return new Painted(mappings, copiedPages);
    }

    private static void map(Extent extent, FileMapper file, MemorySegment place) {
        switch (extent) {
            case Extent.Zeros _ -> file.mapZeros(place);
            case Extent.Stored run -> {
                run.overlay().checkRun(run.slot(), run.slot() + run.end() - run.first());
                file.map(OverlayFormat.Shape.pageBlock(run.slot()) * PAGE_BYTES, place);
            }
            case Extent.Resident _ -> throw new AssertionError("BUG: an overlay file has a page in memory");
        }
    }

    /// {@return the length from which runs are mapped, such that there are no more than `MAPPINGS_MAX` of them}
    private long mappedRunPagesMin() {
        var lengths = new ArrayList<Long>();
        for (var overlay : overlays) {
            for (long range = 0; range < overlay.shape().ranges(); range++) {
                var extent = overlay.extent(range);
                long length = extent.end() - extent.first();
                if (length >= MAPPED_RUN_PAGES_MIN) {
                    lengths.add(length);
                }
            }
        }
        if (lengths.size() <= MAPPINGS_MAX) {
            return MAPPED_RUN_PAGES_MIN;
        }
        lengths.sort(Comparator.reverseOrder());
        // Runs as long as the first one left out are left out too.
        return lengths.get(MAPPINGS_MAX) + 1;
    }

    /// The file of an overlay, opened when the first of its runs is mapped.
    private static final class LazyFile implements AutoCloseable {
        private final Overlay overlay;
        private @Nullable FileMapper file;

        LazyFile(Overlay overlay) {
            this.overlay = overlay;
        }

        FileMapper open() {
            var opened = file;
            if (opened == null) {
                opened = FileMapper.open(overlay.path());
                file = opened;
            }
            return opened;
        }

        @Override
        public void close() {
            if (file != null) {
                file.close();
            }
        }
    }
}
