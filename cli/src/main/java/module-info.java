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
    opens decant.cli.terminal to
            info.picocli;
    opens decant.cli.host to
            info.picocli;
    opens decant.cli.node to
            info.picocli;
    opens decant.cli.modules to
            info.picocli;
    opens decant.cli.upgrade to
            info.picocli;
    opens decant.cli.canister to
            info.picocli;
    opens decant.cli.backup to
            info.picocli;
    opens decant.cli.snapshot to
            info.picocli;
    opens decant.cli.rehearsal to
            info.picocli;
}
