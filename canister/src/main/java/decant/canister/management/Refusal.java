package decant.canister.management;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.SystemId;
import java.util.HexFormat;
import java.util.stream.Collectors;

/// Why a call is not carried out. It lives only inside this package: [Management] makes a reject of it.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Payload.Reject reject;

    Refusal(ErrorCode error, String message) {
        this(new Payload.Reject(error, message));
    }

    Refusal(Payload.Reject reject) {
        super(reject.message(), null, false, false);
        this.reject = reject;
    }

    Payload.Reject reject() {
        return reject;
    }

    /// A system canister is there, but nobody controls it.
    static Refusal notFound(Principal canister) {
        return SystemId.of(canister).isPresent()
                ? new Refusal(
                        ErrorCode.CANISTER_INVALID_CONTROLLER,
                        "The canister " + canister + " is part of this node: nobody controls it.")
                : new Refusal(ErrorCode.CANISTER_NOT_FOUND, "Canister " + canister + " not found.");
    }

    static Refusal notController(CanisterState canister, Principal sender) {
        var controllers = canister.settings().controllers().stream()
                .map(Principal::toString)
                .collect(Collectors.joining(" "));
        return new Refusal(
                ErrorCode.CANISTER_INVALID_CONTROLLER,
                "Only the controllers of the canister " + canister.id() + " can control it.\nCanister's controllers: "
                        + controllers + "\nSender's ID: " + sender);
    }

    static Refusal notOperator(Principal sender) {
        return new Refusal(
                ErrorCode.CANISTER_INVALID_CONTROLLER,
                "Only the operator of this node can set an upgrade policy freely, and " + sender
                        + " is not the operator. Controllers tighten it with update_settings; to loosen it, use the key"
                        + " in operator.pem in the node's state directory.");
    }

    static Refusal onlyCanistersMayCall(Method method) {
        return new Refusal(
                ErrorCode.CANISTER_REJECTED_MESSAGE, "Only canisters can call ic00 method " + method.methodName());
    }

    static Refusal noSnapshot(CanisterState canister, byte[] id) {
        return new Refusal(
                ErrorCode.CANISTER_SNAPSHOT_NOT_FOUND,
                "Could not find the snapshot ID " + HexFormat.of().formatHex(id) + " for canister " + canister.id()
                        + ".");
    }

    static Refusal noMethod(String method) {
        return new Refusal(ErrorCode.CANISTER_METHOD_NOT_FOUND, "Management canister has no method '" + method + "'.");
    }

    static Refusal noQueryMethod(String method) {
        return new Refusal(
                ErrorCode.CANISTER_METHOD_NOT_FOUND, "Management canister has no query method '" + method + "'.");
    }

    static Refusal malformed(String why) {
        return new Refusal(ErrorCode.INVALID_MANAGEMENT_PAYLOAD, why);
    }
}
