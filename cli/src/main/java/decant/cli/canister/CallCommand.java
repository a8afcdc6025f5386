package decant.cli.canister;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.CanisterInterface;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeClient;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.HexBytes;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import decant.protocol.Response;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Calls one method of one canister and prints the reply.
@Command(
        name = "call",
        description = "Call a method of a canister and print the certified reply.",
        footer = {
            "",
            "Examples:",
            "  decant call counter inc",
            "  decant call counter add '(5)'",
            "  decant call counter get --query",
            "  decant call ledger transfer '(principal \"2vxsx-fae\", 10)' --json",
            "  decant call counter get --hex 4449444c0000"
        })
public final class CallCommand implements Callable<Integer> {
    private static final String CANISTER_STOPPED = "IC0508";

    private final Surroundings surroundings;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    @Parameters(index = "1", paramLabel = "METHOD", description = "The method's name.")
    private String method = "";

    @Parameters(
            index = "2",
            paramLabel = "ARGUMENT",
            arity = "0..1",
            description = "The arguments as Candid text, such as '(5, \"x\")'; () if left out.")
    private Optional<String> argument = Optional.empty();

    @Option(
            names = "--query",
            description = "Run it as a query: quicker, leaves no trace, and signed by the node alone.")
    private boolean query;

    @Option(
            names = "--hex",
            paramLabel = "BYTES",
            converter = HexBytes.Converter.class,
            description = "The argument as raw bytes in hexadecimal; the reply is printed likewise.")
    private Optional<HexBytes> hex = Optional.empty();

    public CallCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (hex.isPresent() && argument.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "Give the argument either as Candid text or with --hex, not both");
        }
        try (var node = nodeOptions.connect(surroundings)) {
            var target = new CanisterDirectory(new ManagementCanister(node)).canister(canister);
            if (hex.isPresent()) {
                byte[] message = hex.get().bytes();
                printBytes(reply(node, effectiveCanister(target, message), target, message));
            } else {
                callTyped(node, target);
            }
        }
        return 0;
    }

    private void callTyped(NodeClient node, Principal target) {
        var type = CanisterInterface.of(node, target).method(method);
        byte[] message = CanisterInterface.encode(method, type, argument.orElse("()"));
        byte[] reply = reply(node, effectiveCanister(target, message), target, message);
        try {
            print(CanisterInterface.decode(type, reply), reply);
        } catch (CandidException e) {
            // Whatever is wrong with the reply, the call was made.
            if (type.isPresent()) {
                throw new CommandFailure(
                        "The call of " + method + " was answered, but not as the interface says: " + e.getMessage()
                                + ". The reply's bytes are " + digits(reply) + ".",
                        e);
            }
            printBytes(reply);
        }
    }

    private void print(List<Value> values, byte[] reply) {
        var text = Candid.print(values);
        output.print(
                surroundings,
                text,
                Json.fields()
                        .with("response_candid", Json.text(text))
                        .with("response_bytes", Json.text(digits(reply)))
                        .with(
                                "response",
                                Json.array(values.stream().map(CandidJson::of).toList())));
    }

    private void printBytes(byte[] reply) {
        output.print(surroundings, digits(reply), Json.fields().with("response_bytes", Json.text(digits(reply))));
    }

    private static String digits(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private byte[] reply(NodeClient node, Principal effectiveCanister, Principal target, byte[] message) {
        var response = query
                ? node.query(effectiveCanister, target, method, message)
                : node.call(effectiveCanister, target, method, message);
        return switch (response) {
            case Response.Replied(var reply) -> reply;
            case Response.Rejected rejection ->
                throw CommandFailure.rejected("The call of " + method, rejection, remedy(rejection));
        };
    }

    private String remedy(Response.Rejected rejection) {
        return rejection.errorCode().equals(Optional.of(CANISTER_STOPPED))
                ? ". To start it: decant canister start " + canister
                : "";
    }

    /// Calls of the management canister travel by way of the canister that they are about.
    private Principal effectiveCanister(Principal target, byte[] message) {
        return target.equals(Principal.MANAGEMENT_CANISTER)
                ? ManagementCanister.subject(method, message).orElse(target)
                : target;
    }
}
