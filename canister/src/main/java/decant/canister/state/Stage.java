package decant.canister.state;

import java.util.Locale;

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
    COMMIT;

    /// {@return how reports and error messages name this stage}
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
