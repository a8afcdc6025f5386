import org.jspecify.annotations.NullMarked;

/// What happens when a message meets a canister.
@NullMarked
module decant.canister {
    requires transitive decant.base;
    requires transitive decant.wasm;
    requires transitive decant.store;
    requires transitive decant.candid;
    requires transitive decant.motoko;
    requires transitive org.pcollections;
    requires static org.jspecify;

    exports decant.canister;
    exports decant.canister.check;
    exports decant.canister.cycles;
    exports decant.canister.management;
    exports decant.canister.rehearsal;
    exports decant.canister.state;
    exports decant.canister.system;
}
