package decant.store;

import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Finds the pages in which two images differ, by walking over both at the same pace.
///
/// Pages in files are compared by their hashes, which are read from the files; runs that are in the same place
/// of the same file are not looked at.
final class ImageComparison {
    private final Cursor a;
    private final Cursor b;

    ImageComparison(List<Layer> layersA, List<Layer> layersB) {
        this.a = new Cursor(layersA);
        this.b = new Cursor(layersB);
    }

    /// Calls `page` with the differing pages from `first` to before `end`, ascending. `first` is not before the
    /// `end` of the last call.
    void forEachDifference(long first, long end, LongConsumer page) {
        for (long at = first; at < end; ) {
            var extentA = a.extentAt(at);
            var extentB = b.extentAt(at);
            long to = Math.min(end, Math.min(extentA.end(), extentB.end()));
            if (!isSamePlace(extentA, extentB)) {
                for (long index = at; index < to; index++) {
                    if (!isSamePage(extentA, extentB, index)) {
                        page.accept(index);
                    }
                }
            }
            at = to;
        }
    }

    private static boolean isSamePlace(Extent a, Extent b) {
        if (a instanceof Extent.Stored inA && b instanceof Extent.Stored inB) {
            return inA.overlay() == inB.overlay() && inA.slot() - inA.first() == inB.slot() - inB.first();
        }
        return a instanceof Extent.Zeros && b instanceof Extent.Zeros;
    }

    private static boolean isSamePage(Extent a, Extent b, long page) {
        if (a instanceof Extent.Resident inA && b instanceof Extent.Resident inB) {
            return inA.page().isSame(inB.page());
        }
        if (a instanceof Extent.Stored inA && b instanceof Extent.Stored inB) {
            return inA.overlay()
                    .isSamePage(inA.slot() + page - inA.first(), inB.overlay(), inB.slot() + page - inB.first());
        }
        return a.hash(page).equals(b.hash(page));
    }

    /// A walk over an image in which absent pages count as zeros, so that every page is in an extent.
    private static final class Cursor {
        private final LayerWalk walk;
        private @Nullable Extent next;

        Cursor(List<Layer> layers) {
            this.walk = new LayerWalk(layers, 0, PageTree.PAGES_MAX);
            this.next = walk.next();
        }

        /// {@return an extent that has `page`, which is no smaller than in the call before}
        Extent extentAt(long page) {
            if (next != null && next.end() <= page) {
                walk.skipTo(page);
                next = walk.next();
            }
            if (next == null) {
                return new Extent.Zeros(page, PageTree.PAGES_MAX);
            }
            return next.first() <= page ? next : new Extent.Zeros(page, next.first());
        }
    }
}
