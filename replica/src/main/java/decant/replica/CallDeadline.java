package decant.replica;

import decant.base.Principal;

/// When the caller of a call with best-effort response gives up waiting.
record CallDeadline(long timeNanos, Principal caller, long callbackId) implements Comparable<CallDeadline> {
    @Override
    public int compareTo(CallDeadline other) {
        int order = Long.compareUnsigned(timeNanos, other.timeNanos);
        order = order != 0 ? order : caller.compareTo(other.caller);
        return order != 0 ? order : Long.compare(callbackId, other.callbackId);
    }
}
