package decant.canister.management;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A method of the management canister and who may call it in which way.
enum Method {
    /// Also for the node's operator, but for no other user.
    CREATE_CANISTER(Access.UPDATE),
    PROVISIONAL_CREATE_CANISTER_WITH_CYCLES(Access.UPDATE),
    PROVISIONAL_TOP_UP_CANISTER(Access.UPDATE),
    DEPOSIT_CYCLES(Access.CANISTERS_ONLY),
    UPDATE_SETTINGS(Access.UPDATE),
    INSTALL_CODE(Access.UPDATE),
    UPLOAD_CHUNK(Access.UPDATE),
    CLEAR_CHUNK_STORE(Access.UPDATE),
    STORED_CHUNKS(Access.UPDATE),
    INSTALL_CHUNKED_CODE(Access.UPDATE),
    UNINSTALL_CODE(Access.UPDATE),
    START_CANISTER(Access.UPDATE),
    STOP_CANISTER(Access.UPDATE),
    DELETE_CANISTER(Access.UPDATE),
    CANISTER_STATUS(Access.ANY_WAY),
    CANISTER_METRICS(Access.ANY_WAY),
    CANISTER_METADATA(Access.CANISTERS_ONLY),
    CANISTER_INFO(Access.CANISTERS_ONLY),
    FETCH_CANISTER_LOGS(Access.QUERY_ONLY),
    TAKE_CANISTER_SNAPSHOT(Access.UPDATE),
    LOAD_CANISTER_SNAPSHOT(Access.UPDATE),
    LIST_CANISTER_SNAPSHOTS(Access.UPDATE),
    DELETE_CANISTER_SNAPSHOT(Access.UPDATE),
    READ_CANISTER_SNAPSHOT_METADATA(Access.UPDATE),
    READ_CANISTER_SNAPSHOT_DATA(Access.UPDATE),
    UPLOAD_CANISTER_SNAPSHOT_METADATA(Access.UPDATE),
    UPLOAD_CANISTER_SNAPSHOT_DATA(Access.UPDATE),
    RAW_RAND(Access.CANISTERS_ONLY),
    SUBNET_INFO(Access.CANISTERS_ONLY),
    NODE_METRICS_HISTORY(Access.CANISTERS_ONLY),
    ECDSA_PUBLIC_KEY(Access.CANISTERS_ONLY),
    SIGN_WITH_ECDSA(Access.CANISTERS_ONLY),
    SCHNORR_PUBLIC_KEY(Access.CANISTERS_ONLY),
    SIGN_WITH_SCHNORR(Access.CANISTERS_ONLY),
    VETKD_PUBLIC_KEY(Access.CANISTERS_ONLY),
    VETKD_DERIVE_KEY(Access.CANISTERS_ONLY),
    HTTP_REQUEST(Access.CANISTERS_ONLY),
    LIST_CANISTERS(Access.QUERY_ONLY),
    DECANT_NAME_CANISTER(Access.UPDATE),
    DECANT_LIST_CANISTERS(Access.QUERY_ONLY),
    DECANT_HISTORY(Access.ANY_WAY),
    DECANT_UNDO(Access.UPDATE),
    DECANT_PIN_RESTORE_POINT(Access.UPDATE),
    DECANT_SET_UPGRADE_POLICY(Access.UPDATE),
    DECANT_NEXT_SNAPSHOT_DATA(Access.QUERY_ONLY),
    DECANT_REHEARSE(Access.QUERY_ONLY),
    DECANT_CHECKUPS(Access.QUERY_ONLY);

    /// How a method is called: by an ingress message, by a canister's message, or by a query.
    enum Way {
        USER,
        CANISTER,
        QUERY
    }

    /// In which ways a method may be called.
    private enum Access {
        CANISTERS_ONLY,
        UPDATE,
        QUERY_ONLY,
        ANY_WAY;

        boolean includes(Way way) {
            return switch (this) {
                case CANISTERS_ONLY -> way == Way.CANISTER;
                case UPDATE -> way != Way.QUERY;
                case QUERY_ONLY -> way == Way.QUERY;
                case ANY_WAY -> true;
            };
        }
    }

    private static final Set<Method> FOR_OPERATORS = EnumSet.of(
            CANISTER_STATUS,
            CANISTER_METRICS,
            START_CANISTER,
            STOP_CANISTER,
            UNINSTALL_CODE,
            DELETE_CANISTER,
            DECANT_HISTORY,
            DECANT_SET_UPGRADE_POLICY);

    private final Access access;

    Method(Access access) {
        this.access = access;
    }

    static Optional<Method> ofName(String name) {
        return Arrays.stream(values())
                .filter(method -> method.methodName().equals(name))
                .findFirst();
    }

    /// {@return the name it is called by}
    String methodName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// {@return whether it may be about a canister that is deleted}
    boolean reachesDeletedCanisters() {
        return this == DECANT_HISTORY || this == DECANT_UNDO || this == DECANT_PIN_RESTORE_POINT;
    }

    /// {@return whether the node's operator may send it about any canister}
    boolean isForOperators() {
        return FOR_OPERATORS.contains(this);
    }

    /// {@return whether it is about the subnet, and about none of its canisters that could be addressed instead}
    boolean isAboutSubnet() {
        return this == CREATE_CANISTER || this == PROVISIONAL_CREATE_CANISTER_WITH_CYCLES || this == LIST_CANISTERS;
    }

    /// {@return whether users' calls of it cost no canister anything: those that the network does not have}
    boolean isFreeForUsers() {
        return this == PROVISIONAL_TOP_UP_CANISTER || name().startsWith("DECANT_");
    }

    boolean allows(Way way) {
        return access.includes(way);
    }
}
