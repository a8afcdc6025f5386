package decant.replica;

import decant.base.Principal;
import decant.canister.management.Rehearsing;
import decant.canister.rehearsal.Bisection.Past;
import decant.canister.state.Message;
import decant.store.Checkpoint;
import decant.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What canisters were since the latest checkpoint: computed again from it and from the input log, round by round, on a
/// machine of its own.
///
/// To be asked on a thread with a big stack.
final class PastStates implements Rehearsing.Memory {
    /// The next checkpoint may give up the log while it is read.
    private static final int TRIES = 3;

    private final ReplicaConfig config;
    private final Machine live;
    private final Supplier<Optional<Checkpoint>> checkpoint;
    private final InputLog log;

    /// @param checkpoint the latest one
    PastStates(ReplicaConfig config, Machine live, Supplier<Optional<Checkpoint>> checkpoint, InputLog log) {
        this.config = config;
        this.live = live;
        this.checkpoint = checkpoint;
        this.log = log;
    }

    @Override
    public List<Past> past(Principal canister) {
        for (int tries = 1; tries < TRIES; tries++) {
            try {
                return replayed(canister);
            } catch (StoreException | IllegalStateException _) {
                // Files that were given up are missed; damaged ones are still damaged the last time.
            }
        }
        return replayed(canister);
    }

    private List<Past> replayed(Principal canister) {
        try (var machine = new Machine(live.keys(), live.limits())) {
            var begin = checkpoint
                    .get()
                    .map(found -> machine.certified(StateRecords.decode(found)))
                    .orElseGet(() -> machine.genesis(Replica.charter(config)));
            var past = new ArrayList<Past>();
            add(past, canister, begin.state(), List.of());
            machine.replay(begin, log, (batch, certified) -> {
                var calls = batch.ingress().stream()
                        .filter(message -> message.receiver().equals(canister))
                        .toList();
                add(past, canister, certified.state(), calls);
            });
            return past;
        }
    }

    /// Notes what the canister is, if that is not what it was.
    private static void add(List<Past> past, Principal canister, State state, List<Message.Ingress> calls) {
        state.subnet().canister(canister).ifPresent(found -> {
            boolean isSame = !past.isEmpty() && past.getLast().canister().version() == found.version();
            if (!isSame) {
                past.add(new Past(state.height(), state.timeNanos(), found, calls));
            }
        });
    }
}
