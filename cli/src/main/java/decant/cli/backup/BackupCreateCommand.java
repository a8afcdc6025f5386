package decant.cli.backup;

import decant.cli.terminal.Bytes;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.replica.NodeBackup;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Backs up a node.
@Command(
        name = "create",
        description = "Back up a node, whether it runs or not.",
        footer = {
            "",
            "Every call that was answered before the backup began is in it. Only what no backup in DIR has is stored, page by"
                    + " page, compressed. A backup that was interrupted costs nothing but its last 64 MiB: the next one uses"
                    + " what it had stored.",
            "",
            "DIR then holds the node's keys, too: whoever can read it can be the node.",
            "",
            "Examples:",
            "  decant backup create /mnt/backups",
            "  decant backup create /mnt/backups --state /var/lib/decant"
        })
public final class BackupCreateCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "DIR", description = "A directory with backups, or one that is empty or made.")
    private Path directory = Path.of("");

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "The folder that was given to the node; .decant if left out.")
    private Path state = Path.of(".decant");

    public BackupCreateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var stateFolder = surroundings.folder().resolve(state);
        var backups = new BackupDirectory(surroundings.folder().resolve(directory));
        var manifest = backups.openOrCreate(archive -> new Progress(surroundings)
                .measured(
                        "Backing up",
                        progress -> NodeBackup.create(
                                stateFolder, archive, BackupDirectory.nanos(Instant.now()), progress)));
        output.print(
                surroundings,
                "Backup " + manifest.number() + " has " + state + " after batch "
                        + manifest.log().last() + "; "
                        + Bytes.shown(manifest.added().bytes())
                        + " of it were new and take "
                        + Bytes.shown(manifest.added().storedBytes()) + ".",
                BackupDirectory.json(manifest));
        return 0;
    }
}
