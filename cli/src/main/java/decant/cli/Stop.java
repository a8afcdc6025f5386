package decant.cli;

import decant.base.Principal;
import decant.candid.Value;
import java.util.Optional;
import java.util.function.Supplier;

/// A pause of a canister while its code is replaced, so that no answer to an open call arrives in code that did not
/// make the call. A canister that does not run is left as it is.
final class Stop {
    private final ManagementCanister management;
    private final Principal canister;
    private final boolean needed;

    /// @param status the canister's status, unless it is deleted
    Stop(ManagementCanister management, Principal canister, Optional<Value> status) {
        this.management = management;
        this.canister = canister;
        this.needed = status.filter(found -> found.field("status").is("running")
                        && found.optionalField("module_hash").isPresent())
                .isPresent();
    }

    /// {@return whether the canister has to be stopped for the work}
    boolean isNeeded() {
        return needed;
    }

    /// Does the work while the canister is stopped, and starts it again whatever came of the work.
    <T> T during(Supplier<T> work) {
        if (!needed) {
            return work.get();
        }
        management.stop(canister);
        try {
            return work.get();
        } finally {
            management.start(canister);
        }
    }
}
