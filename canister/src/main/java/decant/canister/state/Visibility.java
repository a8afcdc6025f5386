package decant.canister.state;

import decant.base.Principal;
import org.pcollections.PVector;

/// Who, besides the controllers, may see something of a canister.
public sealed interface Visibility {
    record Controllers() implements Visibility {}

    record Public() implements Visibility {}

    record AllowedViewers(PVector<Principal> viewers) implements Visibility {}

    /// {@return whether `viewer`, who is a controller or not, may see it}
    default boolean shows(Principal viewer, boolean isController) {
        return isController
                || switch (this) {
                    case Controllers _ -> false;
                    case Public _ -> true;
                    case AllowedViewers(var viewers) -> viewers.contains(viewer);
                };
    }
}
