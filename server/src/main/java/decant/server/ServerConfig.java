package decant.server;

import decant.server.gateway.HostDirectory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Where a server listens and how much it takes.
///
/// `port` 0 means any free one. `bodyBytesMax` bounds every request, `ingressBytesMax` those that are to be
/// ordered: they travel in batches and are kept in the log. `bytesInFlightMax` bounds the bodies of all
/// requests at work together. `idleTimeout` is how long a client may leave a connection unused, `transferTimeout` how
/// long it may take to send the head of a request, to send its body, or to take a reply.
/// `stopGrace` is how long requests at work may take to end when the server stops.
/// `domains` are those whose subdomains are canisters, the first of them the one that people are told; `hosts`
/// are canisters that have a host of their own.
public record ServerConfig(
        String host,
        int port,
        int bodyBytesMax,
        int ingressBytesMax,
        int bytesInFlightMax,
        int connectionsMax,
        Duration idleTimeout,
        Duration transferTimeout,
        Duration stopGrace,
        List<String> domains,
        HostDirectory hosts) {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    /// Loopback only, with the limits of the network: 5 MiB for a request; for an ingress message 2 MiB, and
    /// room for the signature and delegations around it. A sixteenth of the Java heap for bodies: what is
    /// made of one takes several times its size.
    public static final ServerConfig DEFAULT = new ServerConfig(
            "127.0.0.1",
            4943,
            5 * MIB,
            2 * MIB + 64 * KIB,
            Math.clamp(Runtime.getRuntime().maxMemory() / 16, 16 * MIB, 256 * MIB),
            10_000,
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofSeconds(12),
            List.of("localhost"),
            _ -> Optional.empty());

    public ServerConfig {
        domains = List.copyOf(domains);
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("a server needs a domain for its canisters, such as localhost");
        }
    }

    public ServerConfig withAddress(String otherHost, int otherPort) {
        return with(draft -> {
            draft.host = otherHost;
            draft.port = otherPort;
        });
    }

    public ServerConfig withBytesInFlightMax(int other) {
        return with(draft -> draft.bytesInFlightMax = other);
    }

    /// {@return this, for so many connections at a time and clients that are so slow}
    ServerConfig withClients(int max, Duration idle, Duration transfer) {
        return with(draft -> {
            draft.connectionsMax = max;
            draft.idleTimeout = idle;
            draft.transferTimeout = transfer;
        });
    }

    /// {@return this, with canisters at the subdomains of these domains, and at these hosts}
    public ServerConfig withCanistersAt(List<String> otherDomains, HostDirectory otherHosts) {
        return with(draft -> {
            draft.domains = otherDomains;
            draft.hosts = otherHosts;
        });
    }

    private ServerConfig with(Consumer<Draft> edit) {
        var draft = new Draft(this);
        edit.accept(draft);
        return new ServerConfig(
                draft.host,
                draft.port,
                bodyBytesMax,
                ingressBytesMax,
                draft.bytesInFlightMax,
                draft.connectionsMax,
                draft.idleTimeout,
                draft.transferTimeout,
                stopGrace,
                draft.domains,
                draft.hosts);
    }

    /// What another configuration may have of its own.
    private static final class Draft {
        private String host;
        private int port;
        private int bytesInFlightMax;
        private int connectionsMax;
        private Duration idleTimeout;
        private Duration transferTimeout;
        private List<String> domains;
        private HostDirectory hosts;

        Draft(ServerConfig config) {
            host = config.host;
            port = config.port;
            bytesInFlightMax = config.bytesInFlightMax;
            connectionsMax = config.connectionsMax;
            idleTimeout = config.idleTimeout;
            transferTimeout = config.transferTimeout;
            domains = config.domains;
            hosts = config.hosts;
        }
    }
}
