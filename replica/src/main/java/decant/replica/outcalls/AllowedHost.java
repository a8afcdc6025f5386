package decant.replica.outcalls;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/// Servers that canisters may ask, as an operator writes them: `HOST`, `HOST:PORT` or `HOST:*`.
///
/// The host is a name, `*.NAME` for all names below it, `*` for all, or an address, one of version 6 in brackets. Where
/// no port is said, it is that of the scheme.
public record AllowedHost(String host, String port) {
    private static final String ANY = "*";
    private static final String OF_SCHEME = "";

    /// {@return what the text says}
    ///
    /// @throws IllegalArgumentException if it says nothing of the kind
    public static AllowedHost parse(String text) {
        int hostEnd = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        var host = (hostEnd < 0 ? text : text.substring(0, hostEnd)).toLowerCase(Locale.ROOT);
        var rest = hostEnd < 0 ? "" : text.substring(hostEnd);
        boolean isHost = host.matches("\\*|(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+]");
        if (!isHost || !rest.matches("|:\\*|:[0-9]{1,5}")) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not HOST, HOST:PORT or HOST:*, such as api.example.com, *.example.com, localhost:8080, or"
                    + " [::1]:8080");
        }
        return new AllowedHost(host, rest.isEmpty() ? OF_SCHEME : rest.substring(1));
    }

    /// {@return whether a server with this name or address, and this port, is meant}
    boolean includes(String name, int asked, boolean isPortOfScheme) {
        return includesPort(asked, isPortOfScheme) && includesHost(name.toLowerCase(Locale.ROOT));
    }

    private boolean includesPort(int asked, boolean isPortOfScheme) {
        return switch (port) {
            case ANY -> true;
            case OF_SCHEME -> isPortOfScheme;
            default -> port.equals(Integer.toString(asked));
        };
    }

    private boolean includesHost(String name) {
        return host.equals(ANY)
                || host.equals(name)
                || host.startsWith("*.") && name.endsWith(host.substring(1))
                || address().isPresent() && address().equals(literal(name));
    }

    /// {@return whether this address is meant, however it was come by: not by being one of many}
    boolean names(InetAddress address) {
        return host.equals("localhost") && address.isLoopbackAddress()
                || address().equals(Optional.of(address));
    }

    private Optional<InetAddress> address() {
        return literal(host);
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(
                    InetAddress.ofLiteral(text.startsWith("[") ? text.substring(1, text.length() - 1) : text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
