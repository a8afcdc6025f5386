package decant.canister.system;

/// Why a system canister rejects a call: what would make another canister trap. It lives only inside this package.
final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1;

    Rejection(String message) {
        super(message, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
