package decant.cli.backup;

import decant.cli.json.Json;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Consent;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.store.Archive;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Deletes backups.
@Command(
        name = "delete",
        description = "Delete backups, and give back the space of what no other backup has.",
        footer = {
            "",
            "The other backups stay whole, whenever this is interrupted. Files that are mostly of no use any more are written"
                    + " anew, which takes their space a second time for a while.",
            "",
            "Examples:",
            "  decant backup delete /mnt/backups 3 4",
            "  decant backup delete /mnt/backups --keep 14 --yes       all but the newest 14"
        })
public final class BackupDeleteCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory with the backups.")
    private Path directory = Path.of("");

    @Parameters(index = "1..*", paramLabel = "NUMBER", description = "The numbers of backups.")
    private List<Long> numbers = List.of();

    @Option(names = "--keep", paramLabel = "N", description = "Delete all but the newest N.")
    private Optional<Integer> kept = Optional.empty();

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    public BackupDeleteCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (numbers.isEmpty() == kept.isEmpty()) {
            throw new CommandFailure("Name the numbers of backups, or say --keep N to delete all but the newest N.");
        }
        if (kept.orElse(1) < 1) {
            throw new CommandFailure("--keep " + kept.get() + " would keep no backup; keep at least 1.");
        }
        var backups = new BackupDirectory(surroundings.folder().resolve(directory));
        return backups.open(this::delete);
    }

    private int delete(Archive archive) {
        var all = archive.manifests().keySet();
        var chosen = kept.isPresent() ? allBut(kept.get(), all) : new TreeSet<>(numbers);
        for (long number : chosen) {
            BackupDirectory.required(archive, number);
        }
        if (chosen.isEmpty()) {
            print("There are no more than " + kept.orElse(0) + " backups: nothing is deleted.", chosen, 0);
            return 0;
        }
        Consent.require(surroundings, yes, title(chosen) + " deleted for good; this cannot be undone.");
        long bytes = archive.bytes();
        var deleted = new Progress(surroundings)
                .measured("Deleting", progress -> archive.delete(chosen, visited -> progress.at(visited, bytes)));
        print(
                title(chosen) + " deleted: " + Bytes.shown(deleted.freedBytes()) + " are free again.",
                chosen,
                deleted.freedBytes());
        return 0;
    }

    private static SortedSet<Long> allBut(int kept, Iterable<Long> numbers) {
        var older = new TreeSet<Long>();
        numbers.forEach(older::add);
        for (int i = 0; i < kept && !older.isEmpty(); i++) {
            older.removeLast();
        }
        return older;
    }

    private static String title(SortedSet<Long> numbers) {
        var list = numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return numbers.size() == 1 ? "Backup " + list + " is" : "Backups " + list + " are";
    }

    private void print(String text, SortedSet<Long> deleted, long freedBytes) {
        output.print(
                surroundings,
                text,
                Json.fields()
                        .with(
                                "deleted",
                                Json.array(
                                        deleted.stream().<Json>map(Json::number).toList()))
                        .with("freed_bytes", Json.number(freedBytes)));
    }
}
