import org.jspecify.annotations.NullMarked;

/// Motoko: finding and running its compiler, and what it leaves in a module.
@NullMarked
module decant.motoko {
    requires transitive decant.base;
    requires transitive decant.candid;
    requires static org.jspecify;

    exports decant.motoko;
}
