package decant.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// The world's fault, as the store met it: a file that cannot be read or written, or that holds other bytes
/// than it should.
///
/// Nothing acknowledged before it was thrown is lost by it.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;

    StoreException(String message, Path path) {
        super(message);
        this.path = path;
    }

    StoreException(String message, Path path, Throwable cause) {
        super(message, cause);
        this.path = path;
    }

    /// {@return the file or directory concerned}
    public Path path() {
        return path;
    }

    /// {@return whether there was no space left, so that the same may succeed once there is}
    public boolean isDiskFull() {
        return getCause() instanceof IOException cause && isDiskFull(cause);
    }

    /// {@return the exception for `cause`, which struck while the store was `doing` something with `path`}
    static StoreException failed(String doing, Path path, IOException cause) {
        return isDiskFull(cause)
                ? diskFull(doing, path, cause)
                : new StoreException("failed to " + doing + " " + path + ": " + cause, path, cause);
    }

    static StoreException diskFull(String doing, Path path, Exception cause) {
        return new StoreException(
                "disk full: failed to " + doing + " " + path
                        + "; nothing acknowledged is lost; free some space on that disk and try again",
                path,
                cause);
    }

    /// {@return the exception for bytes in `path` that are not those once written}
    static StoreException damaged(Path path, String what) {
        return new StoreException(
                path + " is damaged: " + what + "; restore the file from a backup, it cannot be repaired", path);
    }

    /// {@return the exception for a file of a format that this program does not know}
    static StoreException otherVersion(Path path, long found, long expected) {
        return new StoreException(
                path + " has format version " + found + ", this program reads version " + expected
                        + "; use the version of the program that wrote it",
                path);
    }

    // The JDK passes the operating system's text on and offers no type for this case.
    private static boolean isDiskFull(IOException cause) {
        var text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("no space left")
                || text.contains("not enough space")
                || text.contains("disk quota exceeded");
    }
}
