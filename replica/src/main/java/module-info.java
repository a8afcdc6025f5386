import org.jspecify.annotations.NullMarked;

/// Order and time: ingress, input log, rounds, queries, certification.
@NullMarked
module decant.replica {
    requires transitive decant.base;
    requires transitive decant.canister;
    requires transitive decant.store;
    requires transitive decant.protocol;
    requires transitive decant.candid;
    requires org.pcollections;
    requires static org.jspecify;

    exports decant.replica;
    exports decant.replica.outcalls;
}
