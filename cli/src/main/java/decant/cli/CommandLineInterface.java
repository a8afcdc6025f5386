package decant.cli;

import decant.candid.CandidException;
import decant.cli.backup.BackupCreateCommand;
import decant.cli.backup.BackupDeleteCommand;
import decant.cli.backup.BackupListCommand;
import decant.cli.backup.BackupRestoreCommand;
import decant.cli.backup.BackupVerifyCommand;
import decant.cli.canister.CallCommand;
import decant.cli.canister.ListCommand;
import decant.cli.canister.LogsCommand;
import decant.cli.canister.PolicyCommand;
import decant.cli.canister.RunningCommand;
import decant.cli.canister.StatusCommand;
import decant.cli.host.LauncherCommand;
import decant.cli.host.StartCommand;
import decant.cli.modules.CheckCommand;
import decant.cli.modules.GraftCommand;
import decant.cli.modules.RescueStable64Command;
import decant.cli.rehearsal.BisectCommand;
import decant.cli.rehearsal.DoctorCommand;
import decant.cli.rehearsal.RehearseCommand;
import decant.cli.rehearsal.StateCommand;
import decant.cli.snapshot.InspectCommand;
import decant.cli.snapshot.SnapshotDeleteCommand;
import decant.cli.snapshot.SnapshotExportCommand;
import decant.cli.snapshot.SnapshotImportCommand;
import decant.cli.snapshot.SnapshotListCommand;
import decant.cli.snapshot.SnapshotRestoreCommand;
import decant.cli.snapshot.SnapshotTakeCommand;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Surroundings;
import decant.cli.upgrade.DeployCommand;
import decant.cli.upgrade.HistoryCommand;
import decant.cli.upgrade.UndoCommand;
import decant.protocol.ProtocolException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;

/// The `decant` command: all its subcommands, how their failures are told, and what the exit code says.
final class CommandLineInterface {
    private static final int USAGE_WIDTH = 100;

    /* picocli looks through the classes of all commands that it is given, which takes longer than the rest of the start:
     * so it gets the one that is meant, where the first argument says which. */

    /// Those that tell of others.
    private static final Set<String> TELLING = Set.of("completion", "help");

    private final Surroundings surroundings;

    /// What makes each command, as the help lists them.
    private final SequencedMap<String, Supplier<Object>> commands = new LinkedHashMap<>();

    CommandLineInterface(Surroundings surroundings) {
        this.surroundings = surroundings;
        commands.put("demo", () -> new DemoCommand(surroundings));
        commands.put("start", () -> new StartCommand(surroundings));
        commands.put("deploy", () -> new DeployCommand(surroundings));
        commands.put("call", () -> new CallCommand(surroundings));
        commands.put("canister", this::canister);
        commands.put("check", () -> new CheckCommand(surroundings));
        commands.put("rehearse", () -> new RehearseCommand(surroundings));
        commands.put("bisect", () -> new BisectCommand(surroundings));
        commands.put("doctor", () -> new DoctorCommand(surroundings));
        commands.put("state", () -> new StateCommand(surroundings));
        commands.put("history", () -> new HistoryCommand(surroundings));
        commands.put("undo", () -> new UndoCommand(surroundings));
        commands.put("snapshot", this::snapshot);
        commands.put("backup", this::backup);
        commands.put("inspect", () -> new InspectCommand(surroundings));
        commands.put("policy", () -> new PolicyCommand(surroundings));
        commands.put("graft", () -> new GraftCommand(surroundings));
        commands.put("rescue", this::rescue);
        commands.put("completion", () -> new CompletionCommand(surroundings));
        commands.put("launcher", () -> new LauncherCommand(surroundings));
        commands.put("help", HelpCommand::new);
    }

    int run(String... arguments) {
        return commandLine(arguments).execute(arguments);
    }

