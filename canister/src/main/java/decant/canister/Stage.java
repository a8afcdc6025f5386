package decant.canister;

/// The stages of putting code into a canister, in their order. After `COMMIT` has begun, success is certain.
public enum Stage {
    AUTHORISE,
    CHECK,
    PRE_UPGRADE,
    SWAP,
    START,
    INIT,
    POST_UPGRADE,
    FINALIZE,
    COMMIT
}
