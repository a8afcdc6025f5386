package decant.canister.state;

import decant.base.Principal;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A canister that every node has from the start, under the id that it has on the Internet Computer.
public enum SystemId {
    REGISTRY("rwlgt-iiaaa-aaaaa-aaaaa-cai"),
    ICP_LEDGER("ryjl3-tyaaa-aaaaa-aaaba-cai"),
    CYCLES_MINTING("rkp4c-7iaaa-aaaaa-aaaca-cai"),
    CYCLES_LEDGER("um5iw-rqaaa-aaaaq-qaaba-cai");

    private static final Map<Principal, SystemId> BY_PRINCIPAL =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(SystemId::principal, Function.identity()));

    private final String text;

    SystemId(String text) {
        this.text = text;
    }

    /// {@return the system canister with this id, if it is one}
    public static Optional<SystemId> of(Principal principal) {
        return Optional.ofNullable(BY_PRINCIPAL.get(principal));
    }

    public Principal principal() {
        return Principal.parse(text);
    }
}
