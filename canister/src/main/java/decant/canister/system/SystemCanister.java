package decant.canister.system;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.SystemId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// A canister written in Java: its id, its interface, and who answers each method of it.
final class SystemCanister {
    private final SystemId id;
    private final String source;
    private final Did interfaces;
    private final Map<String, SystemCall.Handler> handlers;

    /// Makes the canister whose interface is in the file named after its id, such as `cycles_ledger.did`.
    SystemCanister(SystemId id, Map<String, SystemCall.Handler> handlers) {
        this.id = id;
        this.source = source(id.name().toLowerCase(Locale.ROOT) + ".did");
        this.interfaces = Did.parse(source);
        this.handlers = Map.copyOf(handlers);
        var described = interfaces.service().methods().keySet();
        if (!described.equals(handlers.keySet())) {
            throw new AssertionError("BUG: the interface of " + id + " has " + new TreeSet<>(described)
                    + ", handled are " + new TreeSet<>(handlers.keySet()));
        }
    }

    Principal principal() {
        return id.principal();
    }

    /// {@return the interface as text}
    String source() {
        return source;
    }

    Optional<Type.Func> method(String name) {
        return interfaces.method(name);
    }

    SystemCall.Handler handler(String method) {
        var handler = handlers.get(method);
        if (handler == null) {
            throw new AssertionError("BUG: " + id + " does not handle " + method);
        }
        return handler;
    }

    /// {@return the type with this name in the interface}
    Type type(String name) {
        return interfaces.type(name);
    }

    /// {@return the one argument of the method, or `null` where it takes none}
    static Value argument(Type.Func method, byte[] message) {
        try {
            var values = Candid.decode(message, method.argumentTypes(), Quota.DEFAULT);
            return values.isEmpty() ? Value.Null.NULL : values.getFirst();
        } catch (CandidException e) {
            throw new Rejection("the argument cannot be decoded: " + e.getMessage());
        }
    }

    static byte[] reply(Type.Func method, Value value) {
        return Candid.encode(List.of(value), method.resultTypes());
    }

    Payload.Reject rejected(Rejection rejection) {
        return new Payload.Reject(
                ErrorCode.CANISTER_CALLED_TRAP,
                "Error from Canister " + principal() + ": Canister called `ic0.trap` with message: "
                        + rejection.reason());
    }

    Payload.Reject noMethod(String kind, String method) {
        return new Payload.Reject(
                ErrorCode.CANISTER_METHOD_NOT_FOUND,
                "Error from Canister " + principal() + ": Canister has no " + kind + " method '" + method + "'.");
    }

    private static String source(String file) {
        try (var stream = SystemCanister.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new AssertionError("BUG: " + file + " is not beside its class");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
