package decant.cli;

import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Surroundings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command that does nothing but hold others: without one of them it explains itself.
abstract sealed class CommandGroup implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private CommandGroup(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(surroundings.err());
        return ExitCode.NOT_UNDERSTOOD;
    }

    /// All commands.
    @Command(
            name = "decant",
            description = "Run Internet Computer canisters, and change their code without spilling their state.",
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Examples:",
                "  decant demo                            the story in a minute",
                "  decant start                           a durable node on this machine",
                "  decant deploy counter.wasm             install a canister, or upgrade it",
                "  decant call counter inc                call it",
                "",
                "Exit codes: 0 done, 1 not done, 2 not understood."
            })
    static final class Decant extends CommandGroup {
        Decant(Surroundings surroundings) {
            super(surroundings);
        }
    }

    /// The commands about canisters as such.
    @Command(
            name = "canister",
            description = "List canisters, look at one, start, stop or delete it.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Canister extends CommandGroup {
        Canister(Surroundings surroundings) {
            super(surroundings);
        }
    }

    /// The commands about snapshots of canisters.
    @Command(
            name = "snapshot",
            description =
                    "Take, list, restore and delete snapshots of canisters; write them into directories and back.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Snapshot extends CommandGroup {
        Snapshot(Surroundings surroundings) {
            super(surroundings);
        }
    }

    /// The commands about backups of nodes.
    @Command(
            name = "backup",
            description = "Back up a whole node while it serves; list, verify and restore backups.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Backup extends CommandGroup {
        Backup(Surroundings surroundings) {
            super(surroundings);
        }
    }

    /// The repairs of modules whose source is not at hand.
    @Command(
            name = "rescue",
            description = "Repair the hooks of a module without its source.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Rescue extends CommandGroup {
        Rescue(Surroundings surroundings) {
            super(surroundings);
        }
    }
}
