package decant.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The entries of a log that somebody else may have open, and may be appending to and cutting.
public final class LogView {
    /* A segment is used again only after it was renamed. So what was read of a segment was its own if it still has its name
     * afterwards. A batch that is not whole at the end is being appended; whatever was acknowledged before is whole. */

    private LogView() {}

    /// Calls `visitor` with every entry after `sequence`, in order.
    ///
    /// @return the number of the last one, or `sequence` if there is none
    /// @throws StoreException if the log does not have them all: it was cut meanwhile, or is damaged
    public static long forEachAfter(Path directory, long sequence, AppendLog.Visitor visitor) {
        var segments = segmentsWith(directory, sequence + 1);
        if (segments.isEmpty() || segments.getFirst().firstSequence() > sequence + 1) {
            throw new StoreException(
                    "the log in " + directory + " does not have entry " + (sequence + 1) + " any more", directory);
        }
        for (int i = 0; i + 1 < segments.size(); i++) {
            segments.get(i).forEach(sequence + 1, segments.get(i + 1).firstSequence(), visitor);
        }
        long end = segments.getLast().forEachWhole(sequence + 1, visitor);
        for (var segment : segments) {
            if (!Files.exists(segment.path())) {
                throw new StoreException(segment.path() + " was given up while it was read", segment.path());
            }
        }
        return Math.max(sequence, end - 1);
    }

    /// {@return the segments from the one that has an entry to the last, as far as they are there without a gap}
    ///
    /// Older ones may be given up at this moment, and are not looked at.
    private static List<LogSegment> segmentsWith(Path directory, long sequence) {
        var found = new ArrayList<LogSegment>();
        for (var file : numbered(directory).descendingMap().entrySet()) {
            if (!found.isEmpty() && found.getLast().number() - 1 != file.getKey()) {
                break;
            }
            var segment = LogSegment.of(file.getValue(), file.getKey());
            found.add(segment);
            if (segment.firstSequence() <= sequence) {
                break;
            }
        }
        return found.reversed();
    }

    private static NavigableMap<Long, Path> numbered(Path directory) {
        var numbered = new TreeMap<Long, Path>();
        try (var paths = Files.newDirectoryStream(directory)) {
            for (Path path : paths) {
                long number = LogFormat.number(path, LogFormat.SEGMENT_SUFFIX);
                if (number >= 0) {
                    numbered.put(number, path);
                }
            }
        } catch (IOException e) {
            throw StoreException.failed("list", directory, e);
        }
        return numbered;
    }
}
