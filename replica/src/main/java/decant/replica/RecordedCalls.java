package decant.replica;

import decant.base.Principal;
import decant.canister.management.Rehearsing;
import decant.canister.state.Message;
import decant.store.StoreException;
import java.util.ArrayDeque;
import java.util.List;

/// The calls that users made, as far back as the input log goes: to the last checkpoint but one segment of the log, or
/// to the beginning where the whole log is kept.
final class RecordedCalls implements Rehearsing.Recorded {
    private static final long BYTES_MAX = 64L << 20;

    /// A checkpoint may give up the oldest files of the log while they are read.
    private static final int TRIES = 3;

    private final InputLog log;

    RecordedCalls(InputLog log) {
        this.log = log;
    }

    @Override
    public List<Message.Ingress> newest(Principal canister, int count) {
        if (count == 0) {
            return List.of();
        }
        for (int tries = 1; tries < TRIES; tries++) {
            try {
                return read(canister, count);
            } catch (StoreException _) {
                // Files that were given up are missed; damaged ones are still damaged the last time.
            }
        }
        return read(canister, count);
    }

    private List<Message.Ingress> read(Principal canister, int count) {
        var newest = new ArrayDeque<Message.Ingress>();
        long[] bytes = {0};
        log.forEach(batch -> {
            for (var message : batch.ingress()) {
                if (message.receiver().equals(canister)) {
                    newest.add(message);
                    bytes[0] += message.argument().length;
                }
            }
            while (newest.size() > count || bytes[0] > BYTES_MAX) {
                bytes[0] -= newest.remove().argument().length;
            }
        });
        return List.copyOf(newest);
    }
}
