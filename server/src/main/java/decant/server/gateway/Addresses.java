package decant.server.gateway;

import decant.base.Principal;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Which canister a browser means, by what it asks for and where.
///
/// ```text
/// <canister>.localhost         the canister, by its id or its name
/// <canister>.raw.localhost     the same, without proof of what it answers
/// /?canisterId=<id>            the canister, on a host that is nobody's
/// ```
/// On such a host, what a page of a canister asks for next is meant for the same canister: browsers tell the page.
public final class Addresses {
    private static final String RAW = "raw";
    private static final String PARAMETER = "canisterId=";

    private final List<String> domains;
    private final HostDirectory hosts;
    private final HostDirectory names;

    /// What a request is about.
    public sealed interface Address {
        /// A page of a canister.
        record OfCanister(Principal canister, boolean raw) implements Address {}

        /// A host that should be a canister's, and is not.
        record Unknown(String name, String host) implements Address {}

        /// No canister: the node itself.
        record OfNode() implements Address {}
    }

    /// Knows the hosts of a node.
    ///
    /// @param domains the domains whose subdomains are canisters
    /// @param hosts canisters that have a whole host of their own
    /// @param names canisters that have a name on this node
    public Addresses(List<String> domains, HostDirectory hosts, HostDirectory names) {
        this.domains =
                domains.stream().map(domain -> domain.toLowerCase(Locale.ROOT)).toList();
        this.hosts = hosts;
        this.names = names;
    }

    /// {@return what a request is about}
    ///
    /// @param host the header `Host`
    /// @param query the query of the request, as it was sent
    /// @param referer the header `Referer`
    public Address of(String host, String query, Optional<String> referer) {
        var name = withoutPort(host.toLowerCase(Locale.ROOT));
        var own = hosts.canister(name);
        if (own.isPresent()) {
            return new Address.OfCanister(own.get(), false);
        }
        for (String domain : domains) {
            if (name.endsWith("." + domain)) {
                return ofSubdomain(name.substring(0, name.length() - domain.length() - 1), name);
            }
        }
        return parameter(query)
                .or(() -> referer.flatMap(page -> parameterOf(page, host)))
                .<Address>map(canister -> new Address.OfCanister(canister, false))
                .orElseGet(Address.OfNode::new);
    }

    private Address ofSubdomain(String subdomain, String host) {
        boolean raw = subdomain.endsWith("." + RAW);
        var name = raw ? subdomain.substring(0, subdomain.length() - RAW.length() - 1) : subdomain;
        return principal(name)
                .or(() -> names.canister(name))
                .<Address>map(canister -> new Address.OfCanister(canister, raw))
                .orElseGet(() -> new Address.Unknown(name, host));
    }

    private static String withoutPort(String host) {
        int colon = host.startsWith("[") ? host.indexOf(':', host.indexOf(']') + 1) : host.indexOf(':');
        var name = colon < 0 ? host : host.substring(0, colon);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static Optional<Principal> parameter(String query) {
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith(PARAMETER)) {
                return principal(parameter.substring(PARAMETER.length()));
            }
        }
        return Optional.empty();
    }

    /// {@return the canister whose page is meant, if it is one of this host}
    private static Optional<Principal> parameterOf(String page, String host) {
        try {
            var uri = URI.create(page);
            return host.equalsIgnoreCase(uri.getRawAuthority()) && uri.getRawQuery() != null
                    ? parameter(uri.getRawQuery())
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<Principal> principal(String text) {
        try {
            return Optional.of(Principal.parse(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
