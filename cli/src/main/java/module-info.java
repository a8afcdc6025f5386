import org.jspecify.annotations.NullMarked;

/// The `decant` command: parse, call, print.
@NullMarked
module decant.cli {
    requires decant.base;
    requires decant.candid;
    // Makes and judges modules on files, without a node.
    requires decant.canister;
    requires decant.motoko;
    requires decant.protocol;
    requires decant.replica;
    requires decant.server;
    requires decant.store;
    requires info.picocli;
    requires java.logging;
    requires java.management;
    requires java.net.http;
    // Exports are written past the kernel's cache.
    requires jdk.unsupported;
    requires static org.jspecify;
    requires tools.jackson.core;

    // Options and parameters are fields that picocli fills in.
    opens decant.cli to
            info.picocli;
}
