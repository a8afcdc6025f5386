package decant.cli.backup;

import decant.base.Hash;
import decant.cli.json.Json;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import decant.cli.terminal.TemporaryFolder;
import decant.replica.NodeBackup;
import decant.replica.StoppedNode;
import decant.store.Archive;
import decant.store.Archive.Damage;
import decant.store.Manifest;
import decant.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Verifies backups.
@Command(
        name = "verify",
        description = "Read all backups in a directory, and say what of them is damaged or missing.",
        footer = {
            "",
            "Every byte is compared with its checksum, every page with its SHA-256, and each backup is followed down to its"
                    + " pages. --restore also restores the newest backup in a temporary folder and opens the node that is in"
                    + " it, which runs the calls after the last checkpoint again.",
            "",
            "If a pack is damaged, delete it: the next backup stores again what of it the node still has.",
            "",
            "Exit codes: 0 all is whole, 1 something is not, 2 not understood."
        })
public final class BackupVerifyCommand implements Callable<Integer> {
    private static final int LOST_SHOWN_MAX = 10;

    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "DIR", description = "The directory with the backups.")
    private Path directory = Path.of("");

    @Option(names = "--restore", description = "Restore a backup, too, and open what was restored.")
    private boolean restores;

    @Option(names = "--backup", paramLabel = "N", description = "The number of the backup to restore; else the newest.")
    private Optional<Long> number = Optional.empty();

    public BackupVerifyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// What came of restoring a backup.
    private record Opened(long backup, long batch, Hash stateHash, int canisters) {}

    /// What a backup lacks.
    private record Checked(Manifest manifest, List<String> lost) {}

    @Override
    public Integer call() {
        var backups = new BackupDirectory(surroundings.folder().resolve(directory));
        return backups.open(archive -> verify(backups, archive));
    }

    private int verify(BackupDirectory backups, Archive archive) {
        var damages = new ArrayList<Damage>();
        var damaged = check(archive, damages);
        var checked = new ArrayList<Checked>();
        boolean isListed =
                damages.stream().noneMatch(damage -> damage.path().toString().endsWith(".backup"));
        if (isListed) {
            for (var manifest : archive.manifests().values()) {
                checked.add(new Checked(manifest, lost(archive, manifest, damaged)));
            }
        }
        boolean isWhole = damages.isEmpty()
                && checked.stream().allMatch(backup -> backup.lost().isEmpty());
        var opened = restores && isWhole ? Optional.of(restored(backups, archive)) : Optional.<Opened>empty();
        output.print(surroundings, text(archive, damages, checked, opened), json(isWhole, damages, checked, opened));
        return isWhole ? ExitCode.DONE : ExitCode.FAILED;
    }

    private Set<Hash> check(Archive archive, List<Damage> damages) {
        long all = archive.bytes();
        return new Progress(surroundings)
                .measured(
                        "Verifying",
                        progress -> archive.check(new Archive.Findings() {
                            @Override
                            public void damaged(Damage damage) {
                                damages.add(damage);
                            }

                            @Override
                            public void checked(long bytes) {
                                progress.at(bytes, all);
                            }
                        }));
    }

    private static List<String> lost(Archive archive, Manifest manifest, Set<Hash> damaged) {
        try {
            return archive.lost(manifest, damaged);
        } catch (StoreException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private Opened restored(BackupDirectory backups, Archive archive) {
        var manifest = backups.chosen(archive, number);
        try (var folder = TemporaryFolder.create("decant-verify")) {
            var target = folder.path().resolve("state");
            new Progress(surroundings).measured("Restoring", progress -> {
                NodeBackup.restore(archive, manifest, target, progress);
                return target;
            });
            try (var node = StoppedNode.open(target)) {
                return new Opened(
                        manifest.number(),
                        node.height(),
                        node.stateHash(),
                        node.subnet().canisters().size());
            }
        }
    }

    private String text(Archive archive, List<Damage> damages, List<Checked> checked, Optional<Opened> opened) {
        var lines = new ArrayList<String>();
        damages.forEach(damage -> lines.add("DAMAGED: " + damage.what() + "."));
        for (var backup : checked) {
            lines.add("Backup " + backup.manifest().number() + ", "
                    + ShortForm.time(BackupDirectory.time(backup.manifest()))
                    + (backup.lost().isEmpty() ? ": whole." : ": INCOMPLETE, these are lost:"));
            backup.lost().stream().limit(LOST_SHOWN_MAX).forEach(part -> lines.add("  " + part));
            if (backup.lost().size() > LOST_SHOWN_MAX) {
                lines.add("  and " + ShortForm.count(backup.lost().size() - LOST_SHOWN_MAX) + " more");
            }
        }
        lines.add(ShortForm.count(checked.size()) + (checked.size() == 1 ? " backup and " : " backups and ")
                + Bytes.shown(archive.bytes()) + " were read.");
        opened.ifPresent(node -> lines.add("Backup " + node.backup() + " was restored and opened: batch " + node.batch()
                + ", " + node.canisters() + (node.canisters() == 1 ? " canister" : " canisters") + ", state "
                + node.stateHash() + "."));
        return String.join("\n", lines);
    }

    private static Json json(boolean isWhole, List<Damage> damages, List<Checked> checked, Optional<Opened> opened) {
        var json = Json.fields()
                .with("whole", Json.bool(isWhole))
                .with(
                        "damages",
                        Json.array(damages.stream()
                                .<Json>map(damage -> Json.fields()
                                        .with("file", Json.text(damage.path().toString()))
                                        .with("what", Json.text(damage.what())))
                                .toList()))
                .with(
                        "backups",
                        Json.array(checked.stream()
                                .<Json>map(backup -> Json.fields()
                                        .with(
                                                "number",
                                                Json.number(backup.manifest().number()))
                                        .with(
                                                "lost",
                                                Json.array(backup.lost().stream()
                                                        .map(Json::text)
                                                        .toList())))
                                .toList()));
        return opened.isEmpty()
                ? json
                : json.with(
                        "restored",
                        Json.fields()
                                .with("number", Json.number(opened.get().backup()))
                                .with("batch", Json.number(opened.get().batch()))
                                .with("canisters", Json.number(opened.get().canisters()))
                                .with(
                                        "state_hash",
                                        Json.text(opened.get().stateHash().hex())));
    }
}
