package decant.replica.outcalls;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Knows the addresses of hosts at a moment: it may answer the same question differently each time.
@FunctionalInterface
interface Resolver {
    /// The one of this machine.
    Resolver OF_SYSTEM = InetAddress::getAllByName;

    /// {@return the addresses of the host, at least one}
    InetAddress[] addresses(String host) throws UnknownHostException;
}
