package decant.canister.state;

import java.util.Arrays;
import java.util.List;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/// What a canister printed and how it trapped, the newest lines, up to a limit of bytes.
public record CanisterLog(PVector<Line> lines, long nextIndex, long bytes) {
    /// What a line costs besides its text: index, time and length.
    public static final long LINE_OVERHEAD_BYTES = 20;

    public static final CanisterLog EMPTY = new CanisterLog(TreePVector.empty(), 0, 0);

    /// One line; `index` numbers all lines the canister ever wrote.
    public record Line(long index, long timeNanos, byte[] content) {
        long bytes() {
            return LINE_OVERHEAD_BYTES + content.length;
        }
    }

    /// {@return the log with one more line, cut to fit, and without the oldest ones beyond `limitBytes`}
    public CanisterLog plus(long timeNanos, byte[] content, long limitBytes) {
        if (limitBytes < LINE_OVERHEAD_BYTES) {
            return new CanisterLog(TreePVector.empty(), nextIndex + 1, 0);
        }
        int kept = (int) Math.min(content.length, limitBytes - LINE_OVERHEAD_BYTES);
        var line = new Line(nextIndex, timeNanos, kept == content.length ? content : Arrays.copyOf(content, kept));
        return new CanisterLog(lines.plus(line), nextIndex + 1, bytes + line.bytes()).cutTo(limitBytes);
    }

    /// {@return the log with more lines}
    public CanisterLog plus(long timeNanos, List<byte[]> contents, long limitBytes) {
        var log = this;
        for (byte[] content : contents) {
            log = log.plus(timeNanos, content, limitBytes);
        }
        return log;
    }

    /// {@return the newest lines of this log that fit in `limitBytes`}
    public CanisterLog cutTo(long limitBytes) {
        var kept = lines;
        long size = bytes;
        while (size > limitBytes) {
            size -= kept.get(0).bytes();
            kept = kept.minus(0);
        }
        return new CanisterLog(kept, nextIndex, size);
    }

    /// {@return an empty log that goes on numbering where this one stopped}
    public CanisterLog cleared() {
        return new CanisterLog(TreePVector.empty(), nextIndex, 0);
    }
}
