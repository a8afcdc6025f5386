package decant.canister;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/// A message to a canister that is alone in its world, and all that follows from it inside the canister.
///
/// What the canister sends to itself is delivered; calls of others are noted, and stay without an answer.
public final class Delivery {
    private static final int MESSAGES_MAX = 1_000;

    private final Principal canister;
    private final Hash requestId;
    private final Function<Message, Optional<Outcome>> execution;
    private final Deque<Message> waiting = new ArrayDeque<>();
    private final SortedSet<String> callsOut = new TreeSet<>();
    private Optional<Payload> answer = Optional.empty();
    private Optional<String> trap = Optional.empty();

    /// @param requestId that of the call of a user whose answer is wanted
    /// @param execution executes a message, or does not because it is the end
    public Delivery(Principal canister, Hash requestId, Function<Message, Optional<Outcome>> execution) {
        this.canister = canister;
        this.requestId = requestId;
        this.execution = execution;
    }

    public void run(Message first) {
        waiting.add(first);
        boolean goesOn = true;
        for (int count = 0; count < MESSAGES_MAX && !waiting.isEmpty() && goesOn; count++) {
            var outcome = execution.apply(waiting.element());
            goesOn = outcome.isPresent();
            outcome.ifPresent(this::follow);
        }
    }

    /// {@return whether everything was executed that followed}
    public boolean isFinished() {
        return waiting.isEmpty();
    }

    /// {@return what the user is answered, if anything}
    public Optional<Payload> answer() {
        return answer;
    }

    /// {@return why the first execution that trapped did, if one did}
    public Optional<String> trap() {
        return trap;
    }

    /// {@return the calls of other canisters}
    public SortedSet<String> callsOut() {
        return callsOut;
    }

    private void follow(Outcome outcome) {
        waiting.remove();
        outcome.answers().forEach(this::deliver);
        switch (outcome) {
            case Outcome.Completed completed -> completed.calls().forEach(this::deliver);
            case Outcome.Trapped trapped ->
                trap = trap.or(() -> Optional.of(trapped.failure().text()));
            case Outcome.Skipped _ -> {}
        }
    }

    private void deliver(Message.Request request) {
        if (request.receiver().equals(canister)) {
            waiting.add(request);
        } else {
            callsOut.add(request.receiver() + " " + request.method());
        }
    }

    private void deliver(Answer given) {
        switch (given.to()) {
            case CallOrigin.FromUser user -> {
                if (user.requestId().equals(requestId)) {
                    answer = Optional.of(given.payload());
                }
            }
            case CallOrigin.FromCanister to -> {
                if (to.caller().equals(canister)) {
                    waiting.add(new Message.Response(
                            to.caller(), to.callbackId(), canister, given.payload(), given.refund()));
                }
            }
            case CallOrigin.FromSystem _ -> {}
        }
    }
}
