package decant.replica;

import decant.base.Hash;
import decant.canister.state.Message;
import java.util.List;

/// All that one round takes from the outside world. State and batch determine the next state.
///
/// `height` counts rounds from 1. `rootBefore` is the root of the certified tree that the round starts from: on
/// replay, a computation that went another way than the first time is noticed at the next batch.
record Batch(long height, long timeNanos, byte[] entropy, Hash rootBefore, List<Message.Ingress> ingress) {
    static final int ENTROPY_BYTES = 32;

    Batch {
        if (entropy.length != ENTROPY_BYTES) {
            throw new IllegalArgumentException("a batch has 32 bytes of entropy, found " + entropy.length);
        }
        ingress = List.copyOf(ingress);
    }
}
