package decant.canister;

import decant.base.Principal;
import decant.canister.state.Payload;
import decant.canister.state.QueryStats;
import java.util.SortedMap;

/// What a query came to.
///
/// @param stats what is to be counted of it, for each canister that was queried
public record QueryResult(Payload payload, long instructionsUsed, SortedMap<Principal, QueryStats> stats) {}
