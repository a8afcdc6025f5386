package decant.cli.rehearsal;

import decant.base.Principal;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.modules.ModuleFile;
import decant.cli.node.InstallReport;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Columns;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Paint;
import decant.cli.terminal.Paint.Colour;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.cli.upgrade.ReportText;
import decant.replica.StoppedNode;
import decant.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Tells of each canister whether it could be upgraded right now.
@Command(
        name = "doctor",
        description = "Tell of each of your canisters whether it could be upgraded right now.",
        footer = {
            "",
            "Each canister's own code is installed over itself on a copy, so that its hooks run as they would in any"
                    + " upgrade. Nothing is changed. What is least left of is shown, and when it is used up if the"
                    + " canister grows on as it did since the node first looked at its code, or since the first upgrade"
                    + " that its history remembers.",
            "",
            "A node looks at canisters in the background, too, when they have changed; --last tells what it found, and"
                    + " runs nothing. `decant start --no-probe` keeps it from looking.",
            "",
            "Exit codes: 0 if all can be upgraded, 1 if one cannot, 2 if the examination itself fails.",
            "",
            "Examples:",
            "  decant doctor",
            "  decant doctor --last                   what the node has seen by itself, with the growth each day",
            "  decant doctor --json",
            "  decant doctor --state .decant          a node that does not run"
        })
public final class DoctorCommand implements Callable<Integer> {
    private static final List<String> BEFORE_THE_NEW_CODE = List.of("authorise", "check", "pre_upgrade");
    private static final String NOT_A_CONTROLLER = "IC0512";

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Examine the canisters in this state directory of a node that does not run.")
    private Optional<Path> state = Optional.empty();

    @Option(names = "--last", description = "Run nothing; tell what the node found when it last looked by itself.")
    private boolean isLast;

    public DoctorCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// A canister that was examined.
    ///
    /// @param rehearsal the record `rehearsal` of the management canister's interface
    /// @param checkups what `decant_checkups` replies, where a node runs
    private record Examined(String label, Principal id, Value rehearsal, Optional<Value> checkups) {
        InstallReport report() {
            return InstallReport.of(rehearsal.field("installation"));
        }

        /// What the new code does with arguments that are not its own says nothing about the installed code.
        boolean canBeUpgraded() {
            return report().installed() || !BEFORE_THE_NEW_CODE.contains(report().stage());
        }

        Optional<Value> leastLeft() {
            return rehearsal.field("budget").items().stream()
                    .filter(line -> line.field("upgrade").toText().equals("this"))
                    .min(Comparator.comparingLong(
                            line -> line.field("head_room_percent").toLong()));
        }

        List<String> row(Paint paint) {
            var left = leastLeft().filter(_ -> canBeUpgraded());
            return List.of(
                    label,
                    left.map(line -> line.field("head_room_percent").toLong() + " % of "
                                    + line.field("resource").toText().replace('_', ' '))
                            .orElse("-"),
                    left.flatMap(this::nanosLeft).map(RehearsalTables::duration).orElse("not known"),
                    canBeUpgraded()
                            ? paint.in(Colour.GOOD, "can be upgraded")
                            : paint.in(Colour.BAD, "fails at " + report().stage()));
        }

        /// What the node has seen over time says more than what the canister's history does.
        private Optional<Long> nanosLeft(Value line) {
            var resource = line.field("resource").toText();
            return checkups.flatMap(known -> known.optionalField("newest"))
                    .flatMap(newest -> Checkup.line(newest, resource))
                    .filter(seen -> seen.optionalField("per_day").isPresent())
                    .or(() -> Optional.of(line))
                    .flatMap(known -> known.optionalField("nanos_left"))
                    .map(Value::toLong);
        }

        Json json() {
            return Json.fields()
                    .with("name", Json.text(label))
                    .with("canister_id", Json.text(id.toString()))
                    .with("version", CandidJson.of(rehearsal.field("version")))
                    .with("upgradable", Json.bool(canBeUpgraded()))
                    .with("installation", CandidJson.of(rehearsal.field("installation")))
                    .with("budget", CandidJson.of(rehearsal.field("budget")))
                    .with("checkups", checkups.map(CandidJson::of).orElse(Json.Null.NULL));
        }
    }

