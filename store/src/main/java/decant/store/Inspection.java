package decant.store;

import decant.base.Hash;
import decant.store.OverlayFormat.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/// A description, for people, of every file of a store or a log, after reading all of it.
///
/// Damage is part of the description, not an error.
public final class Inspection {
    private static final int RANGES_SHOWN_MAX = 8;

    private final StringBuilder text = new StringBuilder();

    private Inspection() {}

    /// {@return what is in `directory`, which is a store, a log, or has such directories in it}
    ///
    /// @throws StoreException if a process has the store or the log open, or if a file cannot be read
    public static String describe(Path directory) {
        var inspection = new Inspection();
        try {
            inspection.addDirectory(directory);
        } catch (IOException e) {
            throw StoreException.failed("inspect", directory, e);
        }
        return inspection.text.toString();
    }

    private void addDirectory(Path directory) throws IOException {
        var files = list(directory);
        if (Files.exists(directory.resolve(StoreFormat.METADATA))) {
            try (var _ = DirectoryLock.acquire(directory)) {
                SqliteLibrary.load(directory.resolve(StoreFormat.NATIVE));
                addStore(directory);
            }
        } else if (files.stream().anyMatch(file -> LogFormat.number(file, LogFormat.SEGMENT_SUFFIX) >= 0)) {
            try (var _ = DirectoryLock.acquire(directory)) {
                addLog(directory, files);
            }
        } else {
            for (var file : files) {
                if (Files.isDirectory(file)) {
                    addDirectory(file);
                } else {
                    line(file + ": " + Files.size(file) + " bytes, not a file of the store");
                }
            }
        }
    }

    private void addStore(Path directory) throws IOException {
        line("store " + directory);
        var catalog = Catalog.EMPTY;
        try (var metadata = Metadata.open(directory.resolve(StoreFormat.METADATA))) {
            catalog = metadata.readCatalog();
            addCatalog(metadata, catalog);
        } catch (StoreException e) {
            line("  DAMAGED: " + e.getMessage());
        }
        for (var file : list(directory.resolve(StoreFormat.OVERLAYS))) {
            var shape = catalog.overlays().get(StoreFormat.overlayId(file));
            if (shape == null) {
                line("  " + file.getFileName() + ": " + Files.size(file) + " bytes, nothing refers to it");
            } else {
                addOverlay(new Overlay(file.resolveSibling(""), shape));
            }
        }
    }

    private void addCatalog(Metadata metadata, Catalog catalog) {
        if (catalog.isEmpty()) {
            line("  no checkpoint yet");
            return;
        }
        line("  checkpoint of height " + catalog.height() + ", digest " + catalog.digest());
        metadata.records(catalog).forEach((name, record) -> {
            byte[] bytes = record.get();
            line("  record \"" + name + "\": " + bytes.length + " bytes, hash " + Hash.sha256(bytes));
        });
        catalog.images()
                .forEach((name, ids) -> line("  image \"" + name + "\": overlay files " + ids + ", the newest first"));
    }

    private void addOverlay(Overlay overlay) {
        var shape = overlay.shape();
        line("  " + overlay.path().getFileName() + ": " + shape.bytes() + " bytes, " + shape.pages() + " pages, "
                + shape.ranges() + " ranges");
        try {
            line("    block 0: header");
            addBlocks("pages", Shape.pageBlock(0), shape.rangeBlock(0));
            addBlocks("ranges", shape.rangeBlock(0), shape.sumBlock(0));
            for (long range = 0; range < Math.min(shape.ranges(), RANGES_SHOWN_MAX); range++) {
                line("      " + describe(overlay.extent(range)));
            }
            if (shape.ranges() > RANGES_SHOWN_MAX) {
                line("      and " + (shape.ranges() - RANGES_SHOWN_MAX) + " more");
            }
            addBlocks("sums", shape.sumBlock(0), shape.footerBlock());
            line("    block " + shape.footerBlock() + ": footer");
            overlay.checkAll();
            line("    every checksum is right");
        } catch (StoreException e) {
            line("    DAMAGED: " + e.getMessage());
        }
    }

    private void addBlocks(String what, long from, long end) {
        if (end - from == 1) {
            line("    block " + from + ": " + what);
        } else if (from < end) {
            line("    blocks " + from + " to " + (end - 1) + ": " + what);
        }
    }

    private static String describe(Extent extent) {
        return switch (extent) {
            case Extent.Zeros zeros -> "pages " + zeros.first() + " to " + (zeros.end() - 1) + ": zeros";
            case Extent.Stored run ->
                "pages " + run.first() + " to " + (run.end() - 1) + ": from slot " + run.slot() + " on";
            case Extent.Resident _ -> throw new AssertionError("BUG: an overlay file has a page in memory");
        };
    }

    private void addLog(Path directory, List<Path> files) throws IOException {
        line("log " + directory);
        var segments = new TreeMap<Long, Path>();
        for (var file : files) {
            long number = LogFormat.number(file, LogFormat.SEGMENT_SUFFIX);
            if (number >= 0) {
                segments.put(number, file);
            } else if (LogFormat.number(file, LogFormat.SPARE_SUFFIX) >= 0) {
                line("  " + file.getFileName() + ": " + Files.size(file) + " bytes, free to be used again");
            }
        }
        segments.forEach(this::addSegment);
    }

    private void addSegment(long number, Path file) {
        try {
            var segment = LogSegment.of(file, number);
            var tail = segment.tail();
            line("  " + file.getFileName() + ": entries " + segment.firstSequence() + " to " + (tail.sequence() - 1)
                    + ", " + tail.position() + " of " + segment.bytes() + " bytes used");
        } catch (StoreException e) {
            line("  " + file.getFileName() + ": DAMAGED: " + e.getMessage());
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
