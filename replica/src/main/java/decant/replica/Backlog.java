package decant.replica;

import decant.base.Principal;
import decant.canister.state.Message;
import java.util.Collection;
import java.util.HashMap;

/// The calls of users that are in the state and not executed yet, and how many more may join them.
///
/// A canister that is slower than its callers would fill the state with calls. Beyond these limits they wait in the
/// mailbox instead, and when that is full too, callers are told to come again.
final class Backlog {
    static final int CALLS_OF_CANISTER_MAX = 1_000;
    static final int CALLS_MAX = 5_000;
    static final long BYTES_MAX = 64L << 20;

    private final HashMap<Principal, Integer> callsByReceiver = new HashMap<>();
    private int calls;
    private long bytes;

    /// Nothing is left.
    Backlog() {}

    /// {@return what earlier rounds left}
    static Backlog of(State state) {
        var backlog = new Backlog();
        backlog.addAll(state.builtInCalls());
        for (var id : state.agenda().waiting()) {
            state.subnet().canister(id).ifPresent(canister -> backlog.addAll(canister.inputQueue()));
        }
        return backlog;
    }

    private void addAll(Collection<Message> messages) {
        for (var message : messages) {
            if (message instanceof Message.Ingress call) {
                add(call);
            }
        }
    }

    boolean hasRoomFor(Message.Ingress call) {
        return calls < CALLS_MAX
                && bytes < BYTES_MAX
                && callsByReceiver.getOrDefault(call.receiver(), 0) < CALLS_OF_CANISTER_MAX;
    }

    void add(Message.Ingress call) {
        calls++;
        bytes += Mailbox.bytesOf(call);
        callsByReceiver.merge(call.receiver(), 1, Integer::sum);
    }
}
