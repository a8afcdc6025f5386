package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import java.util.List;

/// One durable node: it orders calls, runs rounds, certifies the result and answers queries.
///
/// Every method may be called from any thread, virtual ones above all, and blocks it until the answer is there.
/// Requests arrive as their signed CBOR envelopes, as a client sent them.
@SuppressWarnings("DoNotCallSuggester")
public final class Replica implements AutoCloseable {
    private Replica() {}

    /// Opens the replica whose files are in the state directory, or makes a new one there: latest checkpoint, then the
    /// log replayed, ending in the state of the last round before the files were left.
    public static Replica open(ReplicaConfig config) {
        throw beingBuilt();
    }

    /// Makes an update call and waits for its end as long as [ReplicaConfig#callPatience] says.
    public Served<CallResponse> call(Principal effectiveCanister, byte[] envelope) {
        throw beingBuilt();
    }

    /// Makes an update call that is answered as soon as it is admitted.
    public Served<CallResponse> submit(Principal effectiveCanister, byte[] envelope) {
        throw beingBuilt();
    }

    /// Runs a query on the last certified state.
    public Served<QueryResponse> query(Principal effectiveCanister, byte[] envelope) {
        throw beingBuilt();
    }

    /// Reads the certified state through the endpoint of a canister.
    public Served<ReadStateResponse> readState(Principal effectiveCanister, byte[] envelope) {
        throw beingBuilt();
    }

    /// Reads the certified state through the endpoint of a subnet, which must be this one.
    public Served<ReadStateResponse> readSubnetState(Principal subnet, byte[] envelope) {
        throw beingBuilt();
    }

    /// {@return what this node tells everybody about itself}
    public NodeStatus status() {
        throw beingBuilt();
    }

    /// {@return the hash of everything that the input log determines, as of the last finished round}
    public Hash stateHash() {
        throw beingBuilt();
    }

    /// {@return the numbers an operator watches, in a fixed order}
    public List<Metric> metrics() {
        throw beingBuilt();
    }

    /// Finishes the round at work, writes a checkpoint and gives everything back. No thread is left.
    @Override
    public void close() {}

    private static UnsupportedOperationException beingBuilt() {
        return new UnsupportedOperationException("the replica is being built");
    }
}