    @Override
    public Integer call() {
        if (isLast && state.isPresent()) {
            throw CommandFailure.notUnderstood("Of a node that does not run nothing is known by --last.");
        }
        try {
            return isLast ? tellLast() : examine();
        } catch (CommandFailure failure) {
            // Exit code 1 would say that a canister cannot be upgraded.
            throw failure.withExitCode(ExitCode.NOT_UNDERSTOOD);
        }
    }

    private int tellLast() {
        var checkups = new ArrayList<Checkup>();
        try (var client = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(client);
            for (var listed : management.list()) {
                var label = listed.name().orElse(listed.canister().toString());
                if (listed.moduleHash().isPresent()) {
                    checkups(management, listed.canister())
                            .map(known -> new Checkup(label, listed.canister(), known))
                            .ifPresent(checkups::add);
                }
            }
        }
        output.print(
                surroundings,
                Checkup.table(checkups, Paint.of(surroundings)),
                Json.fields()
                        .with(
                                "canisters",
                                Json.array(checkups.stream().map(Checkup::json).toList())));
        return checkups.stream().noneMatch(Checkup::isStuck) ? ExitCode.DONE : ExitCode.FAILED;
    }

    /// {@return what the node has seen of a canister, unless it is somebody else's}
    private static Optional<Value> checkups(ManagementCanister management, Principal id) {
        try {
            return Optional.of(management.checkups(id));
        } catch (CommandFailure failure) {
            if (failure.rejection().flatMap(rejection -> rejection.errorCode()).equals(Optional.of(NOT_A_CONTROLLER))) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private int examine() {
        var examined = state.isPresent() ? inState(surroundings.folder().resolve(state.get())) : onNode();
        output.print(
                surroundings,
                text(examined),
                Json.fields()
                        .with(
                                "canisters",
                                Json.array(examined.stream().map(Examined::json).toList())));
        return examined.stream().allMatch(Examined::canBeUpgraded) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private List<Examined> onNode() {
        var examined = new ArrayList<Examined>();
        try (var client = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(client);
            for (var listed : management.list()) {
                var label = listed.name().orElse(listed.canister().toString());
                var canister = new Rehearsable.OnNode(client, management, listed.canister());
                examine(label, listed.canister(), canister, () -> checkups(management, listed.canister()))
                        .ifPresent(examined::add);
            }
        }
        return examined;
    }

    private List<Examined> inState(Path folder) {
        var examined = new ArrayList<Examined>();
        try (var node = StoppedNode.open(folder)) {
            for (var canister : node.subnet().canisters().values()) {
                var label = canister.name().orElse(canister.id().toString());
                var module = canister.code()
                        .map(code -> ModuleFile.of(label, code.module().bytes()));
                examine(label, canister.id(), new Rehearsable.InState(node, canister.id(), module), Optional::empty)
                        .ifPresent(examined::add);
            }
        } catch (IllegalStateException | StoreException e) {
            throw new CommandFailure("The state cannot be read: " + e.getMessage() + ".", e);
        }
        return examined;
    }

    /// {@return what came of it, unless the canister is empty or somebody else's}
    private Optional<Examined> examine(
            String label, Principal id, Rehearsable canister, Supplier<Optional<Value>> checkups) {
        try {
            if (!canister.hasCode()) {
                return Optional.empty();
            }
            var request = canister.toItself(0);
            var progress = new Progress(surroundings);
            return Optional.of(new Examined(
                    label,
                    id,
                    progress.during("Examining " + label, () -> canister.rehearse(request)),
                    checkups.get()));
        } catch (CommandFailure failure) {
            if (failure.rejection().flatMap(rejection -> rejection.errorCode()).equals(Optional.of(NOT_A_CONTROLLER))) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private String text(List<Examined> examined) {
        if (examined.isEmpty()) {
            return "There is no canister with code that is yours.";
        }
        var paint = Paint.of(surroundings);
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("CANISTER", "LEAST LEFT", "FOR", "NOW"));
        examined.forEach(canister -> rows.add(canister.row(paint)));
        var text = new StringBuilder(Columns.aligned(rows));
        examined.stream()
                .filter(canister -> !canister.canBeUpgraded())
                .forEach(canister -> text.append("\n\n")
                        .append(canister.label())
                        .append(": ")
                        .append(ReportText.whole(canister.report())));
        return text.toString();
    }
}
