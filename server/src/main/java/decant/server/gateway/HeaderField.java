package decant.server.gateway;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// A header of an HTTP message: its name, in any case, and its value.
public record HeaderField(String name, String value) {
    /// {@return the name as it is compared}
    String lowerCaseName() {
        return name.toLowerCase(Locale.ROOT);
    }

    boolean isNamed(String other) {
        return name.equalsIgnoreCase(other);
    }

    /// {@return the value of the last header with this name, if there is one}
    static Optional<String> last(Collection<HeaderField> headers, String name) {
        return headers.stream()
                .filter(header -> header.isNamed(name))
                .map(HeaderField::value)
                .reduce((_, later) -> later);
    }
}
