package decant.canister.ic0;

import decant.canister.state.Cycles;
import decant.canister.state.Payload;
import java.util.List;
import java.util.Optional;

/// What a run of guest code intends to change besides its memories and globals. It counts only if the run ended well.
///
/// `cycles` is the balance, and `available` what is left of the cycles of the call being worked on, both afterwards;
/// `burned` is what it
/// gave up, and `reserved` what it set aside for memory.
public record Changes(
        Cycles cycles,
        Cycles available,
        Cycles burned,
        Cycles reserved,
        Optional<Payload> answer,
        List<OutgoingCall> calls,
        byte[] certifiedData,
        long globalTimerNanos,
        boolean messageAccepted) {}
