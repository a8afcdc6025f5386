package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import java.util.SortedSet;

/// What a round came to: the next state, and where it differs from the one before.
///
/// @param canisters the canisters that were created, changed or deleted
/// @param requests the calls of users whose status changed or was forgotten
/// @param messages how many messages were executed
/// @param instructions how many instructions they used
record RoundResult(
        State state, SortedSet<Principal> canisters, SortedSet<Hash> requests, long messages, long instructions) {
    boolean deletesCanisters() {
        return canisters.stream().anyMatch(id -> state.subnet().canister(id).isEmpty());
    }
}
