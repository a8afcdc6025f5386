package decant.cli.terminal;

import java.util.HexFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Bytes written as pairs of hexadecimal digits.
public record HexBytes(byte[] bytes) {

    /// Reads them off the command line.
    public static final class Converter implements ITypeConverter<HexBytes> {
        @Override
        public HexBytes convert(String digits) {
            try {
                return new HexBytes(HexFormat.of().parseHex(digits));
            } catch (IllegalArgumentException _) {
                throw new TypeConversionException("'" + digits + "' is not made of pairs of hexadecimal digits");
            }
        }
    }
}
