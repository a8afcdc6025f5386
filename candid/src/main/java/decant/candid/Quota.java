package decant.candid;

/// How much work decoding one message may cost before it is given up.
///
/// Every value, type and field read or skipped costs [#VALUE_COST], every byte of a text, blob or number costs 1, and
/// so does every step of a subtype check. A short message can describe billions of values that take no bytes; the cost
/// bounds the time and the memory spent on it.
///
/// @param costMax the greatest total cost
/// @param depthMax how deep values may nest. Each level takes about a kilobyte of the calling thread's stack, in
///     decoding as well as in printing and comparing; the default suits any thread. A thread with a large stack may
///     ask for more, as for lists that a canister sends as nested records.
public record Quota(long costMax, int depthMax) {
    public static final Quota DEFAULT = new Quota(20_000_000, 256);

    static final int VALUE_COST = 4;

    public Quota withCostMax(long max) {
        return new Quota(max, depthMax);
    }

    public Quota withDepthMax(int max) {
        return new Quota(costMax, max);
    }
}
