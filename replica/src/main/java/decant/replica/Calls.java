package decant.replica;

import decant.base.Hash;
import decant.canister.Inspection;
import decant.canister.management.Induction;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.SenderInfo;
import decant.canister.state.SubnetState;
import decant.canister.system.BuiltIns;
import decant.protocol.CallResponse;
import decant.protocol.Content.CallContent;
import decant.protocol.Response;
import decant.replica.Denial.Reason;
import decant.replica.Gate.Passage.Passed;
import decant.replica.Gate.Passage.Stopped;
import decant.replica.Served.Answered;
import decant.replica.Served.Denied;
import decant.store.StoreException;
import java.time.Duration;
import java.util.Optional;

/// The way of a user's call into a round and of its outcome back. Any thread may go it; it blocks while it waits.
///
/// A call is known by its request id. One that is known already is not executed again: whoever makes it once more waits
/// for the same outcome, also after a restart.
final class Calls {
    private final Gate gate;
    private final BuiltIns builtIns;
    private final Guests guests;
    private final Mailbox mailbox;
    private final Waiters waiters;
    private final Writer writer;
    private final Counters counters;
    private final int rememberedMax;

    Calls(
            Gate gate,
            BuiltIns builtIns,
            Guests guests,
            Mailbox mailbox,
            Waiters waiters,
            Writer writer,
            Counters counters,
            int rememberedMax) {
        this.gate = gate;
        this.builtIns = builtIns;
        this.guests = guests;
        this.mailbox = mailbox;
        this.waiters = waiters;
        this.writer = writer;
        this.counters = counters;
        this.rememberedMax = rememberedMax;
    }

    Served<CallResponse> make(Endpoint endpoint, byte[] request, Duration patience) {
        var served = switch (gate.pass(request, CallContent.class)) {
            case Stopped<CallContent>(var denial) -> new Denied<CallResponse>(denial);
            case Passed<CallContent> passed -> {
                var ingress = ingressOf(passed, request.length);
                yield isKnown(ingress.requestId()) ? order(ingress, patience) : admit(endpoint, ingress, patience);
            }
        };
        count(served);
        return served;
    }

    private static Message.Ingress ingressOf(Passed<CallContent> passed, int bytes) {
        var content = passed.content();
        return new Message.Ingress(
                passed.envelope().requestId(),
                content.sender(),
                content.senderInfo().map(info -> new SenderInfo(info.signer(), info.info())),
                content.canisterId(),
                content.methodName(),
                content.argument(),
                content.ingressExpiry(),
                bytes);
    }

    private boolean isKnown(Hash requestId) {
        return writer.latest().state().history().contains(requestId);
    }

    private Served<CallResponse> admit(Endpoint endpoint, Message.Ingress ingress, Duration patience) {
        var misplaced = gate.misplaced(endpoint, ingress.receiver(), ingress.method(), ingress.argument());
        if (misplaced.isPresent()) {
            return new Denied<>(misplaced.get());
        }
        return switch (BuiltIns.has(ingress.receiver()) ? askBuiltIn(ingress) : askCanister(ingress)) {
            case Opinion.Welcome _ -> order(ingress, patience);
            case Opinion.Unwelcome(var reject) -> new Answered<>(new CallResponse.NotReplicated(rejected(reject)));
            case Opinion.Unasked(var denial) -> new Denied<>(denial);
        };
    }

    /// What the receiver of a call thinks of letting it in.
    private sealed interface Opinion {
        record Welcome() implements Opinion {}

        record Unwelcome(Payload.Reject reject) implements Opinion {}

        record Unasked(Denial denial) implements Opinion {}
    }

    private Opinion askBuiltIn(Message.Ingress ingress) {
        var subnet = writer.latest().state().subnet();
        return builtIns.hindrance(subnet, ingress.sender(), ingress.receiver(), ingress.method(), ingress.argument())
                .or(() -> unpaid(subnet, ingress))
                .<Opinion>map(Opinion.Unwelcome::new)
                .orElseGet(Opinion.Welcome::new);
    }

    private static Optional<Payload.Reject> unpaid(SubnetState subnet, Message.Ingress ingress) {
        return switch (Induction.of(subnet, ingress)) {
            case Induction.Taken _ -> Optional.empty();
            case Induction.Refused(var reject) -> Optional.of(reject);
        };
    }

    private Opinion askCanister(Message.Ingress ingress) {
        var state = writer.latest().state();
        var canister = state.subnet().canister(ingress.receiver());
        if (canister.isEmpty()) {
            return new Opinion.Unwelcome(
                    new Payload.Reject(ErrorCode.CANISTER_NOT_FOUND, "Canister " + ingress.receiver() + " not found."));
        }
        var hindrance = hindrance(canister.get());
        if (hindrance.isPresent()) {
            return new Opinion.Unwelcome(hindrance.get());
        }
        return switch (guests.inspect(state, canister.get(), ingress)) {
            case Guests.Visit.Done<Inspection>(Inspection.Accepted _) -> new Opinion.Welcome();
            case Guests.Visit.Done<Inspection>(Inspection.Refused(var reject)) -> new Opinion.Unwelcome(reject);
            case Guests.Visit.Refused<Inspection>(var denial) -> new Opinion.Unasked(denial);
        };
    }

