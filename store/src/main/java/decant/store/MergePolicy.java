package decant.store;

import java.util.List;

/// Decides which of an image's newest overlay files are merged with the pages that a checkpoint writes.
///
/// A file is merged when it is not at least `GROWTH` times as large as everything merged so far; so sizes grow
/// by that factor from newest to oldest, a page is rewritten a logarithmic number of times, and at most about a
/// quarter of the pages on disk are hidden by newer ones. Where that would leave more than `OVERLAYS_MAX`
/// files, as many of the newest are merged.
final class MergePolicy {
    static final int OVERLAYS_MAX = 8;
    private static final long GROWTH = 4;

    private MergePolicy() {}

    /// {@return how many of `overlays`, counted from the newest, are merged with `pages` new ones}
    static int mergedCount(long pages, List<Overlay> overlays) {
        long merged = pages;
        int count = 0;
        while (count < overlays.size()
                && (overlays.size() - count >= OVERLAYS_MAX || weight(overlays.get(count)) < GROWTH * merged)) {
            merged += weight(overlays.get(count));
            count++;
        }
        return count;
    }

    /// Ranges count too, since files of nothing but zeros would otherwise weigh nothing.
    private static long weight(Overlay overlay) {
        return overlay.shape().pages() + overlay.shape().ranges();
    }
}
