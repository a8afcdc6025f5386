package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.RecordedCall;
import decant.canister.Recording;
import decant.canister.state.Message;
import decant.canister.state.Outcall;
import decant.canister.state.QueryStats;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that one round takes from the outside world. State and batch determine the next state.
///
/// `height` counts rounds from 1. `rootBefore` is the root of the certified tree that the round starts from: on
/// replay, a computation that went another way than the first time is noticed at the next batch.
///
/// @param endings how calls of users to canisters ended in the round before; only what is recorded, never looked at by
/// a
///     round
/// @param recording what was recorded for one of the calls, which makes other calls again
/// @param observed what the node observed beside its rounds
record Batch(
        long height,
        long timeNanos,
        byte[] entropy,
        Hash rootBefore,
        List<Message.Ingress> ingress,
        List<Ended> endings,
        Optional<Recorded> recording,
        Observed observed) {

    static final int ENTROPY_BYTES = 32;

    /// How a call ended.
    record Ended(Hash requestId, RecordedCall.Ending ending) {}

    /// What was recorded for a call.
    record Recorded(Hash requestId, Recording recording) {}

    /// What the node observed beside its rounds: how requests to servers outside ended, and how much canisters were
    /// queried.
    record Observed(List<OutcallEnd> outcalls, SortedMap<Principal, QueryStats> queries) {
        static final Observed NOTHING = new Observed(List.of(), new TreeMap<>());

        Observed {
            outcalls = List.copyOf(outcalls);
            queries = Collections.unmodifiableSortedMap(new TreeMap<>(queries));
        }

        boolean isNothing() {
            return outcalls.isEmpty() && queries.isEmpty();
        }
    }

    /// How the request with this number ended.
    record OutcallEnd(long number, Outcall.Result result) {}

    Batch {
        if (entropy.length != ENTROPY_BYTES) {
            throw new IllegalArgumentException("a batch has 32 bytes of entropy, found " + entropy.length);
        }
        ingress = List.copyOf(ingress);
        endings = List.copyOf(endings);
    }

    Batch(long height, long timeNanos, byte[] entropy, Hash rootBefore, List<Message.Ingress> ingress) {
        this(height, timeNanos, entropy, rootBefore, ingress, List.of(), Optional.empty(), Observed.NOTHING);
    }

    /// {@return what was recorded for the call}
    Optional<Recording> recording(Hash requestId) {
        return recording.filter(known -> known.requestId().equals(requestId)).map(Recorded::recording);
    }
}
