package decant.cli.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;

/// What a node tells its operator on standard error: what went wrong, on one line each, and no library's chatter.
///
/// Who wants it otherwise says so as for any Java program, with the property `java.util.logging.config.file`.
final class OperatorLog {
    private OperatorLog() {}

    static void open() {
        if (System.getProperty("java.util.logging.config.file") != null) {
            return;
        }
        try (var configuration = OperatorLog.class.getResourceAsStream("log.properties")) {
            LogManager.getLogManager().readConfiguration(configuration);
        } catch (IOException e) {
            throw new UncheckedIOException("the configuration of the log cannot be read", e);
        }
    }
}
