package decant.canister.management;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The Candid interface of the management canister, `management.did` beside this class: arguments in, replies out.
final class Interface {
    private static final Did DID = Did.parse(source());

    private static final Type SUBJECT = Type.parse("record { canister_id : opt principal }");
    private static final Type INSTALLATION_SUBJECT = Type.parse("record { target_canister : opt principal }");

    private Interface() {}

    /// {@return the one argument of the method; an empty record where it takes none}
    static Value argument(Method method, byte[] message) {
        try {
            var values = Candid.decode(message, type(method).argumentTypes(), Quota.DEFAULT);
            return values.isEmpty() ? Value.record() : values.getFirst();
        } catch (CandidException e) {
            throw Refusal.malformed("Error decoding candid: " + e.getMessage());
        }
    }

    /// {@return the message that carries this argument of the method}
    static byte[] message(Method method, Value argument) {
        return Candid.encode(List.of(argument), type(method).argumentTypes());
    }

    /// {@return the reply of the method with this value, or with none}
    static byte[] reply(Method method, Optional<Value> value) {
        return Candid.encode(value.stream().toList(), type(method).resultTypes());
    }

    /// {@return the types of what the method replies}
    static List<Type> resultTypes(Method method) {
        return type(method).resultTypes();
    }

    /// {@return the canister that the method's argument is about, if it names one}
    static Optional<Principal> subject(Method method, byte[] message) {
        try {
            return method == Method.INSTALL_CHUNKED_CODE
                    ? named("target_canister", message, INSTALLATION_SUBJECT)
                    : named("canister_id", message, SUBJECT);
        } catch (CandidException e) {
            return Optional.empty();
        }
    }

    private static Optional<Principal> named(String field, byte[] message, Type type) {
        return Candid.decode(message, type, Quota.DEFAULT).optionalField(field).map(Value::toPrincipal);
    }

    /// {@return the names of all methods}
    static Set<String> methods() {
        return DID.service().methods().keySet();
    }

    private static Type.Func type(Method method) {
        return DID.method(method.methodName())
                .orElseThrow(() -> new AssertionError("BUG: the interface lacks " + method.methodName()));
    }

    private static String source() {
        try (var stream = Interface.class.getResourceAsStream("management.did")) {
            if (stream == null) {
                throw new AssertionError("BUG: management.did is not beside its class");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("management.did cannot be read", e);
        }
    }
}
