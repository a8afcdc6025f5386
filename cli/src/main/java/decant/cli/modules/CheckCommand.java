package decant.cli.modules;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Type;
import decant.canister.ModuleReading;
import decant.canister.check.CheckReport;
import decant.canister.check.CodeFacts;
import decant.canister.check.UpgradeChecks;
import decant.canister.check.UpgradePlan;
import decant.cli.node.CanisterInterface;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import decant.motoko.StableSignature;
import decant.motoko.StableSignatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says, without a node and before any code runs, whether one version of a canister's code may replace another.
@Command(
        name = "check",
        description = "Check whether new code may replace old code, without a node.",
        footer = {
            "",
            "Compared are the Candid interfaces (also .did files), the stable variables of Motoko (also .most files),"
                    + " the argument with the types that the new code takes, and what becomes of the heap.",
            "",
            "Exit codes: 0 compatible as far as could be checked, 1 not compatible, 2 not understood.",
            "",
            "Examples:",
            "  decant check v1.wasm v2.wasm",
            "  decant check v1.wasm v2.wasm.gz --arg '(opt record { symbol = \"SIP\" })'",
            "  decant check v1.most v2.most --drop highest --drop users.email",
            "  decant check v1.did v2.did --json"
        })
public final class CheckCommand implements Callable<Integer> {
    private static final String NO_ARGUMENTS = "()";

    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(
            index = "0",
            paramLabel = "OLD",
            description = "The old version: a module (.wasm, also .wasm.gz), or its .did or .most file.")
    private Path old = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "The new version: the same.")
    private Path replacement = Path.of("");

    @Option(
            names = "--arg",
            paramLabel = "(..)",
            description = "The arguments of the upgrade as Candid text; () if left out.")
    private Optional<String> argument = Optional.empty();

    @Option(
            names = "--drop",
            paramLabel = "FIELD",
            description = "A stable variable that may get lost, or a field in one, as users.email; once for each.")
    private List<String> drops = List.of();

    public CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var before = read(old);
        var after = read(replacement);
        var report = checked(before, after);
        if (CheckText.comparesNothing(report)) {
            throw CommandFailure.notUnderstood(old + " and " + replacement + " have nothing in common to compare: give"
                    + " two modules, two .did files, two .most files, or a module and one of these.");
        }
        var text = new CheckText(old.toString(), replacement.toString(), report);
        output.print(surroundings, text.text(), text.json());
        return report.isCompatible() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private CheckReport checked(CodeFacts before, CodeFacts after) {
        Set<String> acknowledged = new TreeSet<>(drops);
        var plan = UpgradePlan.USUAL.withAcknowledgedDrops(acknowledged);
        if (argument.isEmpty() && after.module().isEmpty()) {
            return UpgradeChecks.run(before, after, plan);
        }
        var text = argument.orElse(NO_ARGUMENTS);
        var types = types(after);
        if (types.isEmpty()) {
            return UpgradeChecks.run(before, after, plan.withArgument(untyped(text)));
        }
        try {
            byte[] message = Candid.encode(Candid.parse(text, types.get()), types.get());
            return UpgradeChecks.run(before, after, plan.withArgument(message));
        } catch (CandidException e) {
            untyped(text);
            return UpgradeChecks.run(before, after, plan)
                    .withMisfit(after, text, CanisterInterface.shown(types.get()), String.valueOf(e.getMessage()));
        }
    }

    /// {@return the types of the new code's arguments; where they cannot be read, the check itself says so}
    private static Optional<List<Type>> types(CodeFacts after) {
        try {
            return after.argumentTypes();
        } catch (CandidException _) {
            return Optional.empty();
        }
    }

    private static byte[] untyped(String text) {
        try {
            return Candid.encode(Candid.parse(text));
        } catch (CandidException e) {
            throw CommandFailure.notUnderstood("The argument " + text + " is no Candid: " + e.getMessage() + ".");
        }
    }

    private CodeFacts read(Path file) {
        var name = file.toString();
        if (name.endsWith(".did")) {
            return ofInterface(file);
        }
        if (name.endsWith(".most")) {
            return ofStableTypes(file);
        }
        return switch (ModuleReading.of(bytes(file))) {
            case ModuleReading.Valid(var facts) -> facts;
            case ModuleReading.Invalid(var reason) ->
                throw CommandFailure.notUnderstood(file + " is not a module of a canister: " + reason + ".");
        };
    }

    private CodeFacts ofInterface(Path file) {
        var text = text(file);
        try {
            Did.parse(text);
        } catch (CandidException e) {
            throw CommandFailure.notUnderstood(file + " is not a Candid interface: " + e.getMessage() + ".");
        }
        return CodeFacts.ofInterface(text);
    }

    private CodeFacts ofStableTypes(Path file) {
        var text = text(file);
        try {
            StableSignature.parse(text);
        } catch (StableSignatureException e) {
            throw CommandFailure.notUnderstood(file + " is not a stable signature: " + e.getMessage() + ".");
        }
        return CodeFacts.ofStableTypes(text);
    }

    private byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(surroundings.folder().resolve(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private String text(Path file) {
        try {
            return Files.readString(surroundings.folder().resolve(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static CommandFailure unreadable(Path file, IOException e) {
        return CommandFailure.notUnderstood(file + " cannot be read: " + CommandFailure.reason(e) + ".");
    }
}