    private static Optional<Payload.Reject> hindrance(CanisterState canister) {
        return switch (canister.status()) {
            case CanisterStatus.Stopped _ ->
                reject(ErrorCode.CANISTER_STOPPED, "Canister " + canister.id() + " is stopped");
            case CanisterStatus.Stopping _ ->
                reject(ErrorCode.CANISTER_STOPPING, "Canister " + canister.id() + " is stopping");
            case CanisterStatus.Running _
            when canister.code().isEmpty() ->
                reject(
                        ErrorCode.CANISTER_WASM_MODULE_NOT_FOUND,
                        "Error from Canister " + canister.id()
                                + ": Attempted to execute a message, but the canister contains no Wasm module.");
            case CanisterStatus.Running _ -> Optional.empty();
        };
    }

    private static Optional<Payload.Reject> reject(ErrorCode error, String message) {
        return Optional.of(new Payload.Reject(error, message));
    }

    /// Gets the call into a round, unless it is in one already, and waits for its end.
    private Served<CallResponse> order(Message.Ingress ingress, Duration patience) {
        var requestId = ingress.requestId();
        try (var waiter = waiters.add(requestId)) {
            if (!isKnown(requestId)) {
                if (remembersTooMany()) {
                    return denied(
                            Reason.BUSY,
                            "this node remembers the outcomes of " + rememberedMax
                                    + " calls, as many as it has memory for; make the call again in a few minutes");
                }
                switch (mailbox.offer(ingress)) {
                    case TAKEN, ALREADY_HERE -> {}
                    case FULL -> {
                        return denied(
                                Reason.BUSY,
                                "too many calls are waiting for their round; make the call again a little later");
                    }
                    case FULL_OF_CANISTER -> {
                        return denied(
                                Reason.BUSY,
                                "too many calls of canister " + ingress.receiver()
                                        + " are waiting for their round; make the call again a little later");
                    }
                    case CLOSED -> {
                        return denied(Reason.CLOSING, closingMessage());
                    }
                }
            }
            var latest = writer.latest();
            if (latest.hasEnded(requestId)) {
                return certified(latest, requestId);
            }
            return waiter.await(patience.toNanos())
                    .map(ending -> served(ending, requestId))
                    .orElseGet(() -> new Answered<>(new CallResponse.Accepted()));
        }
    }

    /// {@return whether no call can be added to those remembered, also not after a round now, which forgets some}
    private boolean remembersTooMany() {
        return writer.latest().state().history().size() >= rememberedMax
                && writer.fresh().state().history().size() >= rememberedMax;
    }

    private Served<CallResponse> served(Waiters.Ending ending, Hash requestId) {
        return switch (ending) {
            case Waiters.Ending.Ended(var certified) -> certified(certified, requestId);
            case Waiters.Ending.NotExecuted(var why) -> new Answered<>(new CallResponse.NotReplicated(why));
            case Waiters.Ending.Closing _ -> denied(Reason.CLOSING, closingMessage());
        };
    }

    private String closingMessage() {
        return writer.failure()
                .map(Calls::stopMessage)
                .orElse("this node is closing; make the call again when it is back, it will not be executed twice");
    }

    private static String stopMessage(Throwable failure) {
        return switch (failure) {
            case StoreException e
            when e.isDiskFull() ->
                "this node's disk is full: it answers queries, and takes calls again when its operator has freed some"
                        + " space and started it again; nothing acknowledged is lost";
            case OutOfMemoryError _ ->
                "this node has too little memory for what a canister wrote: it answers queries, and takes calls again when"
                        + " its operator has started it with more than "
                        + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MiB (JAVA_TOOL_OPTIONS=-Xmx...); nothing acknowledged is lost";
            default -> "this node stopped taking calls because of an internal error; its operator finds it in the log";
        };
    }

    private static Served<CallResponse> certified(Certified certified, Hash requestId) {
        return new Answered<>(new CallResponse.Certified(certified.certificate(requestId)));
    }

    private static Served<CallResponse> denied(Reason reason, String message) {
        return new Denied<>(new Denial(reason, message));
    }

    private static Response.Rejected rejected(Payload.Reject reject) {
        return new Response.Rejected(reject.code(), reject.message(), Optional.of(reject.errorCode()));
    }

    private void count(Served<CallResponse> served) {
        switch (served) {
            case Denied<CallResponse> _ -> counters.callsDenied.increment();
            case Answered<CallResponse>(CallResponse.NotReplicated _) -> counters.callsNotAdmitted.increment();
            case Answered<CallResponse> _ -> {}
        }
    }
}
