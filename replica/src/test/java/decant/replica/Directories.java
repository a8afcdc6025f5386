package decant.replica;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Copies and deletes directories.
final class Directories {
    private Directories() {}

    static Path copy(Path source, Path target) {
        try {
            for (var path : walk(source)) {
                var to = target.resolve(source.relativize(path));
                if (Files.isDirectory(path)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(path, to);
                }
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Copies a directory in which somebody writes, as a power cut would leave it: again and again, until nothing
    /// in `steady` changed while it was copied.
    static Path copyUnderWrites(Path source, Path target, Path steady) {
        while (true) {
            var before = times(steady);
            try {
                copy(source, target);
                if (times(steady).equals(before)) {
                    return target;
                }
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
            }
            delete(target);
        }
    }

    static void delete(Path directory) {
        try {
            var paths = walk(directory);
            for (var path : paths.reversed()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> walk(Path directory) {
        try (var paths = Files.walk(directory)) {
            return paths.sorted(Comparator.naturalOrder()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Path, FileTime> times(Path directory) {
        var times = new TreeMap<Path, FileTime>();
        for (var path : walk(directory)) {
            try {
                times.put(path, Files.getLastModifiedTime(path));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return times;
    }
}
