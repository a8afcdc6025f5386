package decant.canister.ic0;

import decant.base.Principal;
import decant.canister.state.Calls;
import decant.canister.state.Closure;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Prepaid;
import decant.canister.state.Traffic;
import java.nio.charset.StandardCharsets;

/// `ic0.call_*`: calls of other canisters, put together piece by piece and sent when the run has ended well.
final class CallCalls {
    static final long METHOD_BYTES_MAX = 20_000;
    static final long PAYLOAD_BYTES_MAX = 10L << 20;
    static final long TIMEOUT_SECONDS_MAX = 300;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int PERFORMED = 0;
    private static final int NOT_PERFORMED = 2;

    private CallCalls() {}

    static long create(Invocation run, long[] arguments) {
        drop(run);
        var callee = run.readPrincipal(arguments[0], arguments[1]);
        long methodBytes = arguments[3];
        if (methodBytes < 0 || methodBytes > METHOD_BYTES_MAX) {
            throw run.violation("a method name of " + Long.toUnsignedString(methodBytes)
                    + " bytes exceeds the limit of " + METHOD_BYTES_MAX);
        }
        var method = new String(run.read(arguments[2], methodBytes), StandardCharsets.UTF_8);
        run.pendingCall = new PendingCall(
                callee, method, new Closure(arguments[4], arguments[5]), new Closure(arguments[6], arguments[7]));
        return 0;
    }

    static long onCleanup(Invocation run, long[] arguments) {
        var call = pending(run);
        if (call.hasCleanup()) {
            throw Fault.violation(
                    "ic0_call_on_cleanup can be called at most once between ic0_call_new and" + " ic0_call_perform");
        }
        call.onCleanup(new Closure(arguments[0], arguments[1]));
        return 0;
    }

    static long dataAppend(Invocation run, long[] arguments) {
        var call = pending(run);
        long size = arguments[1];
        long before = call.methodBytes() + call.payloadBytes();
        if (size < 0 || size > PAYLOAD_BYTES_MAX - before) {
            throw run.violation("request to " + call.callee() + " of " + Long.toUnsignedString(size)
                    + " more bytes exceeds the limit of " + PAYLOAD_BYTES_MAX);
        }
        call.append(run.read(arguments[0], size));
        return 0;
    }

    static long withBestEffortResponse(Invocation run, long[] arguments) {
        var call = pending(run);
        if (call.hasDeadline()) {
            throw run.violation("can be called at most once between ic0_call_new and ic0_call_perform");
        }
        long seconds = run.surroundings.timeNanos() / NANOS_PER_SECOND + Math.min(arguments[0], TIMEOUT_SECONDS_MAX);
        call.deadline(seconds * NANOS_PER_SECOND);
        return 0;
    }

    static void addCycles(Invocation run, Cycles amount) {
        var call = pending(run);
        var missing = amount.minusAtMost(run.liquid());
        if (!missing.isZero()) {
            throw Fault.trap(
                    ErrorCode.CANISTER_OUT_OF_CYCLES,
                    "Canister " + run.canister.id() + " is out of cycles: please top up the canister with at least "
                            + missing + " additional cycles");
        }
        run.cycles = run.cycles.minus(amount);
        call.addCycles(amount);
    }

    static long perform(Invocation run, long[] arguments) {
        var call = pending(run);
        if (inFlightTo(run, call.callee()) >= Calls.OUTSTANDING_PER_CALLEE_MAX || !hasRoom(run, call)) {
            drop(run);
            return NOT_PERFORMED;
        }
        return run.context.isReplicated() ? performPaid(run, call) : performFree(run, call);
    }

    private static long performFree(Invocation run, PendingCall call) {
        send(run, call, Cycles.ZERO, Prepaid.NOTHING);
        return PERFORMED;
    }

    private static long performPaid(Invocation run, PendingCall call) {
        var price = run.surroundings.tariff().prices().request(bytes(call));
        var prepaid = prepaid(run);
        var all = price.plus(prepaid.total());
        // Whoever cannot keep the room for the answer is refused like whoever cannot pay for the call.
        if (all.compareTo(run.liquid(run.traffic.plus(!call.hasDeadline(), bytes(call)))) > 0) {
            drop(run);
            return NOT_PERFORMED;
        }
        run.cycles = run.cycles.minus(all);
        send(run, call, price, prepaid);
        return PERFORMED;
    }

    /// {@return what is paid in advance with each call: the longest callback and the largest answer}
    static Prepaid prepaid(Invocation run) {
        var prices = run.surroundings.tariff().prices();
        return new Prepaid(
                prices.execution(run.surroundings.callbackInstructionsMax(), run.has64BitAddresses()),
                prices.answerMax());
    }

    private static long bytes(PendingCall call) {
        return call.methodBytes() + call.payloadBytes();
    }

    /// {@return whether the subnet can hold this call, too}
    private static boolean hasRoom(Invocation run, PendingCall call) {
        var performed = run.traffic.plus(!call.hasDeadline(), bytes(call));
        var own = run.canister.calls().traffic().plus(performed);
        var all = run.surroundings.traffic().plus(performed);
        return all.fits()
                && performed.bestEffortBytes() <= Traffic.BEST_EFFORT_BYTES_MAX
                && (all.calls() <= Traffic.CALLS_MAX || own.calls() <= Traffic.GUARANTEED_CALLS_OF_A_CANISTER);
    }

    private static void send(Invocation run, PendingCall call, Cycles price, Prepaid prepaid) {
        run.pendingCall = null;
        run.traffic = run.traffic.plus(!call.hasDeadline(), bytes(call));
        run.calls.add(call.performed(price, prepaid));
    }

    /// Forgets the call under construction; its cycles return.
    private static void drop(Invocation run) {
        if (run.pendingCall != null) {
            run.cycles = run.cycles.plus(run.pendingCall.cycles());
            run.pendingCall = null;
        }
    }

    private static long inFlightTo(Invocation run, Principal callee) {
        return run.canister.calls().outstandingTo(callee)
                + run.calls.stream()
                        .filter(call -> call.callee().equals(callee))
                        .count();
    }

    private static PendingCall pending(Invocation run) {
        if (run.pendingCall == null) {
            throw run.violation("no call is under construction");
        }
        return run.pendingCall;
    }
}
