package decant.store;

import java.util.Arrays;

/// The pages written since some image: a builder that one thread fills and `PageMap.with` consumes.
///
/// A page put twice has the content put last.
public final class PageDelta {
    private long[] pages = new long[16];
    private Page[] contents = new Page[16];
    private int count;

    /// A delta without pages.
    public PageDelta() {}

    /// Sets the page with index `page` to `content`, whose `PageMap.PAGE_BYTES` bytes belong to the delta from
    /// now on.
    public void put(long page, byte[] content) {
        if (page < 0 || page >= PageTree.PAGES_MAX) {
            throw new IllegalArgumentException("page " + page + " is outside 0.." + (PageTree.PAGES_MAX - 1));
        }
        if (count == pages.length) {
            pages = Arrays.copyOf(pages, count * 2);
            contents = Arrays.copyOf(contents, count * 2);
        }
        pages[count] = page;
        contents[count] = Page.owning(content);
        count++;
    }

    /// {@return how many pages were put, each counted as often as it was put}
    public int size() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /// {@return what was put, in ascending order of pages, each page once}
    Sorted sorted() {
        for (int i = 1; i < count; i++) {
            if (pages[i - 1] >= pages[i]) {
                return sortedByOrder();
            }
        }
        return new Sorted(Arrays.copyOf(pages, count), Arrays.copyOf(contents, count));
    }

    private Sorted sortedByOrder() {
        var order = new Integer[count];
        Arrays.setAll(order, i -> i);
        // The sort is stable, so that of equal pages the one put last comes last, and wins.
        Arrays.sort(order, (a, b) -> Long.compare(pages[a], pages[b]));
        var sortedPages = new long[count];
        var sortedContents = new Page[count];
        int kept = 0;
        for (int next : order) {
            if (kept > 0 && sortedPages[kept - 1] == pages[next]) {
                kept--;
            }
            sortedPages[kept] = pages[next];
            sortedContents[kept] = contents[next];
            kept++;
        }
        return new Sorted(Arrays.copyOf(sortedPages, kept), Arrays.copyOf(sortedContents, kept));
    }

    /// Pages in strictly ascending order with their contents.
    @SuppressWarnings("ArrayRecordComponent")
    record Sorted(long[] pages, Page[] contents) {}
}
