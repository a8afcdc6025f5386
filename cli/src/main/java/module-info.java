import org.jspecify.annotations.NullMarked;

/// The `decant` command: parse, call, print.
@NullMarked
module decant.cli {
    requires transitive decant.base;
    requires transitive decant.server;
    requires transitive decant.replica;
    requires transitive decant.protocol;
    requires transitive decant.candid;
    requires transitive decant.motoko;
    requires transitive decant.canister;
    requires static org.jspecify;
}
