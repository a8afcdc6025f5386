package decant.canister.ic0;

import decant.canister.state.MemoryImage;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.wasm.Memory;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/// The stable memory as one run of guest code sees it: the image before, and over it the pages written so far.
///
/// Costs memory for the pages it writes only, so that an image of any size can be worked on.
final class StableMemory {
    static final long WASM_PAGE_BYTES = 65_536;

    private static final int PAGE_BYTES = PageMap.PAGE_BYTES;
    private static final int TRANSFER_BYTES = 16 * PAGE_BYTES;

    private final MemoryImage before;
    private final long bytesMax;
    private final StableAccess access;
    private final long writtenBytesMax;
    private final Map<Long, byte[]> written = new HashMap<>();
    private final PageSet touched = new PageSet();

    /// The pages of 64 KiB that were paid for, because they were touched or written.
    private final PageSet touchedWasmPages = new PageSet();

    private final PageSet writtenWasmPages = new PageSet();
    private final PageCosts costs;
    private final LongConsumer payment;
    private long bytes;

    /// @param payment takes the instructions that pages cost
    StableMemory(
            MemoryImage image,
            long bytesMax,
            StableAccess access,
            long writtenBytesMax,
            PageCosts costs,
            LongConsumer payment) {
        this.before = image;
        this.bytes = image.bytes();
        this.bytesMax = bytesMax;
        this.access = access;
        this.writtenBytesMax = writtenBytesMax;
        this.costs = costs;
        this.payment = payment;
    }

    /// {@return the size in pages of 64 KiB}
    long pages() {
        return bytes / WASM_PAGE_BYTES;
    }

    long bytes() {
        return bytes;
    }

    /// {@return whether it may become so many pages of 64 KiB larger}
    boolean hasRoomFor(long pages) {
        return pages >= 0 && pages <= bytesMax / WASM_PAGE_BYTES - pages();
    }

    /// {@return how many pages of 4 KiB were read or written so far}
    long pagesTouched() {
        return touched.size();
    }

    /// {@return how many pages of 4 KiB were written so far}
    long pagesWritten() {
        return written.size();
    }

    /// Grows by `pages` of 64 KiB, and returns the size before in such pages, or -1 where it would be too large.
    long grow(long pages) {
        long pagesBefore = pages();
        if (!hasRoomFor(pages)) {
            return -1;
        }
        bytes += pages * WASM_PAGE_BYTES;
        return pagesBefore;
    }

    /// Copies `size` bytes at `offset` to the heap at `target`.
    void read(Memory heap, long target, long offset, long size) {
        touch(offset, size, false);
        var buffer = new byte[(int) Math.min(size, TRANSFER_BYTES)];
        for (long done = 0; done < size; ) {
            int step = stepAt(offset + done, size - done);
            read(offset + done, buffer, step);
            heap.write(target + done, buffer, 0, step);
            done += step;
        }
    }

    /// Copies `size` bytes of the heap at `source` to `offset`.
    void write(Memory heap, long offset, long source, long size) {
        touch(offset, size, true);
        for (long done = 0; done < size; ) {
            long at = offset + done;
            int inPage = (int) (at % PAGE_BYTES);
            int step = (int) Math.min(size - done, PAGE_BYTES - inPage);
            heap.read(source + done, page(at / PAGE_BYTES, step == PAGE_BYTES), inPage, step);
            done += step;
        }
    }

    /// {@return whether the range lies in this memory}
    boolean contains(long offset, long size) {
        return offset >= 0 && size >= 0 && offset <= bytes && size <= bytes - offset;
    }

    /// {@return the memory as it is now, which takes over the pages written: the last call on this object}
    MemoryImage image() {
        var delta = new PageDelta();
        written.forEach(delta::put);
        return before.written(delta, bytes);
    }

    private static int stepAt(long offset, long rest) {
        return (int) Math.min(rest, TRANSFER_BYTES - offset % TRANSFER_BYTES);
    }

    private void read(long offset, byte[] target, int length) {
        before.pages().read(offset, target, 0, length);
        if (written.isEmpty()) {
            return;
        }
        for (int done = 0; done < length; ) {
            long at = offset + done;
            int inPage = (int) (at % PAGE_BYTES);
            int step = Math.min(length - done, PAGE_BYTES - inPage);
            var page = written.get(at / PAGE_BYTES);
            if (page != null) {
                System.arraycopy(page, inPage, target, done, step);
            }
            done += step;
        }
    }

    /// {@return the page to write to; its former content is not needed where it is written `whole`}
    private byte[] page(long index, boolean whole) {
        if (written.size() >= writtenBytesMax / PAGE_BYTES) {
            throw Fault.writtenTooMuch(writtenBytesMax);
        }
        return written.computeIfAbsent(index, _ -> {
            var page = new byte[PAGE_BYTES];
            if (!whole) {
                before.pages().read(index * PAGE_BYTES, page, 0, PAGE_BYTES);
            }
            return page;
        });
    }

    private void touch(long offset, long size, boolean isWrite) {
        for (long page = offset / WASM_PAGE_BYTES; page <= (offset + size - 1) / WASM_PAGE_BYTES; page++) {
            long first = touchedWasmPages.add(page) ? costs.firstTouch() : 0;
            payment.accept(first + (isWrite && writtenWasmPages.add(page) ? costs.firstWrite() : 0));
        }
        for (long page = offset / PAGE_BYTES; page <= (offset + size - 1) / PAGE_BYTES; page++) {
            touched.add(page);
            if (touched.size() > access.bytesMax() / PAGE_BYTES) {
                throw access.exceeded();
            }
        }
    }
}
