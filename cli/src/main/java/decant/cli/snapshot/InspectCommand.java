package decant.cli.snapshot;

import decant.cli.json.Json;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Columns;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import decant.cli.terminal.TemporaryFolder;
import decant.store.Inventory;
import decant.store.Inventory.Item;
import decant.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Explains the files of a directory.
@Command(
        name = "inspect",
        description = "Say what every file of a state, snapshot or backup directory is, and whether it is whole.",
        footer = {
            "",
            "Everything is read and compared with its checksums. Nothing is locked or changed, so the node may run. A file"
                    + " with holes takes less on disk than it is long.",
            "",
            "Examples:",
            "  decant inspect .decant",
            "  decant inspect /mnt/backups --json",
            "",
            "Exit codes: 0 all is whole, 1 something is damaged, 2 not understood."
        })
public final class InspectCommand implements Callable<Integer> {
    private static final int USERS_SHOWN_MAX = 3;
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("keys", "the node's keys: whoever has them can be the node"),
            Map.entry("operator.pem", "the operator's key"),
            Map.entry(SnapshotFolder.METADATA, "sizes, globals and hashes of a snapshot"),
            Map.entry("wasm_module.bin", "the module of a snapshot"),
            Map.entry("wasm_memory.bin", "the heap of a snapshot"),
            Map.entry("stable_memory.bin", "the stable memory of a snapshot"),
            Map.entry(SnapshotFolder.SIDECAR, "checksums of a snapshot"),
            Map.entry(SnapshotFolder.EXPORT_JOURNAL, "how far an export has come"),
            Map.entry(SnapshotFolder.UPLOAD_PROGRESS, "how far an import has come"),
            Map.entry(SnapshotFolder.DOWNLOAD_PROGRESS, "how far a download of icp has come"),
            Map.entry(".lock", "locked by icp"));

    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "DIR", description = "The directory.")
    private Path directory = Path.of("");

    public InspectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var folder = surroundings.folder().resolve(directory);
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure("There is no directory " + directory + ".");
        }
        var items = items(folder);
        var snapshotDamage = snapshotDamage(folder);
        boolean isWhole = snapshotDamage.isEmpty()
                && items.stream().allMatch(item -> item.damage().isEmpty());
        output.print(surroundings, text(folder, items, snapshotDamage), json(folder, items, snapshotDamage, isWhole));
        return isWhole ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static List<Item> items(Path folder) {
        try (var scratch = TemporaryFolder.create("decant-inspect")) {
            return Inventory.of(folder, scratch.path());
        } catch (StoreException e) {
            throw new CommandFailure(e.getMessage() + ".", e);
        }
    }

    /// {@return what is wrong with the snapshot in the folder, if there is one}
    private Optional<String> snapshotDamage(Path folder) {
        if (!Files.exists(folder.resolve(SnapshotFolder.METADATA))) {
            return Optional.empty();
        }
        try {
            StoredSnapshot.read(surroundings, new SnapshotFolder(folder));
            return Optional.empty();
        } catch (CommandFailure e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static String what(Item item) {
        return item.what()
                .orElseGet(() -> NAMES.getOrDefault(item.path().getFileName().toString(), chunkOrUnknown(item.path())));
    }

    private static String chunkOrUnknown(Path file) {
        var folder = file.resolveSibling("");
        if (folder.endsWith(SnapshotFolder.CHUNKS)) {
            return "a chunk of a snapshot's chunk store";
        }
        return folder.endsWith("code")
                ? "compiled code of a module; made again where it is missing"
                : "not a file of Decant";
    }

    private String text(Path folder, List<Item> items, Optional<String> snapshotDamage) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("FILE", "SIZE", "ON DISK", "WHAT"));
        for (Item item : items) {
            rows.add(List.of(
                    folder.relativize(item.path()).toString(),
                    Bytes.shown(item.bytes()),
                    item.diskBytes().isPresent() ? Bytes.shown(item.diskBytes().getAsLong()) : "not known",
                    what(item) + users(item) + (item.damage().isEmpty() ? "" : "; DAMAGED")));
        }
        var text = new StringBuilder(Columns.aligned(rows)).append('\n');
        items.forEach(item -> item.damage()
                .ifPresent(damage -> text.append("\nDAMAGED: ").append(damage).append('.')));
        snapshotDamage.ifPresent(damage -> text.append("\nDAMAGED: ").append(damage));
        long damaged = items.stream().filter(item -> item.damage().isPresent()).count()
                + snapshotDamage.stream().count();
        long bytes = items.stream().mapToLong(Item::bytes).sum();
        long diskBytes = items.stream()
                .mapToLong(item -> item.diskBytes().orElse(item.bytes()))
                .sum();
        return text.append('\n')
                .append(ShortForm.count(items.size()))
                .append(" files, ")
                .append(Bytes.shown(bytes))
                .append(", ")
                .append(Bytes.shown(diskBytes))
                .append(" on disk")
                .append(damaged == 0 ? ": all is whole." : ": " + damaged + " damaged.")
                .toString();
    }

    private static String users(Item item) {
        if (item.usedBy().isEmpty()) {
            return "";
        }
        var shown = item.usedBy().stream().limit(USERS_SHOWN_MAX).collect(Collectors.joining(", "));
        int more = item.usedBy().size() - USERS_SHOWN_MAX;
        return " of " + shown + (more > 0 ? " and " + more + " more" : "");
    }

    private static Json diskBytes(Item item) {
        return item.diskBytes().isPresent() ? Json.number(item.diskBytes().getAsLong()) : Json.Null.NULL;
    }

    private static Json json(Path folder, List<Item> items, Optional<String> snapshotDamage, boolean isWhole) {
        var files = items.stream()
                .<Json>map(item -> Json.fields()
                        .with("file", Json.text(folder.relativize(item.path()).toString()))
                        .with("bytes", Json.number(item.bytes()))
                        .with("disk_bytes", diskBytes(item))
                        .with("what", Json.text(what(item)))
                        .with(
                                "used_by",
                                Json.array(
                                        item.usedBy().stream().map(Json::text).toList()))
                        .with("damage", Json.text(item.damage())))
                .toList();
        return Json.fields()
                .with("whole", Json.bool(isWhole))
                .with("files", Json.array(files))
                .with("snapshot_damage", Json.text(snapshotDamage));
    }
}
