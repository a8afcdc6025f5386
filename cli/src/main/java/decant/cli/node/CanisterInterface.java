package decant.cli.node;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.cli.terminal.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What is known of the methods of a canister: its Candid interface, if its module brings one.
public record CanisterInterface(Optional<Did> did) {

    public static CanisterInterface of(NodeClient node, Principal canister) {
        if (canister.equals(Principal.MANAGEMENT_CANISTER)) {
            return new CanisterInterface(Optional.of(ManagementCanister.candidInterface()));
        }
        return new CanisterInterface(node.metadata(canister, "candid:service").flatMap(CanisterInterface::parsed));
    }

    /// {@return that of a canister of which nothing is known}
    public static CanisterInterface unknown() {
        return new CanisterInterface(Optional.empty());
    }

    /// An interface that cannot be read is as good as none: arguments are then taken as they are written.
    private static Optional<Did> parsed(byte[] source) {
        try {
            return Optional.of(Did.parse(new String(source, StandardCharsets.UTF_8)));
        } catch (CandidException _) {
            return Optional.empty();
        }
    }

    /// {@return the method's type, if the interface is known}
    ///
    /// @throws CommandFailure if the interface is known and has no such method
    public Optional<Type.Func> method(String name) {
        return did.map(known -> known.method(name)
                .orElseThrow(() -> new CommandFailure("The canister has no method \"" + name + "\". It has: "
                        + String.join(", ", known.service().methods().keySet()) + ".")));
    }

    /// {@return the arguments of a call as a message}
    public static byte[] encode(String method, Optional<Type.Func> type, String arguments) {
        return encodeArguments("The method " + method, type.map(Type.Func::argumentTypes), arguments);
    }

    /// {@return arguments as a message, at these types or, where they are not known, as they are written}
    public static byte[] encodeArguments(String taker, Optional<List<Type>> types, String arguments) {
        try {
            return types.map(known -> Candid.encode(Candid.parse(arguments, known), known))
                    .orElseGet(() -> Candid.encode(Candid.parse(arguments)));
        } catch (CandidException e) {
            var expected = types.map(known -> "\n" + taker + " takes " + shown(known) + ".")
                    .orElse("");
            throw new CommandFailure(
                    "The argument " + arguments + " does not fit: " + e.getMessage() + "." + expected, e);
        }
    }

    public static String shown(List<Type> types) {
        return types.stream().map(Type::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    /// {@return the values in a reply, with field names where the interface tells them}
    public static List<Value> decode(Optional<Type.Func> type, byte[] reply) {
        return type.map(known -> Candid.decode(reply, known.resultTypes(), Quota.DEFAULT))
                .orElseGet(() -> Candid.decode(reply, Quota.DEFAULT));
    }
}
