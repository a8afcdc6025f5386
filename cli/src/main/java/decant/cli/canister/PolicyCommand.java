package decant.cli.canister;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.UpgradePolicy;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.IdentityFile;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Consent;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import decant.protocol.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/// Shows or changes what must be known of new code before a canister takes it.
@Command(
        name = "policy",
        description = "Show what a canister demands of new code, or change it.",
        footer = {
            "",
            "Policies, each tighter than the one before:",
            "  open       anything goes that goes on the Internet Computer",
            "  checked    code that breaks the interface or loses stable variables is refused",
            "  rehearsed  as checked, and the upgrade must do well on a copy of the canister first",
            "  immutable  nobody can change the code; asks first",
            "",
            "A controller can only tighten. To loosen is an act of the node's operator, whose key is in the folder of the"
                    + " node's state, and the canister's history tells of it.",
            "",
            "Examples:",
            "  decant policy vault",
            "  decant policy vault rehearsed",
            "  decant policy vault open --state /var/lib/decant"
        })
public final class PolicyCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    @Parameters(
            index = "1",
            paramLabel = "POLICY",
            arity = "0..1",
            converter = Converter.class,
            description = "One of: ${COMPLETION-CANDIDATES}; shown if left out.")
    private Optional<UpgradePolicy> wanted = Optional.empty();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "The folder of the node's state, to loosen a policy as the operator; else .decant")
    private Path state = Path.of(".decant");

    @Option(names = "--yes", description = "Do not ask before a canister becomes immutable.")
    private boolean yes;

    public PolicyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var id = new CanisterDirectory(management).canister(canister);
            var before = policy(management.status(id));
            wanted.filter(policy -> policy != before).ifPresent(policy -> change(management, id, before, policy));
            print(id, before, wanted.orElse(before));
        }
        return 0;
    }

    private static UpgradePolicy policy(Value status) {
        return status.field("settings")
                .find("upgrade_policy")
                .map(policy -> named(policy.tag()).orElseThrow())
                .orElse(UpgradePolicy.OPEN);
    }

    private void change(ManagementCanister management, Principal id, UpgradePolicy before, UpgradePolicy policy) {
        if (before.isTighterThan(policy)) {
            loosen(id, before, policy);
            return;
        }
        if (policy == UpgradePolicy.IMMUTABLE) {
            Consent.require(
                    surroundings,
                    yes,
                    "Nobody will be able to upgrade " + canister + ", to undo, or to take its code away; only the"
                            + " node's operator can lift that.");
        }
        management.tighten(id, policy);
    }

    private void loosen(Principal id, UpgradePolicy before, UpgradePolicy policy) {
        try (var node = nodeOptions.connect(surroundings, Optional.of(operator(before, policy)))) {
            new ManagementCanister(node).setPolicy(id, policy);
        }
    }

    private Identity operator(UpgradePolicy before, UpgradePolicy policy) {
        var key = surroundings.folder().resolve(state).resolve("operator.pem");
        if (!Files.exists(key)) {
            throw new CommandFailure("The policy of " + canister + " is " + before + ". Only the operator of the node"
                    + " can loosen it to " + policy + ", and there is no operator's key " + key
                    + ". Name the folder of the node's state with --state DIR.");
        }
        return IdentityFile.read(key);
    }

    private void print(Principal id, UpgradePolicy before, UpgradePolicy now) {
        output.print(
                surroundings,
                "The policy of " + canister + " is " + now + ": " + meaning(now) + "."
                        + (now == before ? "" : " It was " + before + "."),
                Json.fields()
                        .with("canister_id", Json.text(id.toString()))
                        .with("policy", Json.text(now.toString()))
                        .with("policy_before", Json.text(before.toString())));
    }

    private static String meaning(UpgradePolicy policy) {
        return switch (policy) {
            case OPEN -> "anything goes that goes on the Internet Computer";
            case CHECKED -> "code that breaks the interface or loses stable variables is refused";
            case REHEARSED -> "as checked, and the upgrade must do well on a copy of the canister first";
            case IMMUTABLE -> "nobody can change the code";
        };
    }

    private static Optional<UpgradePolicy> named(String name) {
        return Arrays.stream(UpgradePolicy.values())
                .filter(policy -> policy.toString().equals(name))
                .findFirst();
    }

    static final class Converter implements ITypeConverter<UpgradePolicy> {
        @Override
        public UpgradePolicy convert(String name) {
            return named(name)
                    .orElseThrow(() -> new TypeConversionException("'" + name + "' is not one of "
                            + Arrays.stream(UpgradePolicy.values())
                                    .map(UpgradePolicy::toString)
                                    .collect(Collectors.joining(", "))));
        }
    }
}
