/// HTTP to servers outside, for canisters: which servers, which of their addresses, one request and one response.
///
/// ```
/// HttpOutcallClient   an OutcallClient over sockets
/// AllowedHost         a server that an operator allows
/// Resolver            the addresses of a host
/// PublicAddresses     which addresses anybody can reach
/// Encryption          TLS, and whose certificates count
/// HttpExchange        one request of HTTP/1.1 and its response
/// ```
@NullMarked
package decant.replica.outcalls;

import org.jspecify.annotations.NullMarked;
