package decant.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// Fills a store with pages, then writes random ones of them, a durable batch at a time, and prints how many bytes the
/// process wrote for these and how many milliseconds that took.
///
/// Arguments: directory, pages, batches, pages of a batch, seed.
final class PageChurn {
    private static final int PAGE_BYTES = 4096;

    private PageChurn() {}

    /// A store of pages by their numbers.
    interface Pages {
        void put(long page, byte[] content) throws Exception;

        /// Makes everything put so far durable.
        void commit() throws Exception;
    }

    static void run(String[] arguments, Pages store) throws Exception {
        long pages = Long.parseLong(arguments[1]);
        int batches = Integer.parseInt(arguments[2]);
        int batchPages = Integer.parseInt(arguments[3]);
        for (long page = 0; page < pages; page++) {
            store.put(page, content(page));
            if (page % batchPages == batchPages - 1) {
                store.commit();
            }
        }
        store.commit();
        long writtenBefore = writtenBytes();
        long started = System.nanoTime();
        var random = new SplittableRandom(Long.parseLong(arguments[4]));
        for (int i = 0; i < batches; i++) {
            for (int j = 0; j < batchPages; j++) {
                store.put(random.nextLong(pages), content(random.nextLong()));
            }
            store.commit();
        }
        long millis = (System.nanoTime() - started) / 1_000_000;
        System.out.println((writtenBytes() - writtenBefore) + " " + millis);
    }

    private static byte[] content(long page) {
        var bytes = new byte[PAGE_BYTES];
        new SplittableRandom(page).nextBytes(bytes);
        return bytes;
    }

    private static long writtenBytes() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/self/io"))) {
            if (line.startsWith("wchar: ")) {
                return Long.parseLong(line.substring("wchar: ".length()));
            }
        }
        throw new IllegalStateException("/proc/self/io does not have wchar");
    }
}
