package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.Stage;

/// Is shown what each stage of an installation has made of the canister, while it is not yet certain that it stays.
@FunctionalInterface
public interface StageWatch {
    /// Looks at nothing.
    StageWatch NONE = (_, _) -> {};

    void passed(Stage stage, CanisterState canister);
}
