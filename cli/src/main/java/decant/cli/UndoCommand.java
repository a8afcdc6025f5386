package decant.cli;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.cli.Chronicle.RestorePoint;
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
            "Examples:",
            "  decant undo vault                                     the last thing that was done",
            "  decant undo vault --to 7",
            "  decant undo rdmx6-jaaaa-aaaaa-aaadq-cai --yes         a deleted canister has its principal alone"
        })
final class UndoCommand implements Callable<Integer> {
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

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    UndoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var id = new CanisterDirectory(management).canister(canister);
            var chronicle = management.history(id);
            var point = number.map(chronicle::restorePoint).orElseGet(chronicle::newestRestorePoint);
            var before = status(management, id);
            Consent.require(surroundings, yes, consequence(point, before));
            var undone = new Stop(surroundings, management, id, before)
                    .during(() ->
                            new Progress(surroundings).during("Restoring", () -> management.undo(id, point.number())));
            print(id, point, undone, status(management, id));
        }
        return 0;
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

    private String consequence(RestorePoint point, Optional<Value> before) {
        return canister + " goes back to restore point " + point.number() + ", taken before the " + point.reason()
                + " of " + ShortForm.time(point.time()) + ".\n  It gets " + point.standing() + ".\n  "
                + before.map(status -> "It loses " + Standing.ofStatus(status)
                                + ", with all that was written since; that is kept as a restore point of its own.")
                        .orElse("It is deleted now, so it loses nothing.")
                + "\n";
    }

    private void print(Principal id, RestorePoint point, ManagementCanister.Undone undone, Optional<Value> after) {
        output.print(
                surroundings,
                canister + " is back at restore point " + undone.restored() + ": "
                        + point.standing().shortModule() + ", "
                        + point.standing().sizes()
                        + ". To undo this: decant undo " + canister + " --to " + undone.undoneAs()
                        + after.flatMap(status -> Stop.notice(canister, status))
                                .map("\n"::concat)
                                .orElse(""),
                Json.fields()
                        .with("canister_id", Json.text(id.toString()))
                        .with("restored", Json.number(undone.restored()))
                        .with("undone_as", Json.number(undone.undoneAs()))
                        .with("module_hash", Json.text(point.standing().module().map(Hash::hex))));
    }
}
