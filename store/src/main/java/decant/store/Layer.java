package decant.store;

import org.jspecify.annotations.Nullable;

/// A sparse set of pages that hides the layers below it: pages in memory, an overlay file, or what an archive has.
sealed interface Layer permits PageTree, Overlay, ArchivedImage.Difference {
    /// {@return the first extent of this layer that ends after `page`, or null if there is none}
    @Nullable
    Extent extentFrom(long page);
}
