package decant.canister;

import decant.canister.state.Payload;

/// What a query came to.
public record QueryResult(Payload payload, long instructionsUsed) {}
