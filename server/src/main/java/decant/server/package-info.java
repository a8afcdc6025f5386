/// HTTP in, HTTP out: the Internet Computer's interface over one replica, health and metrics.
///
/// ```text
/// HttpServer   sockets, bodies, CORS: all that knows the HTTP library
///   Route        method and path -> what is asked for
///   NodeApi      what is asked for, body -> Reply
///     Replica
/// ```
package decant.server;
