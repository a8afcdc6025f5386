package decant.cli;

import decant.candid.CandidException;
import decant.candid.Value;
import decant.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Tries an upgrade on a copy of a canister, and what comes after it.
@Command(
        name = "rehearse",
        description = "Try an upgrade on a copy of a canister, and say whether it is safe. Nothing is changed.",
        footer = {
            "",
            "On a copy the new version is installed, asked the same as the old one, upgraded once more to itself, used"
                    + " and upgraded again, left alone for a while, and taken back to the old version.",
            "",
            "Verdicts, with their exit codes:",
            "  safe     0  nothing was found that the upgrade breaks",
            "  unsafe   1  it breaks something",
            "  unknown  2  something that matters is not known; also if the rehearsal itself fails",
            "",
            "Examples:",
            "  decant rehearse counter v2.wasm",
            "  decant rehearse ledger v2.wasm --arg '(null)' --probe probes.txt --replay 100",
            "  decant rehearse ledger v2.wasm --acknowledge 'probes.changed version'",
            "  decant rehearse counter v2.wasm --json > verdict.json",
            "  decant deploy v2.wasm --name counter --verdict verdict.json      if nothing has changed since",
            "  decant rehearse counter v2.wasm --html report.html",
            "  decant rehearse backup/ledger v2.wasm                             a snapshot; no node is needed",
            "  decant rehearse ledger v2.wasm --state .decant                    a node that does not run"
        })
final class RehearseCommand implements Callable<Integer> {
    /// What fits into one request, with room for the envelope around it.
    private static final int REQUEST_BYTES_MAX = 5 * 1024 * 1024 - 64 * 1024;

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Mixin
    private UpgradeOptions upgradeOptions = new UpgradeOptions();

    @Parameters(
            index = "0",
            paramLabel = "CANISTER",
            description = "A principal, the name given at deploy, or the directory of a snapshot.")
    private String canister = "";

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "The new version: a Wasm module (.wasm, also .wasm.gz) or a Motoko source (.mo).")
    private Path file = Path.of("");

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Rehearse with the canister in this state directory of a node that does not run.")
    private Optional<Path> state = Optional.empty();

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "One of: ${COMPLETION-CANDIDATES}; auto is upgrade where there is code.")
    private DeployCommand.Mode mode = DeployCommand.Mode.auto;

    @Option(
            names = "--arg",
            paramLabel = "(..)",
            description = "The arguments of the installation as Candid text; () if left out.")
    private Optional<String> argument = Optional.empty();

    @Option(
            names = "--probe",
            paramLabel = "FILE",
            description = "Calls to compare besides the usual ones, and differences that are intended.")
    private Optional<Path> probes = Optional.empty();

    @Option(
            names = "--replay",
            paramLabel = "K",
            description = "Make the newest K recorded calls again on the copies, and compare the answers.")
    private int replay;

    @Option(
            names = "--forward",
            paramLabel = "SECONDS",
            description = "How long to run timers and heartbeats on the copies; else 60; 0 for not at all.")
    private int forward = 60;

    @Option(
            names = "--downgrade",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Try the way back to the old version, too, or with --no-downgrade do not.")
    private boolean downgrades = true;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the report to a file for browsers, too.")
    private Optional<Path> html = Optional.empty();

    RehearseCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try {
            var result = rehearsed();
            html.ifPresent(target -> write(target, new RehearsalPage(result).html()));
            output.print(surroundings, new RehearsalSheet(result, Paint.of(surroundings)).text(), result.json());
            return result.verdict().exitCode();
        } catch (CommandFailure failure) {
            // Exit code 1 would say that the upgrade is unsafe.
            throw failure.withExitCode(CommandLineInterface.NOT_UNDERSTOOD);
        } catch (ProtocolException | CandidException e) {
            throw CommandFailure.notUnderstood("The node's answer cannot be understood: " + e.getMessage() + ".");
        }
    }

    private RehearsalResult rehearsed() {
        var progress = new Progress(surroundings);
        var module = new ModuleSource(surroundings, file).read(progress);
        try (var rehearsed = canister()) {
            var chosen = chosen(rehearsed);
            upgradeOptions.check(chosen);
            boolean persistent = rehearsed.isPersistent();
            var mode = upgradeOptions.toCandid(chosen, persistent, false, upgradeOptions.expectedVersion());
            var request = request(module, chosen, mode);
            var report = progress.during("Rehearsing", () -> rehearsed.rehearse(request));
            var options = upgradeOptions.toJson(chosen, persistent);
            return new RehearsalResult(canister, file.toString(), module.hash(), options, report);
        }
    }

    private Rehearsable canister() {
        if (state.isPresent()) {
            return Rehearsable.InState.of(surroundings.folder().resolve(state.get()), canister);
        }
        var folder = surroundings.folder().resolve(canister);
        return Rehearsable.OfSnapshot.isSnapshot(folder)
                ? Rehearsable.OfSnapshot.of(surroundings, nodeOptions, folder)
                : Rehearsable.OnNode.of(nodeOptions.connect(surroundings), canister);
    }

    private Value.Record request(ModuleFile module, InstallMode chosen, Value mode) {
        return Value.record()
                .with("mode", mode)
                .with("wasm_module", Value.blob(sent(module)))
                .with("arg", Value.blob(new InstallArgument(argument).encode(module, chosen)))
                .with("probes", Value.opt(probes.map(this::read).map(Value::text)))
                .with("replay", Value.some(Value.nat64(natural("--replay", replay))))
                .with(
                        "forward_nanos",
                        Value.some(Value.nat64(Duration.ofSeconds(natural("--forward", forward))
                                .toNanos())))
                .with("downgrade", Value.some(Value.bool(downgrades)))
                .with(
                        "acknowledged_findings",
                        Value.some(Value.vec(upgradeOptions.acknowledged().stream()
                                .map(Value::text)
                                .toList())));
    }

    private static int natural(String option, int number) {
        if (number < 0) {
            throw CommandFailure.notUnderstood(option + " takes a number from 0 on, not " + number + ".");
        }
        return number;
    }

    private InstallMode chosen(Rehearsable rehearsed) {
        return switch (mode) {
            case install -> InstallMode.INSTALL;
            case reinstall -> InstallMode.REINSTALL;
            case upgrade -> InstallMode.UPGRADE;
            case lifecycle_upgrade -> InstallMode.LIFECYCLE_UPGRADE;
            case auto -> rehearsed.hasCode() ? InstallMode.UPGRADE : InstallMode.INSTALL;
        };
    }

    /// {@return the module as it travels: one that is too large for a request is compressed, which runs the same}
    private byte[] sent(ModuleFile module) {
        if (module.bytes().length <= REQUEST_BYTES_MAX) {
            return module.bytes();
        }
        byte[] compressed = compressed(module.wasm());
        if (compressed.length > REQUEST_BYTES_MAX) {
            throw new CommandFailure(file + " has " + Bytes.shown(compressed.length)
                    + " also when it is compressed, and a rehearsal takes "
                    + Bytes.shown(REQUEST_BYTES_MAX) + ". Leave out what only debuggers read, as its names.");
        }
        return compressed;
    }

    private static byte[] compressed(byte[] wasm) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(wasm);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private String read(Path path) {
        try {
            return Files.readString(surroundings.folder().resolve(path));
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
    }

    private void write(Path path, String text) {
        try {
            Files.writeString(surroundings.folder().resolve(path), text);
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be written: " + CommandFailure.reason(e) + ".", e);
        }
    }
}
