package decant.store;

import java.util.List;
import java.util.stream.LongStream;

/// Decides which of an image's newest overlay files are merged with the pages that a checkpoint writes.
///
/// Files pile up until there would be more than `OVERLAYS_MAX` of them; then the newest are merged, up to the first
/// that is larger than all of these together. So sizes about double from one merge to the next, and a page is
/// rewritten a logarithmic number of times. All files are merged when those above the oldest have half as many pages
/// as it has: no more than about a third of the pages on disk are hidden by newer ones.
final class MergePolicy {
    static final int OVERLAYS_MAX = 8;

    private MergePolicy() {}

    /// {@return how many of `overlays`, counted from the newest, are merged with `pages` new ones}
    static int mergedCount(long pages, List<Overlay> overlays) {
        return countOf(pages, overlays.stream().mapToLong(MergePolicy::weight).toArray());
    }

    /// {@return the same for files of these weights}
    static int countOf(long pages, long... weights) {
        int files = weights.length;
        if (files > 0 && pages + LongStream.of(weights).limit(files - 1).sum() >= weights[files - 1] / 2) {
            return files;
        }
        if (files < OVERLAYS_MAX) {
            return 0;
        }
        long merged = pages + weights[0];
        int count = 1;
        while (count < files && weights[count] <= merged) {
            merged += weights[count];
            count++;
        }
        return count;
    }

    /// Ranges count too, since files of nothing but zeros would otherwise weigh nothing.
    private static long weight(Overlay overlay) {
        return overlay.shape().pages() + overlay.shape().ranges();
    }
}
