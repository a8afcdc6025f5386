package decant.cli.host;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A TCP port; 0 stands for any that is free.
record Port(int number) {
    private static final int MAX = 65_535;

    /// Reads it off the command line.
    static final class Converter implements ITypeConverter<Port> {
        @Override
        public Port convert(String digits) {
            try {
                int number = Integer.parseInt(digits);
                if (number >= 0 && number <= MAX) {
                    return new Port(number);
                }
            } catch (NumberFormatException _) {
                // No number is no port either.
            }
            throw new TypeConversionException("'" + digits + "' is not a port, a number from 0 to " + MAX);
        }
    }
}
