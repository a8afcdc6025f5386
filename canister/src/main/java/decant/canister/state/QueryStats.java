package decant.canister.state;

/// How much a canister was queried so far.
public record QueryStats(long calls, long instructions, long requestBytes, long responseBytes) {
    public static final QueryStats NONE = new QueryStats(0, 0, 0, 0);

    public QueryStats plus(QueryStats other) {
        return new QueryStats(
                calls + other.calls,
                instructions + other.instructions,
                requestBytes + other.requestBytes,
                responseBytes + other.responseBytes);
    }

    public QueryStats minus(QueryStats other) {
        return new QueryStats(
                calls - other.calls,
                instructions - other.instructions,
                requestBytes - other.requestBytes,
                responseBytes - other.responseBytes);
    }

    public QueryStats plusInstructions(long more) {
        return new QueryStats(calls, instructions + more, requestBytes, responseBytes);
    }
}
