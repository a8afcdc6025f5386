package decant.cli.canister;

import decant.base.Principal;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.node.Standing;
import decant.cli.terminal.Consent;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A command that changes whether one canister runs, or is there at all.
public abstract sealed class RunningCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    private RunningCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// What has become of a canister.
    ///
    /// @param status one word for it
    /// @param hint what a person may want to know then, or nothing
    record Change(String status, String hint) {}

    abstract Change change(ManagementCanister management, Principal id, String label);

    Surroundings surroundings() {
        return surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var id = new CanisterDirectory(management).canister(canister);
            var change = change(management, id, canister);
            output.print(
                    surroundings,
                    canister + " is " + change.status() + "." + change.hint(),
                    Json.fields()
                            .with("canister_id", Json.text(id.toString()))
                            .with("status", Json.text(change.status())));
        }
        return 0;
    }

    /// Lets a stopped canister take messages again.
    @Command(name = "start", description = "Let a stopped canister take messages again.")
    public static final class Start extends RunningCommand {
        public Start(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        Change change(ManagementCanister management, Principal id, String label) {
            management.start(id);
            return new Change("running", "");
        }
    }

    /// Stops a canister once its open calls are answered.
    @Command(name = "stop", description = "Stop a canister once its open calls are answered.")
    public static final class Stop extends RunningCommand {
        public Stop(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        Change change(ManagementCanister management, Principal id, String label) {
            new Progress(surroundings()).during("Stopping", () -> management.stop(id));
            return new Change("stopped", "");
        }
    }

    /// Deletes a canister with all its state.
    @Command(name = "delete", description = "Delete a canister with all its state; asks first.")
    public static final class Delete extends RunningCommand {
        @Option(names = "--yes", description = "Do not ask.")
        private boolean yes;

        public Delete(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        Change change(ManagementCanister management, Principal id, String label) {
            var standing = Standing.ofStatus(management.status(id));
            Consent.require(
                    surroundings(), yes, "Deleting " + label + " takes its code and state away: " + standing + ".");
            new Progress(surroundings()).during("Stopping", () -> management.stop(id));
            management.delete(id);
            return new Change("deleted", standing.module().isPresent() ? "\nTo undo this: decant undo " + id : "");
        }
    }
}
