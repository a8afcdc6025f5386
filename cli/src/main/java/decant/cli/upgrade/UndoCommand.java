package decant.cli.upgrade;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.CanisterInterface;
import decant.cli.node.Chronicle.RestorePoint;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeClient;
import decant.cli.node.NodeOptions;
import decant.cli.node.Standing;
import decant.cli.node.Stop;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Consent;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Takes a canister back to a restore point.
@Command(
        name = "undo",
        description = "Take a canister back to what it was before an upgrade, a reinstall or a deletion; asks first.",
        footer = {
            "",
            "A restore point is taken before whatever replaces or removes a canister's code, from any client, and"
                    + " before each undo, which can therefore be undone. `decant history` lists them.",
            "",
            "With --replay nothing is lost that users wrote since: the calls that they made are recorded, and are made"
                    + " again, each at its time, on what the canister was; all of that is one step. A call that was"
                    + " refused then is left alone. One that is refused now, or that calls other canisters, cannot be"
                    + " made again: then nothing is done unless --accept-losses says so.",
            "",
            "Examples:",
            "  decant undo vault                                     the last thing that was done",
            "  decant undo vault --to 7",
            "  decant undo vault --replay --dry-run                  what would become of the calls since",
            "  decant undo vault --replay",
            "  decant undo rdmx6-jaaaa-aaaaa-aaadq-cai --yes         a deleted canister has its principal alone"
        })
public final class UndoCommand implements Callable<Integer> {
    private static final String WITH_ALL_WRITTEN =
            ", with all that was written since; that is kept as a restore point of its own.";

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(
            paramLabel = "CANISTER",
            description = "A principal, or the name given at deploy; for a deleted canister its principal.")
    private String canister = "";

    @Option(names = "--to", paramLabel = "N", description = "The number of the restore point; else the newest.")
    private Optional<Long> number = Optional.empty();

    @Option(names = "--replay", description = "Make the calls that users made since then again, so that none is lost.")
    private boolean replays;

    @Option(
            names = "--dry-run",
            description = "With --replay: only show what would become of the calls; exit code 1 if some would be lost.")
    private boolean isDryRun;

    @Option(names = "--accept-losses", description = "With --replay: go on although some calls cannot be made again.")
    private boolean acceptsLosses;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    public UndoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if ((isDryRun || acceptsLosses) && !replays) {
            throw CommandFailure.notUnderstood("--dry-run and --accept-losses say how to --replay, which is missing.");
        }
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var id = new CanisterDirectory(management).canister(canister);
            var chronicle = management.history(id);
            var point = number.map(chronicle::restorePoint).orElseGet(chronicle::newestRestorePoint);
            return replays ? undoWithReplay(node, management, id, point) : undo(management, id, point);
        }
    }

    private int undo(ManagementCanister management, Principal id, RestorePoint point) {
        var before = status(management, id);
        Consent.require(surroundings, yes, consequence(point, before, WITH_ALL_WRITTEN));
        var undone = new Stop(surroundings, management, id, before)
                .during(() ->
                        new Progress(surroundings).during("Restoring", () -> management.undo(id, point.number())));
        print(id, point, undone, status(management, id), "");
        return ExitCode.DONE;
    }

    private int undoWithReplay(NodeClient node, ManagementCanister management, Principal id, RestorePoint point) {
        var before = status(management, id);
        var known = before.map(_ -> CanisterInterface.of(node, id)).orElseGet(CanisterInterface::unknown);
        var trial = new Progress(surroundings)
                .during("Trying", () -> management.undoWithReplay(id, point.number(), true, acceptsLosses));
        var shown = new ReplayedCalls(trial.replay().orElseThrow(), known);
        if (isDryRun) {
            output.print(
                    surroundings,
                    shown.table() + "\n" + shown.summary("would be made") + " Nothing has changed.",
                    json(id, point, trial));
            return shown.lost() == 0 ? ExitCode.DONE : ExitCode.FAILED;
        }
        if (shown.lost() > 0 && !acceptsLosses) {
            throw new CommandFailure(shown.table() + "\n" + shown.summary("can be made")
                    + " Nothing was done. To go on all the same: --accept-losses");
        }
        Consent.require(
                surroundings,
                yes,
                shown.table() + "\n\n"
                        + consequence(
                                point,
                                before,
                                "; that is kept as a restore point of its own.\n  " + shown.summary("are made")));
        var undone = new Stop(surroundings, management, id, before)
                .during(() -> new Progress(surroundings)
                        .during(
                                "Restoring",
                                () -> management.undoWithReplay(id, point.number(), false, acceptsLosses)));
        var made = new ReplayedCalls(undone.replay().orElseThrow(), known);
        print(id, point, undone, status(management, id), made.summary("were made") + " ");
        return ExitCode.DONE;
    }

    /// {@return the canister's status, unless it is deleted}
    private static Optional<Value> status(ManagementCanister management, Principal id) {
        try {
            return Optional.of(management.status(id));
        } catch (CommandFailure failure) {
            if (failure.rejection().flatMap(rejection -> rejection.errorCode()).equals(Optional.of("IC0301"))) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private String consequence(RestorePoint point, Optional<Value> before, String writes) {
        return canister + " goes back to restore point " + point.number() + ", taken before the " + point.reason()
                + " of " + ShortForm.time(point.time()) + ".\n  It gets " + point.standing() + ".\n  "
                + before.map(status -> "It loses " + Standing.ofStatus(status) + writes)
                        .orElse("It is deleted now, so it loses nothing.")
                + "\n";
    }

    private void print(
            Principal id,
            RestorePoint point,
            ManagementCanister.Undone undone,
            Optional<Value> after,
            String aboutCalls) {
        output.print(
                surroundings,
                canister + " is back at restore point " + undone.restored() + ": "
                        + point.standing().shortModule() + ", "
                        + point.standing().sizes()
                        + ". " + aboutCalls + "To undo this: decant undo " + canister + " --to " + undone.undoneAs()
                        + after.flatMap(status -> Stop.notice(canister, status))
                                .map("\n"::concat)
                                .orElse(""),
                json(id, point, undone));
    }

    private static Json json(Principal id, RestorePoint point, ManagementCanister.Undone undone) {
        var json = Json.fields()
                .with("canister_id", Json.text(id.toString()))
                .with("restored", Json.number(undone.restored()))
                .with("undone_as", Json.number(undone.undoneAs()))
                .with("module_hash", Json.text(point.standing().module().map(Hash::hex)));
        return undone.replay()
                .map(replay -> json.with("replay", CandidJson.of(replay)))
                .orElse(json);
    }
}
