package decant.canister.management;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.ErrorCode;
import decant.canister.state.SubnetState;
import java.util.Optional;

/// Who may do what to a canister. One without controllers obeys nobody.
final class Authority {
    private Authority() {}

    /// {@return whether this is the node's operator, who is what the specification calls an admin of the subnet}
    static boolean isOperator(SubnetState subnet, Principal principal) {
        return subnet.charter().operator().equals(Optional.of(principal));
    }

    static void requireOperator(SubnetState subnet, Principal sender) {
        if (!isOperator(subnet, sender)) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "Only the operator of this node can call this method, and " + sender
                            + " is not the operator: use the key in operator.pem in the node's state directory.");
        }
    }

    /// Of users only the operator makes canisters that nobody gave cycles.
    static void requireCreator(SubnetState subnet, Principal sender) {
        if (!isOperator(subnet, sender)) {
            throw Refusal.onlyCanistersMayCall(Method.CREATE_CANISTER);
        }
    }

    static void requireController(CanisterState canister, Principal sender) {
        if (!canister.settings().isController(sender)) {
            throw Refusal.notController(canister, sender);
        }
    }

    /// A canister may fill its own chunk store.
    static void requireControllerOrSelf(CanisterState canister, Principal sender) {
        if (!sender.equals(canister.id())) {
            requireController(canister, sender);
        }
    }

    /// A canister may always see its own status.
    static void requireStatusViewer(CanisterState canister, Principal sender) {
        var settings = canister.settings();
        if (!sender.equals(canister.id())
                && !settings.statusVisibility().shows(sender, settings.isController(sender))) {
            throw Refusal.notController(canister, sender);
        }
    }

    static void requireSnapshotViewer(CanisterState canister, Principal sender) {
        var settings = canister.settings();
        if (!settings.snapshotVisibility().shows(sender, settings.isController(sender))) {
            throw Refusal.notController(canister, sender);
        }
    }

    static void requireLogViewer(CanisterState canister, Principal sender) {
        var settings = canister.settings();
        if (!settings.logVisibility().shows(sender, settings.isController(sender))) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "Caller " + sender + " is not allowed to access canister logs");
        }
    }

    /// Who may send this method in an ingress message at all. What the method then does is decided in its turn.
    static void requireMaySend(Method method, CanisterState canister, Principal sender) {
        switch (method) {
            case UPDATE_SETTINGS,
                    INSTALL_CODE,
                    INSTALL_CHUNKED_CODE,
                    UNINSTALL_CODE,
                    START_CANISTER,
                    STOP_CANISTER,
                    DELETE_CANISTER,
                    UPLOAD_CHUNK,
                    CLEAR_CHUNK_STORE,
                    STORED_CHUNKS,
                    TAKE_CANISTER_SNAPSHOT,
                    LOAD_CANISTER_SNAPSHOT,
                    DELETE_CANISTER_SNAPSHOT,
                    UPLOAD_CANISTER_SNAPSHOT_METADATA,
                    UPLOAD_CANISTER_SNAPSHOT_DATA,
                    DECANT_NAME_CANISTER,
                    DECANT_HISTORY,
                    DECANT_UNDO,
                    DECANT_PIN_RESTORE_POINT -> {
                if (!canister.settings().isController(sender)) {
                    throw new Refusal(
                            ErrorCode.CANISTER_INVALID_CONTROLLER,
                            "Only controllers of canister " + canister.id() + " can call ic00 method "
                                    + method.methodName());
                }
            }
            case CANISTER_STATUS -> requireStatusViewer(canister, sender);
            case CANISTER_METRICS -> requireController(canister, sender);
            case LIST_CANISTER_SNAPSHOTS, READ_CANISTER_SNAPSHOT_METADATA, READ_CANISTER_SNAPSHOT_DATA ->
                requireSnapshotViewer(canister, sender);
            case DECANT_SET_UPGRADE_POLICY -> throw Refusal.notOperator(sender);
            case PROVISIONAL_TOP_UP_CANISTER -> {}
            case CREATE_CANISTER,
                    PROVISIONAL_CREATE_CANISTER_WITH_CYCLES,
                    DEPOSIT_CYCLES,
                    CANISTER_INFO,
                    CANISTER_METADATA,
                    FETCH_CANISTER_LOGS,
                    RAW_RAND,
                    SUBNET_INFO,
                    NODE_METRICS_HISTORY,
                    ECDSA_PUBLIC_KEY,
                    SIGN_WITH_ECDSA,
                    SCHNORR_PUBLIC_KEY,
                    SIGN_WITH_SCHNORR,
                    VETKD_PUBLIC_KEY,
                    VETKD_DERIVE_KEY,
                    HTTP_REQUEST,
                    LIST_CANISTERS,
                    DECANT_LIST_CANISTERS,
                    DECANT_NEXT_SNAPSHOT_DATA,
                    DECANT_REHEARSE,
                    DECANT_CHECKUPS ->
                throw new AssertionError("BUG: no user sends " + method.methodName() + " about a canister");
        }
    }
}
