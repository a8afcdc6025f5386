package decant.bench;

import decant.store.Checkpoint;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Random pages of an image are written, a durable batch at a time, and the kernel's count of the bytes that the
/// process had written is divided by the bytes that changed.
final class Churn {
    private static final long PAGES = 131_072;
    private static final int BATCHES = 100;
    private static final int BATCH_PAGES = 2_048;
    private static final long SEED = 1;

    private Churn() {}

    /// What one store did: bytes for the first filling are not among those written.
    private record Sample(long writtenBytes, long millis, long fileBytes) {}

    static void print(Path directory, List<List<String>> peers) throws IOException, InterruptedException {
        System.out.println(
                "| store | bytes written for each that changed | MiB/s changed | files at the end / image |");
        System.out.println("|---|---|---|---|");
        print("Decant", measure(Files.createDirectories(directory.resolve("churn"))));
        for (var peer : peers) {
            print(peer.getFirst(), run(directory, peer));
        }
    }

    private static void print(String name, Sample sample) {
        double changed = (double) BATCHES * BATCH_PAGES * PageMap.PAGE_BYTES;
        System.out.printf(
                "| %s | %.2f | %.0f | %.2f |%n",
                name,
                sample.writtenBytes() / changed,
                changed / (1 << 20) / (sample.millis() / 1e3),
                sample.fileBytes() / (double) (PAGES * PageMap.PAGE_BYTES));
    }

    private static Sample measure(Path directory) throws IOException {
        try (var store = Store.open(directory)) {
            var image = PageMap.empty();
            var delta = new PageDelta();
            for (long page = 0; page < PAGES; page++) {
                delta.put(page, StoreBench.content(page));
            }
            image = written(store, 1, image.with(delta));
            long writtenBefore = writtenBytes();
            long started = System.nanoTime();
            var random = new SplittableRandom(SEED);
            for (int i = 0; i < BATCHES; i++) {
                var batch = new PageDelta();
                for (int j = 0; j < BATCH_PAGES; j++) {
                    batch.put(random.nextLong(PAGES), StoreBench.content(random.nextLong()));
                }
                image = written(store, i + 2, image.with(batch));
            }
            long millis = (System.nanoTime() - started) / 1_000_000;
            return new Sample(writtenBytes() - writtenBefore, millis, fileBytes(directory));
        }
    }

    private static PageMap written(Store store, long height, PageMap image) {
        var images = new TreeMap<String, PageMap>();
        images.put("image", image);
        var durable = store.write(new Checkpoint(height, new TreeMap<>(), images));
        store.reclaim();
        return image.rebase(image, durable.getOrDefault("image", image));
    }

    private static Sample run(Path directory, List<String> peer) throws IOException, InterruptedException {
        var command = new ArrayList<>(peer.subList(1, peer.size()));
        var folder = Files.createDirectories(directory.resolve("churn-" + peer.getFirst()));
        command.addAll(List.of(
                folder.toString(),
                Long.toString(PAGES),
                Integer.toString(BATCHES),
                Integer.toString(BATCH_PAGES),
                Long.toString(SEED)));
        var line = new Program(command).lines().getFirst();
        var words = List.of(line.split(" ", -1));
        return new Sample(Long.parseLong(words.get(0)), Long.parseLong(words.get(1)), fileBytes(folder));
    }

    /// {@return the bytes that this process has handed to the kernel in calls that write}
    private static long writtenBytes() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/self/io"))) {
            if (line.startsWith("wchar: ")) {
                return Long.parseLong(line.substring("wchar: ".length()));
            }
        }
        throw new IllegalStateException("/proc/self/io does not have wchar");
    }

    private static long fileBytes(Path directory) throws IOException {
        long bytes = 0;
        try (var files = Files.walk(directory)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
