import org.jspecify.annotations.NullMarked;

/// HTTP in, HTTP out.
@NullMarked
module decant.server {
    requires transitive decant.base;
    requires transitive decant.replica;
    requires transitive decant.protocol;
    requires transitive decant.candid;
    requires transitive decant.canister;
    requires static org.jspecify;
    requires io.helidon.common.socket;
    requires io.helidon.http;
    requires io.helidon.webserver;

    exports decant.server;
    exports decant.server.gateway;
}
