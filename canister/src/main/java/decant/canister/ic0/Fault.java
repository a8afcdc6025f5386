package decant.canister.ic0;

import decant.canister.state.ErrorCode;
import decant.wasm.HostTrap;

/// Why an import ended the run of the guest: the payload of the `HostTrap` that it throws.
///
/// `text` is what callers are told, `detail` what the canister's log says.
public record Fault(ErrorCode error, String text, String detail) {
    private static final String WRITTEN_TOO_MUCH = "An execution on a copy wrote more than it may";

    /// {@return a trap of the kind that Wasm itself knows, such as "stable memory out of bounds"}
    public static HostTrap trapped(String reason) {
        return trap(new Fault(ErrorCode.CANISTER_TRAPPED, "Canister trapped: " + reason, reason));
    }

    /// {@return a trap for having written more than a copy may}
    public static HostTrap writtenTooMuch(long bytesMax) {
        return trap(ErrorCode.CANISTER_MEMORY_ACCESS_LIMIT_EXCEEDED, writtenTooMuchText(bytesMax));
    }

    public static String writtenTooMuchText(long bytesMax) {
        return WRITTEN_TOO_MUCH + ": " + bytesMax + " bytes";
    }

    /// {@return whether a message of a failure tells of such a trap}
    public static boolean tellsOfTooMuchWritten(String message) {
        return message.contains(WRITTEN_TOO_MUCH);
    }

    /// {@return a trap for having used the System API against its rules}
    static HostTrap violation(String rule) {
        return trap(ErrorCode.CANISTER_CONTRACT_VIOLATION, "Canister violated contract: " + rule);
    }

    /// {@return a trap for a principal of more than 29 bytes}
    static HostTrap invalidPrincipal() {
        return trap(ErrorCode.CANISTER_CONTRACT_VIOLATION, "Canister provided invalid principal id");
    }

    /// {@return the trap that the guest asks for}
    static HostTrap called(String message) {
        return trap(new Fault(
                ErrorCode.CANISTER_CALLED_TRAP, "Canister called `ic0.trap` with message: '" + message + "'", message));
    }

    /// {@return a trap with this error}
    static HostTrap trap(ErrorCode error, String text) {
        return trap(new Fault(error, text, text));
    }

    private static HostTrap trap(Fault fault) {
        return new HostTrap(fault.text, fault);
    }
}
