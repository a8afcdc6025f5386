package decant.replica.outcalls;

import decant.canister.state.Outcall;
import decant.canister.state.Outcall.Result;
import decant.replica.OutcallClient;
import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// Asks servers that are allowed, each request over a connection of its own.
///
/// Threads that ask must be virtual ones: an interrupt closes their connections.
public final class HttpOutcallClient implements OutcallClient {
    /* Design. The library's own HTTP client finds the address of a host by itself when it connects, after whoever calls
     * it has looked at the address: a name server that answers differently the second time would lead canisters to
     * machines near this one, and clients of that kind follow redirects and reuse connections unless they are told not
     * to. So the address is found once, looked at, and connected to; certificates are checked for the name. What is left
     * to do of HTTP is one request and one response. */

    private static final int CONNECT_MILLIS_MAX = 10_000;

    private final List<AllowedHost> allowed;
    private final Encryption encryption;
    private final Resolver resolver;

    HttpOutcallClient(Collection<AllowedHost> allowed, Encryption encryption, Resolver resolver) {
        this.allowed = List.copyOf(allowed);
        this.encryption = encryption;
        this.resolver = resolver;
    }

    /// {@return one that asks these servers, by HTTPS, and those on this machine also by HTTP}
    public static OutcallClient to(Collection<AllowedHost> hosts) {
        return to(hosts, List.of());
    }

    /// {@return the same, that trusts these authorities beside those that the JDK trusts}
    public static OutcallClient to(Collection<AllowedHost> hosts, Collection<X509Certificate> authorities) {
        return hosts.isEmpty()
                ? NONE
                : new HttpOutcallClient(hosts, Encryption.trusting(authorities), Resolver.OF_SYSTEM);
    }

    /// A request that will not be made.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    /// Where a URL leads.
    private record Target(URI uri, String host, int port, boolean isEncrypted) {
        static Target of(String url) throws Refused {
            URI uri;
            try {
                uri = new URI(url);
            } catch (URISyntaxException e) {
                throw new Refused("The URL cannot be read: " + e.getMessage() + ".");
            }
            boolean isEncrypted = "https".equalsIgnoreCase(uri.getScheme());
            if (!isEncrypted && !"http".equalsIgnoreCase(uri.getScheme())) {
                throw new Refused("The URL must begin with https://, found \"" + url + "\".");
            }
            if (uri.getHost() == null || uri.getUserInfo() != null) {
                throw new Refused("The URL must have a host and no user, found \"" + url + "\".");
            }
            int port = uri.getPort() >= 0 ? uri.getPort() : isEncrypted ? 443 : 80;
            return new Target(uri, IDN.toASCII(uri.getHost()), port, isEncrypted);
        }

        boolean hasPortOfScheme() {
            return port == (isEncrypted ? 443 : 80);
        }

        /// {@return the host without the brackets of an address}
        String bareHost() {
            return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    @Override
    public Result carryOut(Outcall.Request request, long responseBytesMax) throws InterruptedException {
        try {
            var target = Target.of(request.url());
            var exchange = HttpExchange.of(request, target.uri(), authority(target), responseBytesMax);
            try (var connection = connect(target)) {
                return exchange.over(connection.getInputStream(), connection.getOutputStream());
            }
        } catch (Refused | IllegalArgumentException e) {
            return new Result.Failed(false, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the exchange took too long");
            }
            return new Result.Failed(true, "The HTTP request failed: " + e.getMessage() + ".");
        }
    }

    private static String authority(Target target) {
        return target.hasPortOfScheme() ? target.host() : target.toString();
    }

    private Socket connect(Target target) throws IOException, Refused {
        if (allowed.stream().noneMatch(host -> host.includes(target.host(), target.port(), target.hasPortOfScheme()))) {
            throw new Refused("The server " + target + " is not among those that this node's operator allows with"
                    + " decant start --outcalls HOST[:PORT].");
        }
        var socket = connected(target);
        try {
            return target.isEncrypted() ? encryption.over(socket, target.bareHost(), target.port()) : socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private Socket connected(Target target) throws IOException, Refused {
        var failure = new IOException("the host " + target.host() + " has no address");
        for (var address : addresses(target)) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, target.port()), CONNECT_MILLIS_MAX);
                return socket;
            } catch (IOException e) {
                socket.close();
                failure = new IOException("failed to connect to " + target + ": " + e.getMessage(), e);
            }
        }
        throw failure;
    }

    /// {@return the addresses of the host that may be connected to}
    private List<InetAddress> addresses(Target target) throws IOException, Refused {
        InetAddress[] all;
        try {
            all = resolver.addresses(target.bareHost());
        } catch (UnknownHostException e) {
            throw new IOException("the host " + target.host() + " cannot be found", e);
        }
        var usable = Arrays.stream(all)
                .filter(address ->
                        PublicAddresses.contains(address) || allowed.stream().anyMatch(host -> host.names(address)))
                .toList();
        if (usable.isEmpty()) {
            throw new Refused("The server " + target + " has the address " + all[0].getHostAddress()
                    + ", which is not public: such an address must itself be among those that this node's operator"
                    + " allows with decant start --outcalls.");
        }
        if (!target.isEncrypted() && !usable.stream().allMatch(InetAddress::isLoopbackAddress)) {
            throw new Refused("The URL must begin with https://: http:// is only for servers on this machine.");
        }
        return usable;
    }
}
