package decant.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The part of an image that is in files: overlays, the newest first, each hiding those behind it.
final class OverlayStack {
    static final OverlayStack EMPTY = new OverlayStack(List.of(), null);

    private final List<Overlay> overlays;

    /// Computed when first asked for, or known from the image that was written; racing threads compute the
    /// same.
    private volatile @Nullable GroupHashes hashes;

    OverlayStack(List<Overlay> overlays, @Nullable GroupHashes hashes) {
        this.overlays = List.copyOf(overlays);
        this.hashes = hashes;
    }

    List<Overlay> overlays() {
        return overlays;
    }

    boolean hasHashes() {
        return hashes != null;
    }

    GroupHashes hashes() {
        var known = hashes;
        if (known == null) {
            known = GroupHashes.of(overlays);
            hashes = known;
        }
        return known;
    }
}
