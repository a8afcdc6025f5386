package decant.cli.host;

import decant.replica.outcalls.AllowedHost;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a server that canisters may ask from the command line.
final class AllowedHostConverter implements ITypeConverter<AllowedHost> {
    @Override
    public AllowedHost convert(String text) {
        try {
            return AllowedHost.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
