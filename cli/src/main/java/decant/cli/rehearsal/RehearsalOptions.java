package decant.cli.rehearsal;

import decant.candid.Value;
import decant.cli.modules.ModuleFile;
import decant.cli.modules.ModuleSource;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.cli.upgrade.DeployCommand;
import decant.cli.upgrade.InstallArgument;
import decant.cli.upgrade.InstallMode;
import decant.cli.upgrade.UpgradeOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What is rehearsed: which module on which canister, and how it would be installed.
final class RehearsalOptions {
    /// What fits into one request, with room for the envelope around it.
    private static final int REQUEST_BYTES_MAX = 5 * 1024 * 1024 - 64 * 1024;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private UpgradeOptions upgradeOptions = new UpgradeOptions();

    @Parameters(
            index = "0",
            paramLabel = "CANISTER",
            description =
                    "A principal, the name given at deploy, the directory of a snapshot, or a canister in a directory"
                            + " of backups.")
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

    @Option(names = "--backup", paramLabel = "N", description = "The number of the backup; the newest if left out.")
    private Optional<Long> backup = Optional.empty();

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

    /// Has it rehearsed.
    ///
    /// @param what for a person to see meanwhile
    /// @param change completes the argument of `decant_rehearse`
    RehearsalResult run(Surroundings surroundings, String what, UnaryOperator<Value.Record> change) {
        var progress = new Progress(surroundings);
        var module = new ModuleSource(surroundings, file).read(progress);
        try (var rehearsed = canister(surroundings)) {
            var chosen = mode.installMode(rehearsed::hasCode);
            upgradeOptions.check(chosen);
            boolean persistent = rehearsed.isPersistent();
            var candid = upgradeOptions.toCandid(chosen, persistent, false, upgradeOptions.expectedVersion());
            var request = change.apply(request(surroundings, module, chosen, candid));
            var report = progress.during(what, () -> rehearsed.rehearse(request));
            var options = upgradeOptions.toJson(chosen, persistent);
            return new RehearsalResult(canister, file.toString(), module.hash(), options, report);
        }
    }

    private Rehearsable canister(Surroundings surroundings) {
        return Rehearsable.of(surroundings, nodeOptions, canister, state, backup);
    }

    private Value.Record request(Surroundings surroundings, ModuleFile module, InstallMode chosen, Value candid) {
        return Value.record()
                .with("mode", candid)
                .with("wasm_module", Value.blob(sent(module)))
                .with("arg", Value.blob(new InstallArgument(argument).encode(module, chosen)))
                .with(
                        "probes",
                        Value.opt(probes.map(path -> read(surroundings, path)).map(Value::text)))
                .with("replay", Value.none())
                .with("forward_nanos", Value.none())
                .with("downgrade", Value.none())
                .with("bisect", Value.none())
                .with("value_characters", Value.none())
                .with(
                        "acknowledged_findings",
                        Value.some(Value.vec(upgradeOptions.acknowledged().stream()
                                .map(Value::text)
                                .toList())));
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

    private static String read(Surroundings surroundings, Path path) {
        try {
            return Files.readString(surroundings.folder().resolve(path));
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
    }
}
