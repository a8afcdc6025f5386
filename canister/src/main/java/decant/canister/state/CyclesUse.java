package decant.canister.state;

/// What a canister's cycles were consumed for.
public enum CyclesUse {
    MEMORY,
    COMPUTE_ALLOCATION,
    INGRESS_INDUCTION,
    INSTRUCTIONS,
    REQUEST_AND_RESPONSE_TRANSMISSION,
    UNINSTALL,
    CANISTER_CREATION,
    HTTP_OUTCALLS,
    SIGNATURES,
    BURNED_CYCLES
}
