package decant.cli.node;

import decant.base.Principal;
import decant.candid.Value;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Surroundings;
import java.util.Optional;
import java.util.function.Supplier;

/// A pause of a canister while its code is replaced, so that no answer to an open call arrives in code that did not
/// make the call. A canister that does not run is left as it is.
///
/// The canister is started again whatever comes of the work, also when the process is told to end meanwhile. Only a
/// process that is killed leaves it stopped; whoever deploys next is told.
public final class Stop {
    private final Surroundings surroundings;
    private final ManagementCanister management;
    private final Principal canister;
    private final boolean needed;

    /// A stop of one canister, if it runs.
    ///
    /// @param status the canister's status, unless it is deleted
    public Stop(Surroundings surroundings, ManagementCanister management, Principal canister, Optional<Value> status) {
        this.surroundings = surroundings;
        this.management = management;
        this.canister = canister;
        this.needed = status.filter(found ->
                        isRunning(found) && found.optionalField("module_hash").isPresent())
                .isPresent();
    }

    private static boolean isRunning(Value status) {
        return status.field("status").is("running");
    }

    /// {@return what there is to know of a canister that takes no calls, if it is one}
    ///
    /// @param status its status from before the work
    public static Optional<String> notice(String label, Value status) {
        return isRunning(status)
                ? Optional.empty()
                : Optional.of(label + " is " + status.field("status").tag()
                        + ", as it was before: it takes no calls. To start it: decant canister start " + label);
    }

    /// {@return whether the canister has to be stopped for the work}
    public boolean isNeeded() {
        return needed;
    }

    /// Does the work while the canister is stopped.
    public <T> T during(Supplier<T> work) {
        if (!needed) {
            return work.get();
        }
        try (var _ = Interruption.met(this::startAfterInterruption)) {
            try {
                management.stop(canister);
                return work.get();
            } finally {
                management.start(canister);
            }
        }
    }

    private void startAfterInterruption() {
        try {
            management.start(canister);
            surroundings.err().println("Interrupted: " + canister + " is started again.");
        } catch (CommandFailure failure) {
            surroundings
                    .err()
                    .println("Interrupted, and " + canister + " could not be started again: " + failure.getMessage()
                            + "\nTo start it: decant canister start " + canister);
        }
    }
}
