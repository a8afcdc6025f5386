package decant.cli.backup;

import decant.cli.json.Json;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Columns;
import decant.cli.terminal.Output;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import decant.store.Manifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists backups.
@Command(name = "list", description = "List the backups in a directory.")
public final class BackupListCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "DIR", description = "The directory with the backups.")
    private Path directory = Path.of("");

    public BackupListCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var backups = new BackupDirectory(surroundings.folder().resolve(directory));
        backups.open(archive -> {
            var manifests = archive.manifests().values();
            output.print(
                    surroundings,
                    manifests.isEmpty()
                            ? "There is no backup in " + directory + " yet."
                            : table(manifests) + "\n\nAll together take " + Bytes.shown(archive.bytes()) + ".",
                    Json.array(
                            manifests.stream().<Json>map(BackupDirectory::json).toList()));
            return manifests.size();
        });
        return 0;
    }

    private static String table(Collection<Manifest> manifests) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("NUMBER", "TIME", "BATCH", "CHECKPOINT", "NEW", "STORED"));
        for (var manifest : manifests) {
            rows.add(List.of(
                    Long.toString(manifest.number()),
                    ShortForm.time(BackupDirectory.time(manifest)),
                    Long.toString(manifest.log().last()),
                    Bytes.shown(manifest.bytes()),
                    Bytes.shown(manifest.added().bytes()),
                    Bytes.shown(manifest.added().storedBytes())));
        }
        return Columns.aligned(rows);
    }
}
