package decant.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A walk over what is visible of a stack of layers: ascending extents that do not overlap, each from the
/// topmost layer that has the page.
final class LayerWalk {
    private final List<? extends Layer> layers;
    private final @Nullable Extent[] heads;
    private final long end;
    private long page;

    /// A walk over the pages from `first` to before `end`; the topmost of `layers` comes first.
    LayerWalk(List<? extends Layer> layers, long first, long end) {
        this.layers = layers;
        this.heads = new @Nullable Extent[layers.size()];
        this.end = end;
        this.page = first;
        for (int i = 0; i < heads.length; i++) {
            heads[i] = layers.get(i).extentFrom(first);
        }
    }

    /// Leaves out what comes before page `to`.
    void skipTo(long to) {
        page = Math.max(page, to);
    }

    /// {@return the next extent, or null when nothing is left}
    @Nullable
    Extent next() {
        while (page < end) {
            long nearest = end;
            for (int i = 0; i < heads.length; i++) {
                var head = head(i);
                if (head == null) {
                    continue;
                }
                if (head.first() <= page) {
                    // Layers above this one begin again at `nearest`, and hide it from there on.
                    var visible = head.clip(page, Math.min(head.end(), nearest));
                    page = visible.end();
                    return visible;
                }
                nearest = Math.min(nearest, head.first());
            }
            page = nearest;
        }
        return null;
    }

    private @Nullable Extent head(int layer) {
        var head = heads[layer];
        if (head != null && head.end() <= page) {
            head = layers.get(layer).extentFrom(page);
            heads[layer] = head;
        }
        return head;
    }
}
