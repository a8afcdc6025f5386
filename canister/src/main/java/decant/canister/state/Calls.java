package decant.canister.state;

import decant.base.Principal;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// The calls of one canister that are not finished: contexts of calls it received, callbacks of calls it made.
///
/// Invariants: every callback belongs to a context; a context's `outstandingCalls` is the number of its callbacks; a
/// callee's number in `outstandingByCallee` is the number of callbacks that wait for it; `traffic` is that of all
/// callbacks.
public record Calls(
        PSortedMap<Long, CallContext> contexts,
        PSortedMap<Long, Callback> callbacks,
        PSortedMap<Principal, Integer> outstandingByCallee,
        Traffic traffic,
        long nextContextId,
        long nextCallbackId) {

    /// Calls in flight from one canister to another: as many as a queue between them holds.
    public static final int OUTSTANDING_PER_CALLEE_MAX = 500;

    public static final Calls NONE =
            new Calls(TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), Traffic.NONE, 1, 1);

    /// {@return no calls, of which the next have the ids that they would have had after these}
    Calls ended() {
        return new Calls(
                TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), Traffic.NONE, nextContextId, nextCallbackId);
    }

    /// {@return these calls with one more context, whose id is `nextContextId`}
    public Calls open(CallContext context) {
        return new Calls(
                contexts.plus(nextContextId, context),
                callbacks,
                outstandingByCallee,
                traffic,
                nextContextId + 1,
                nextCallbackId);
    }

    /// {@return these calls with one more outstanding call, whose callback id is `nextCallbackId`}
    public Calls await(Callback callback) {
        var context = context(callback.callContextId());
        return new Calls(
                contexts.plus(callback.callContextId(), context.withOutstandingCalls(context.outstandingCalls() + 1)),
                callbacks.plus(nextCallbackId, callback),
                outstandingByCallee.plus(callback.callee(), outstandingTo(callback.callee()) + 1),
                traffic.plus(callback),
                nextContextId,
                nextCallbackId + 1);
    }

    /// {@return these calls where a request with best-effort response takes up no room any more}
    public Calls released(long callbackId) {
        var callback = callbacks.get(callbackId);
        if (callback == null) {
            throw new AssertionError("BUG: no callback has the id " + callbackId);
        }
        var released = callback.withoutRequest();
        return new Calls(
                contexts,
                callbacks.plus(callbackId, released),
                outstandingByCallee,
                traffic.plus(released).minus(callback),
                nextContextId,
                nextCallbackId);
    }

    /// {@return these calls after the answer to the callback arrived; the context stays, even if it has ended}
    public Calls settle(long callbackId) {
        var callback = callbacks.get(callbackId);
        if (callback == null) {
            throw new AssertionError("BUG: no callback has the id " + callbackId);
        }
        var context = context(callback.callContextId());
        int outstanding = outstandingTo(callback.callee()) - 1;
        return new Calls(
                contexts.plus(callback.callContextId(), context.withOutstandingCalls(context.outstandingCalls() - 1)),
                callbacks.minus(callbackId),
                outstanding == 0
                        ? outstandingByCallee.minus(callback.callee())
                        : outstandingByCallee.plus(callback.callee(), outstanding),
                traffic.minus(callback),
                nextContextId,
                nextCallbackId);
    }

    /// {@return these calls with the context replaced, or removed where nothing is left to happen in it}
    public Calls put(long contextId, CallContext context) {
        boolean ended = !context.awaitsAnswer() && context.outstandingCalls() == 0;
        return new Calls(
                ended ? contexts.minus(contextId) : contexts.plus(contextId, context),
                callbacks,
                outstandingByCallee,
                traffic,
                nextContextId,
                nextCallbackId);
    }

    public Optional<Callback> callback(long callbackId) {
        return Optional.ofNullable(callbacks.get(callbackId));
    }

    /// {@return the open context with this id}
    public CallContext context(long contextId) {
        var context = contexts.get(contextId);
        if (context == null) {
            throw new AssertionError("BUG: no call context has the id " + contextId);
        }
        return context;
    }

    /// {@return how many calls to `callee` wait for their answers}
    public int outstandingTo(Principal callee) {
        return outstandingByCallee.getOrDefault(callee, 0);
    }

    /// {@return whether nothing is open: what a stopping canister waits for}
    public boolean isEmpty() {
        return contexts.isEmpty() && callbacks.isEmpty();
    }
}
