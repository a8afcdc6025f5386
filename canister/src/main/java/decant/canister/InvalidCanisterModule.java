package decant.canister;

/// Bytes that are not a module a canister may run; the message says why. Lives only between the checks of a module
/// and whoever asked for them.
final class InvalidCanisterModule extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidCanisterModule(String reason) {
        super(reason, null, false, false);
    }
}
