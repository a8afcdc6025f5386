package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.protocol.Authentication.Verdict.Genuine;
import decant.protocol.Label;
import decant.replica.Denial.Reason;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Who may read which paths of the state tree. Interface specification, "Request: Read state".
///
/// Everybody may read the time, the subnet and its ranges, and of the canister addressed its module hash, controllers
/// and public metadata; its controllers also its private metadata; and a caller the status of the own calls.
final class StateReading {
    private final State state;
    private final Principal reader;
    private final Genuine sender;
    private final Optional<Principal> addressed;

    /// `addressed` is the canister through whose endpoint the request came; nothing for that of the subnet.
    StateReading(State state, Principal reader, Genuine sender, Optional<Principal> addressed) {
        this.state = state;
        this.reader = reader;
        this.sender = sender;
        this.addressed = addressed;
    }

    /// {@return why these paths must not be read, if so}
    Optional<Denial> denial(List<List<byte[]>> paths) {
        var requests = new HashSet<Hash>();
        for (var path : paths) {
            var denial = pathDenial(path);
            if (denial.isPresent()) {
                return denial;
            }
            requestOf(path).ifPresent(requests::add);
        }
        return requests.size() > 1
                ? denied(
                        Reason.MALFORMED,
                        "one read_state request may ask for the status of one call, found " + requests.size())
                : Optional.empty();
    }

    private Optional<Denial> pathDenial(List<byte[]> path) {
        if (path.isEmpty()) {
            return denied(Reason.NOT_FOUND, "the whole state tree cannot be read, only parts of it");
        }
        return switch (Label.text(path.getFirst())) {
            case "time", "api_boundary_nodes" -> Optional.empty();
            case "subnet", "canister_ranges" -> Optional.empty();
            case "canister" -> canisterDenial(path);
            case "request_status" -> requestDenial(path);
            default -> unreadable(path);
        };
    }

    private Optional<Denial> canisterDenial(List<byte[]> path) {
        if (path.size() < 3) {
            return unreadable(path);
        }
        var id = principal(path.get(1));
        if (id.isEmpty() || !id.equals(addressed)) {
            return denied(Reason.MALFORMED, describe(path) + " must be read through the endpoint of that canister");
        }
        return switch (Label.text(path.get(2))) {
            case "module_hash", "controllers", "canister_creation_timestamp", "last_install_timestamp" ->
                path.size() == 3 ? Optional.empty() : unreadable(path);
            case "metadata" -> path.size() == 4 ? metadataDenial(id.get(), Label.text(path.get(3))) : unreadable(path);
            default -> unreadable(path);
        };
    }

    private Optional<Denial> metadataDenial(Principal id, String name) {
        var canister = state.subnet().canister(id);
        boolean isHidden = canister.filter(found -> isPrivate(found, name)).isPresent();
        return isHidden && !canister.get().settings().isController(reader)
                ? denied(
                        Reason.FORBIDDEN,
                        "the metadata section \"" + name + "\" of canister " + id
                                + " is private: only its controllers may read it")
                : Optional.empty();
    }

    private static boolean isPrivate(CanisterState canister, String name) {
        return canister.code()
                .flatMap(code -> code.module().metadata(name))
                .filter(section -> !section.isPublic())
                .isPresent();
    }

    private Optional<Denial> requestDenial(List<byte[]> path) {
        var request = requestOf(path);
        if (request.isEmpty()) {
            return unreadable(path);
        }
        return state.history().entry(request.get()).flatMap(entry -> callDenial(request.get(), entry));
    }

    private Optional<Denial> callDenial(Hash request, IngressHistory.Entry call) {
        if (!call.sender().equals(reader)) {
            return denied(Reason.FORBIDDEN, "the call " + request + " was made by somebody else");
        }
        if (!sender.covers(call.receiver())) {
            return denied(
                    Reason.FORBIDDEN,
                    "the delegations do not cover canister " + call.receiver() + ", which was called");
        }
        boolean isElsewhere = !call.receiver().equals(Principal.MANAGEMENT_CANISTER)
                && addressed
                        .filter(endpoint -> !endpoint.equals(call.receiver()))
                        .isPresent();
        return isElsewhere
                ? denied(
                        Reason.MALFORMED,
                        "the call " + request + " must be read through the endpoint of canister " + call.receiver())
                : Optional.empty();
    }

    private static Optional<Hash> requestOf(List<byte[]> path) {
        boolean isRequest = path.size() >= 2
                && path.size() <= 3
                && Label.text(path.getFirst()).equals("request_status")
                && path.get(1).length == Hash.BYTES;
        return isRequest ? Optional.of(Hash.of(path.get(1))) : Optional.empty();
    }

    private static Optional<Principal> principal(byte[] label) {
        return label.length <= Principal.BYTES_MAX ? Optional.of(Principal.of(label)) : Optional.empty();
    }

    private static Optional<Denial> unreadable(List<byte[]> path) {
        return denied(Reason.NOT_FOUND, describe(path) + " is not a path that can be read");
    }

    private static Optional<Denial> denied(Reason reason, String message) {
        return Optional.of(new Denial(reason, message));
    }

    private static String describe(List<byte[]> path) {
        return "/" + String.join("/", path.stream().map(StateReading::describe).toList());
    }

    private static String describe(byte[] label) {
        boolean printable = label.length <= 64;
        for (byte b : label) {
            printable &= b >= 0x20 && b < 0x7F;
        }
        return printable ? Label.text(label) : "0x" + HexFormat.of().formatHex(label);
    }
}
