package decant.cli.upgrade;

import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.Standing;
import decant.cli.terminal.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// How an upgrade is to go, beyond its mode.
public final class UpgradeOptions {
    private static final String ACKNOWLEDGED = "acknowledged_findings";

    /// What happens when the hook before the upgrade traps.
    enum OnTrap {
        revert,
        discard
    }

    @Option(
            names = "--expected-version",
            paramLabel = "N",
            description = "Refuse if the canister is not at this version any more.")
    private Optional<Long> expectedVersion = Optional.empty();

    @Option(
            names = "--on-try-trap",
            paramLabel = "WHAT",
            description = "If pre_upgrade traps: revert (all stays as it was; the default), or discard (go on as if it"
                    + " had been skipped).")
    private Optional<OnTrap> onTrap = Optional.empty();

    @Option(names = "--skip-pre-upgrade", description = "Do not run pre_upgrade, and lose what it would save.")
    private boolean skipPreUpgrade;

    @ArgGroup(exclusive = true)
    private Heap heap = new Heap();

    /// What becomes of the heap. Without a word, modules of enhanced orthogonal persistence keep it.
    private static final class Heap {
        @Option(
                names = "--keep-heap",
                description = "Keep the heap; else it is kept where the module is made for that.")
        private boolean keep;

        @Option(names = "--replace-heap", description = "Begin with a new heap, also where the old could be kept.")
        private boolean replace;
    }

    @Option(
            names = "--acknowledge",
            paramLabel = "FINDING",
            description = "A finding of a rehearsal that is known and wanted: its code, or its code and path; once for"
                    + " each.")
    private List<String> acknowledged = List.of();

    @Option(names = "--drop", paramLabel = "FIELD", description = "A stable variable that may get lost; once for each.")
    private List<String> drops = List.of();

    @Option(
            names = "--graft",
            description = "For a lifecycle upgrade: take only the hooks of the module, and keep the installed code.")
    private boolean graft;

    public List<String> acknowledged() {
        return acknowledged;
    }

    public Optional<Long> expectedVersion() {
        return expectedVersion;
    }

    /// Requires that the mode has the options that were given.
    ///
    /// @throws CommandFailure if an option was given that the mode does not have
    public void check(InstallMode mode) {
        if (mode != InstallMode.UPGRADE) {
            refuse(onTrap.isPresent(), "--on-try-trap", mode, "upgrade");
            refuse(skipPreUpgrade, "--skip-pre-upgrade", mode, "upgrade");
            refuse(heap.keep, "--keep-heap", mode, "upgrade");
            refuse(heap.replace, "--replace-heap", mode, "upgrade");
            refuse(!drops.isEmpty(), "--drop", mode, "upgrade");
        }
        refuse(graft && mode != InstallMode.LIFECYCLE_UPGRADE, "--graft", mode, "lifecycle-upgrade");
        if (!mode.isUpgrade()) {
            refuse(expectedVersion.isPresent(), "--expected-version", mode, "upgrade and lifecycle-upgrade");
        }
    }

    static void refuse(boolean given, String option, InstallMode mode, String owner) {
        if (given) {
            throw CommandFailure.notUnderstood(option + " does not go with mode " + mode + ", but with " + owner + ".");
        }
    }

    /// {@return whether the new code is to go on with the heap of the old}
    ///
    /// @param persistent whether the installed module has enhanced orthogonal persistence
    boolean keepsHeap(boolean persistent) {
        return heap.keep || persistent && !heap.replace;
    }

    /// {@return what will or may be lost by what was asked for, as sentences}
    List<String> losses(InstallMode mode, String label, Standing standing, boolean persistent) {
        var losses = new ArrayList<String>();
        if (mode == InstallMode.REINSTALL) {
            losses.add("Reinstalling " + label + " wipes its state: " + standing.sizes() + ".");
        }
        if (skipPreUpgrade && !keepsHeap(persistent)) {
            losses.add(
                    "Without pre_upgrade nothing saves the heap of " + label + ": " + standing.heap() + " are lost.");
        }
        if (persistent && keepsHeap(true) && (skipPreUpgrade || onTrap.equals(Optional.of(OnTrap.discard)))) {
            losses.add((skipPreUpgrade ? "Without pre_upgrade" : "If pre_upgrade traps,")
                    + " the new code does not find the stable variables of " + label + " in the heap that is kept: "
                    + standing.heap() + " are lost" + (skipPreUpgrade ? "." : " then."));
        }
        if (onTrap.equals(Optional.of(OnTrap.discard)) && !keepsHeap(persistent)) {
            losses.add("If pre_upgrade traps, nothing saves the heap of " + label + ": " + standing.heap()
                    + " are lost then.");
        }
        if (heap.replace && persistent) {
            losses.add("A new heap wipes the old one, where " + label + " keeps its data: " + standing.heap() + ".");
        }
        if (!drops.isEmpty()) {
            losses.add("The values of these stable variables of " + label + " are lost: " + String.join(", ", drops)
                    + ".");
        }
        return losses;
    }

    /// {@return what a verdict of a rehearsal is bound to: the mode, and the options that were set}
    public Json toJson(InstallMode mode, boolean persistent) {
        var candid = toCandid(mode, persistent, false, Optional.empty());
        var json = Json.fields().with("mode", Json.text(candid.tag()));
        if (mode.isUpgrade() && candid.payload().optional().orElse(null) instanceof Value.Record(var fields)) {
            for (var field : fields) {
                var name = field.label().name().orElseThrow();
                var value = CandidJson.of(field.value());
                if (value != Json.Null.NULL && !name.equals(ACKNOWLEDGED)) {
                    json = json.with(name, value);
                }
            }
        }
        return json;
    }

    /// {@return the mode as the management canister understands it}
    public Value toCandid(InstallMode mode, boolean persistent, boolean tryOnly, Optional<Long> version) {
        return switch (mode) {
            case INSTALL -> Value.variant("install");
            case REINSTALL -> Value.variant("reinstall");
            case UPGRADE -> Value.variant("upgrade", Value.some(upgrade(persistent, tryOnly, version)));
            case LIFECYCLE_UPGRADE ->
                Value.variant(
                        "lifecycle_upgrade", Value.some(trial(tryOnly, version).with("graft", flag(graft))));
        };
    }

    private Value upgrade(boolean persistent, boolean tryOnly, Optional<Long> version) {
        return trial(tryOnly, version)
                .with("skip_pre_upgrade", flag(skipPreUpgrade))
                .with("wasm_memory_persistence", Value.opt(persistence(persistent)))
                .with("on_try_trap", Value.opt(onTrap.map(what -> Value.variant(what.name()))))
                .with("acknowledged_drops", texts(drops))
                .with(ACKNOWLEDGED, texts(acknowledged));
    }

    private static Value texts(List<String> texts) {
        return texts.isEmpty()
                ? Value.none()
                : Value.some(Value.vec(texts.stream().map(Value::text).toList()));
    }

    private Optional<Value> persistence(boolean persistent) {
        if (keepsHeap(persistent)) {
            return Optional.of(Value.variant("keep"));
        }
        return heap.replace ? Optional.of(Value.variant("replace")) : Optional.empty();
    }

    private static Value.Record trial(boolean tryOnly, Optional<Long> version) {
        return Value.record()
                .with("dry_run", flag(tryOnly))
                .with("expected_version", Value.opt(version.map(Value::nat64)));
    }

    private static Value flag(boolean set) {
        return set ? Value.some(Value.bool(true)) : Value.none();
    }
}
