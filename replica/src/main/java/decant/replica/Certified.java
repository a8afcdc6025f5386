package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.Certificate;
import decant.protocol.Label;
import decant.protocol.LabeledTree;
import decant.protocol.RequestStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A finished round as the outside may see it: its state, the tree that shows it, and certificates for parts of that.
///
/// Safe for any number of threads. The signature is made by whoever first needs it, since most rounds of a busy node
/// are certified but not all of an idle one.
final class Certified {
    private final State state;
    private final LabeledTree.Branch tree;
    private final NodeKeys keys;
    private final ConcurrentHashMap<Principal, byte[]> dataCertificates = new ConcurrentHashMap<>();
    private byte @Nullable [] signature;

    Certified(State state, LabeledTree.Branch tree, NodeKeys keys) {
        this.state = state;
        this.tree = tree;
        this.keys = keys;
    }

    /// {@return this, with its memories held differently}
    Certified withSameState(State same) {
        return new Certified(same, tree, keys);
    }

    State state() {
        return state;
    }

    LabeledTree.Branch tree() {
        return tree;
    }

    Hash rootHash() {
        return tree.rootHash();
    }

    /// {@return a certificate that shows, or proves absent, each of the paths, and shows the time}
    byte[] certificate(List<List<byte[]>> paths) {
        var all = new ArrayList<>(paths);
        all.add(Label.path(StateTree.TIME));
        return new Certificate(tree.witness(all), signature(), Optional.empty()).encode();
    }

    byte[] certificate(Hash requestId) {
        return certificate(List.of(RequestStatus.path(requestId)));
    }

    /// {@return the certificate that a query of the canister sees for its certified data}
    byte[] dataCertificate(Principal canister) {
        return dataCertificates.computeIfAbsent(
                canister, id -> certificate(List.of(Label.path(StateTree.CANISTER, id, "certified_data"))));
    }

    /// {@return whether the call has come to its end}
    boolean hasEnded(Hash requestId) {
        return state.history().entry(requestId).filter(entry -> !entry.isOpen()).isPresent();
    }

    private synchronized byte[] signature() {
        var known = signature;
        if (known == null) {
            known = Certificate.sign(keys.rootKey(), tree.rootHash());
            signature = known;
        }
        return known;
    }
}
