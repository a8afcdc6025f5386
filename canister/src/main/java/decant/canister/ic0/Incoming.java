package decant.canister.ic0;

import decant.base.Principal;
import decant.canister.state.CallContext;
import decant.canister.state.CallOrigin;
import decant.canister.state.Cycles;
import decant.canister.state.Payload;
import decant.canister.state.SenderInfo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a run of guest code was given by whoever caused it.
///
/// Some of it exists in some contexts only: a method name while a message is inspected, a refund in callbacks, a
/// certificate in queries. `answerable` says whether there is a call that this run may reply to.
public record Incoming(
        Principal caller,
        @Nullable SenderInfo senderInfo,
        String method,
        byte[] argument,
        Payload.@Nullable Reject reject,
        long deadlineNanos,
        Cycles available,
        Cycles refunded,
        boolean answerable,
        long instructionsUsedBefore,
        byte @Nullable [] dataCertificate) {
    private static final byte[] NOTHING = {};

    /// {@return what an installation or a system task gives}
    public static Incoming of(Principal caller, byte[] argument) {
        return new Incoming(caller, null, "", argument, null, 0, Cycles.ZERO, Cycles.ZERO, false, 0, null);
    }

    /// {@return what a call of `method` gives, to be answered}
    public static Incoming call(CallOrigin origin, String method, byte[] argument, Cycles cycles) {
        return new Incoming(
                origin.caller(),
                senderInfoOf(origin),
                method,
                argument,
                null,
                deadlineOf(origin),
                cycles,
                Cycles.ZERO,
                true,
                0,
                null);
    }

    /// {@return what a user's query gives}
    public static Incoming query(
            Principal sender, Optional<SenderInfo> info, String method, byte[] argument, Optional<byte[]> certificate) {
        return new Incoming(
                sender,
                info.orElse(null),
                method,
                argument,
                null,
                0,
                Cycles.ZERO,
                Cycles.ZERO,
                true,
                0,
                certificate.orElse(null));
    }

    /// {@return what the answer to a call made in `context` gives}
    public static Incoming answer(CallContext context, Payload payload, Cycles refund) {
        return new Incoming(
                context.origin().caller(),
                senderInfoOf(context.origin()),
                "",
                argumentOf(payload),
                rejectOf(payload),
                deadlineOf(context.origin()),
                context.available(),
                refund,
                context.awaitsAnswer(),
                context.instructionsUsed(),
                null);
    }

    /// {@return what the answer to a call made while this composite query is worked on gives}
    ///
    /// @param instructions what the query has used so far, but for the calls
    public Incoming callback(Payload payload, long instructions) {
        return new Incoming(
                caller,
                senderInfo,
                "",
                argumentOf(payload),
                rejectOf(payload),
                0,
                Cycles.ZERO,
                Cycles.ZERO,
                true,
                instructions,
                null);
    }

    /// {@return the same for an execution that follows one of so many instructions in the same call}
    public Incoming behind(long instructions) {
        return new Incoming(
                caller,
                senderInfo,
                method,
                argument,
                reject,
                deadlineNanos,
                available,
                refunded,
                answerable,
                instructionsUsedBefore + instructions,
                dataCertificate);
    }

    private static byte[] argumentOf(Payload payload) {
        return payload instanceof Payload.Reply(var data) ? data : NOTHING;
    }

    private static Payload.@Nullable Reject rejectOf(Payload payload) {
        return payload instanceof Payload.Reject reject ? reject : null;
    }

    private static @Nullable SenderInfo senderInfoOf(CallOrigin origin) {
        return origin instanceof CallOrigin.FromUser user ? user.senderInfo().orElse(null) : null;
    }

    private static long deadlineOf(CallOrigin origin) {
        return origin instanceof CallOrigin.FromCanister canister ? canister.deadlineNanos() : 0;
    }
}
