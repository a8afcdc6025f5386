package decant.cli.host;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A time of at least one second, in whole seconds.
record Seconds(int count) {
    Duration duration() {
        return Duration.ofSeconds(count);
    }

    /// Reads it off the command line.
    static final class Converter implements ITypeConverter<Seconds> {
        @Override
        public Seconds convert(String digits) {
            try {
                int count = Integer.parseInt(digits);
                if (count >= 1) {
                    return new Seconds(count);
                }
            } catch (NumberFormatException _) {
                // No number is no time either.
            }
            throw new TypeConversionException("'" + digits + "' is not a time, a number of seconds from 1 on");
        }
    }
}
