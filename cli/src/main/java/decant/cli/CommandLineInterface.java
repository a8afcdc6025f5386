package decant.cli;

import decant.candid.CandidException;
import decant.protocol.ProtocolException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;

/// The `decant` command: all its subcommands, how their failures are told, and what the exit code says.
final class CommandLineInterface {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int NOT_UNDERSTOOD = 2;

    private static final int USAGE_WIDTH = 100;

    private final Surroundings surroundings;

    CommandLineInterface(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    private CommandLine commandLine() {
        var canister = new CommandLine(new CommandGroup.Canister(surroundings))
                .addSubcommand(new ListCommand(surroundings))
                .addSubcommand(new StatusCommand(surroundings))
                .addSubcommand(new RunningCommand.Start(surroundings))
                .addSubcommand(new RunningCommand.Stop(surroundings))
                .addSubcommand(new RunningCommand.Delete(surroundings))
                .addSubcommand(new LogsCommand(surroundings));
        var rescue = new CommandLine(new CommandGroup.Rescue(surroundings))
                .addSubcommand(new RescueStable64Command(surroundings));
        var snapshot = new CommandLine(new CommandGroup.Snapshot(surroundings))
                .addSubcommand(new SnapshotTakeCommand(surroundings))
                .addSubcommand(new SnapshotListCommand(surroundings))
                .addSubcommand(new SnapshotRestoreCommand(surroundings))
                .addSubcommand(new SnapshotDeleteCommand(surroundings))
                .addSubcommand(new SnapshotExportCommand(surroundings))
                .addSubcommand(new SnapshotImportCommand(surroundings));
        var backup = new CommandLine(new CommandGroup.Backup(surroundings))
                .addSubcommand(new BackupCreateCommand(surroundings))
                .addSubcommand(new BackupListCommand(surroundings))
                .addSubcommand(new BackupVerifyCommand(surroundings))
                .addSubcommand(new BackupRestoreCommand(surroundings))
                .addSubcommand(new BackupDeleteCommand(surroundings));
        var root = new CommandLine(new CommandGroup.Decant(surroundings))
                .addSubcommand(new DemoCommand(surroundings))
                .addSubcommand(new StartCommand(surroundings))
                .addSubcommand(new DeployCommand(surroundings))
                .addSubcommand(new CallCommand(surroundings))
                .addSubcommand(canister)
                .addSubcommand(new CheckCommand(surroundings))
                .addSubcommand(new RehearseCommand(surroundings))
                .addSubcommand(new BisectCommand(surroundings))
                .addSubcommand(new DoctorCommand(surroundings))
                .addSubcommand(new StateCommand(surroundings))
                .addSubcommand(new HistoryCommand(surroundings))
                .addSubcommand(new UndoCommand(surroundings))
                .addSubcommand(snapshot)
                .addSubcommand(backup)
                .addSubcommand(new InspectCommand(surroundings))
                .addSubcommand(new PolicyCommand(surroundings))
                .addSubcommand(new GraftCommand(surroundings))
                .addSubcommand(rescue)
                .addSubcommand(new CompletionCommand(surroundings))
                .addSubcommand(new LauncherCommand(surroundings))
                .addSubcommand(new HelpCommand());
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
                    return NOT_UNDERSTOOD;
                });
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
                yield FAILED;
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
