package decant.cli.backup;

import decant.cli.json.Json;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import decant.replica.NodeBackup;
import decant.store.Manifest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Restores a backup.
@Command(
        name = "restore",
        description = "Make the folder of a node out of a backup.",
        footer = {
            "",
            "Nothing is overwritten: STATE is a folder that is empty or not there. It has its name only when it is whole. The"
                    + " node in it has the keys and the identity of the node that was backed up; do not run both.",
            "",
            "Examples:",
            "  decant backup restore /mnt/backups --state /var/lib/decant",
            "  decant backup restore /mnt/backups --backup 3 --state older"
        })
public final class BackupRestoreCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "DIR", description = "The directory with the backups.")
    private Path directory = Path.of("");

    @Option(names = "--state", paramLabel = "STATE", description = "The folder to make; .decant if left out.")
    private Path state = Path.of(".decant");

    @Option(names = "--backup", paramLabel = "N", description = "The number of the backup; else the newest.")
    private Optional<Long> number = Optional.empty();

    public BackupRestoreCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var target = surroundings.folder().resolve(state);
        var backups = new BackupDirectory(surroundings.folder().resolve(directory));
        Manifest manifest = backups.open(archive -> {
            var chosen = backups.chosen(archive, number);
            return new Progress(surroundings).measured("Restoring", progress -> {
                NodeBackup.restore(archive, chosen, target, progress);
                return chosen;
            });
        });
        output.print(
                surroundings,
                "Backup " + manifest.number() + " of " + ShortForm.time(BackupDirectory.time(manifest)) + " is in "
                        + state + ", up to batch " + manifest.log().last() + ". To run it: decant start --state "
                        + state,
                BackupDirectory.json(manifest).with("state", Json.text(state.toString())));
        return 0;
    }
}
