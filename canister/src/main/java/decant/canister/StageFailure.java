package decant.canister;

import decant.canister.state.Payload;
import java.util.Optional;

/// Why a stage of an installation failed. Lives only between the stage and its [InstallAttempt].
final class StageFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Payload.Reject reject;
    private final transient Optional<Failure> failure;

    /// `failure` tells of code that trapped.
    StageFailure(Payload.Reject reject, Optional<Failure> failure) {
        super(reject.message(), null, false, false);
        this.reject = reject;
        this.failure = failure;
    }

    Payload.Reject reject() {
        return reject;
    }

    Optional<Failure> failure() {
        return failure;
    }
}
