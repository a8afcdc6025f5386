package decant.wasm.run;

import java.util.Arrays;

/// A set of pages, in ascending order. What it costs follows how many pages are in it, not how large the memory is.
public final class PageSet {
    static final PageSet EMPTY = new PageSet();

    private int[] pages = new int[8];
    private int size;

    PageSet() {}

    /// {@return how many pages are in it}
    public int size() {
        return size;
    }

    /// {@return the page before which there are `index` others}
    public int get(int index) {
        return pages[index];
    }

    boolean contains(int page) {
        return indexOf(page) >= 0;
    }

    void add(int page) {
        int index = size == 0 || pages[size - 1] < page ? size : ~indexOf(page);
        if (index < 0) {
            return;
        }
        if (size == pages.length) {
            pages = Arrays.copyOf(pages, 2 * size);
        }
        System.arraycopy(pages, index, pages, index + 1, size - index);
        pages[index] = page;
        size++;
    }

    private int indexOf(int page) {
        return Arrays.binarySearch(pages, 0, size, page);
    }
}
