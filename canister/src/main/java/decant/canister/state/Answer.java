package decant.canister.state;

/// The answer of a call on its way to `to`, with the cycles nobody accepted.
public record Answer(CallOrigin to, Payload payload, Cycles refund) {}