    /// {@return the command with the subcommand that the arguments name, or with all of them where others may be told
    /// of}
    private CommandLine commandLine(String... arguments) {
        var root = new CommandLine(new CommandGroup.Decant(surroundings));
        boolean isAlone = arguments.length > 0 && commands.containsKey(arguments[0]) && !TELLING.contains(arguments[0]);
        commands.forEach((name, command) -> {
            if (!isAlone || name.equals(arguments[0])) {
                root.addSubcommand(name, command.get());
            }
        });
        addHelpOption(root);
        root.getCommandSpec()
                .version("decant " + version())
                .addOption(CommandLine.Model.OptionSpec.builder("--version")
                        .versionHelp(true)
                        .description("Print the version.")
                        .build());
        return root.setOut(writer(surroundings.out()))
                .setErr(writer(surroundings.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        surroundings.terminal().isPresent() ? Ansi.AUTO : Ansi.OFF))
                .setUsageHelpWidth(USAGE_WIDTH)
                .setExecutionExceptionHandler((exception, command, _) -> failed(exception, command))
                .setParameterExceptionHandler((exception, _) -> {
                    surroundings.err().println(Misunderstanding.explained(exception));
                    return ExitCode.NOT_UNDERSTOOD;
                });
    }

    private CommandLine canister() {
        return new CommandLine(new CommandGroup.Canister(surroundings))
                .addSubcommand(new ListCommand(surroundings))
                .addSubcommand(new StatusCommand(surroundings))
                .addSubcommand(new RunningCommand.Start(surroundings))
                .addSubcommand(new RunningCommand.Stop(surroundings))
                .addSubcommand(new RunningCommand.Delete(surroundings))
                .addSubcommand(new LogsCommand(surroundings));
    }

    private CommandLine snapshot() {
        return new CommandLine(new CommandGroup.Snapshot(surroundings))
                .addSubcommand(new SnapshotTakeCommand(surroundings))
                .addSubcommand(new SnapshotListCommand(surroundings))
                .addSubcommand(new SnapshotRestoreCommand(surroundings))
                .addSubcommand(new SnapshotDeleteCommand(surroundings))
                .addSubcommand(new SnapshotExportCommand(surroundings))
                .addSubcommand(new SnapshotImportCommand(surroundings));
    }

    private CommandLine backup() {
        return new CommandLine(new CommandGroup.Backup(surroundings))
                .addSubcommand(new BackupCreateCommand(surroundings))
                .addSubcommand(new BackupListCommand(surroundings))
                .addSubcommand(new BackupVerifyCommand(surroundings))
                .addSubcommand(new BackupRestoreCommand(surroundings))
                .addSubcommand(new BackupDeleteCommand(surroundings));
    }

    private CommandLine rescue() {
        return new CommandLine(new CommandGroup.Rescue(surroundings))
                .addSubcommand(new RescueStable64Command(surroundings));
    }

    private static String version() {
        try (var text = CommandLineInterface.class.getResourceAsStream("version.txt")) {
            return new String(Objects.requireNonNull(text, "version.txt").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addHelpOption(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        if (!spec.helpCommand()) {
            spec.mixinStandardHelpOptions(false);
            spec.addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                    .usageHelp(true)
                    .description("Explain this command.")
                    .build());
        }
        command.getSubcommands().values().forEach(CommandLineInterface::addHelpOption);
    }

    /// Failures that were foreseen are told in a sentence; anything else is our own mistake, and shows where it
    /// happened.
    private int failed(Exception exception, CommandLine command) {
        return switch (exception) {
            case CommandFailure failure -> tell(failure, command);
            case ProtocolException e ->
                tell(new CommandFailure("The node's answer cannot be trusted: " + e.getMessage() + ".", e), command);
            case CandidException e ->
                tell(
                        new CommandFailure("The reply is not what the interface says: " + e.getMessage() + ".", e),
                        command);
            default -> {
                exception.printStackTrace(surroundings.err());
                yield ExitCode.FAILED;
            }
        };
    }

    private int tell(CommandFailure failure, CommandLine command) {
        surroundings.err().println(asksForJson(command) ? failure.toJson().print() : "decant: " + failure.getMessage());
        return failure.exitCode();
    }

    private static boolean asksForJson(CommandLine command) {
        var result = command.getParseResult();
        return result != null && result.hasMatchedOption("--json");
    }

    private static PrintWriter writer(java.io.PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }
}
