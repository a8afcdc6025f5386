import org.jspecify.annotations.NullMarked;

/// The wire: request envelopes and ids, CBOR, hash trees, certificates, signatures, delegations.
@NullMarked
module decant.protocol {
    requires transitive decant.base;
    requires static org.jspecify;
    requires org.bouncycastle.provider;
    requires jblst;

    exports decant.protocol;
}
