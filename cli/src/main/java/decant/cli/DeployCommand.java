package decant.cli;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Type;
import decant.candid.Value;
import decant.motoko.Compilation;
import decant.motoko.MotokoCompiler;
import decant.motoko.MotokoException;
import decant.protocol.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Brings a module to a node: creates the canister if need be, and installs the code or upgrades to it.
@Command(
        name = "deploy",
        description = "Install a module in a canister, or upgrade the canister to it.",
        footer = {
            "",
            "Modes:",
            "  auto       install if the canister is new or empty, else upgrade (the default)",
            "  install    only if the canister is new or empty",
            "  upgrade    keep the state; if anything fails, nothing has happened",
            "  reinstall  wipe the state; asks first",
            "",
            "Examples:",
            "  decant deploy counter.wasm",
            "  decant deploy build/v2.wasm --name counter",
            "  decant deploy src/main.mo --name ledger --arg '(opt record { symbol = \"SIP\" })'",
            "  decant deploy counter.wasm --mode reinstall --yes"
        })
final class DeployCommand implements Callable<Integer> {
    /// The names of the modes at the command line.
    enum Mode {
        auto,
        install,
        reinstall,
        upgrade
    }

    private static final byte[] NO_ARGUMENTS = Candid.encode(List.of(), List.of());

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "FILE", description = "A Wasm module (.wasm, also .wasm.gz) or a Motoko source (.mo).")
    private Path file = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The canister's name, or its principal; else the file's name without its ending.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--mode", paramLabel = "MODE", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Mode mode = Mode.auto;

    @Option(
            names = "--arg",
            paramLabel = "(..)",
            description = "The arguments of the installation as Candid text; () if left out.")
    private Optional<String> argument = Optional.empty();

    @Option(names = "--yes", description = "Do not ask before state is wiped.")
    private boolean yes;

    DeployCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var progress = new Progress(surroundings);
        var module = module(progress);
        var label = name.orElseGet(this::nameOfFile);
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var existing = new CanisterDirectory(management).find(label);
            var before = existing.map(management::status);
            var occupied =
                    before.filter(status -> status.optionalField("module_hash").isPresent());
            var chosen = chosen(occupied.isPresent());
            byte[] message = argument(module, chosen);
            if (chosen == InstallMode.REINSTALL && occupied.isPresent()) {
                Consent.require(
                        surroundings,
                        yes,
                        "Reinstalling " + label + " wipes its state: " + sizes(occupied.get()) + ".");
            }
            var canister = existing.isPresent() ? existing.get() : created(management, label);
            boolean keepsHeap = chosen == InstallMode.UPGRADE
                    && node.metadata(canister, "enhanced-orthogonal-persistence")
                            .isPresent();
            var response = whileStopped(
                    management,
                    canister,
                    occupied.filter(status -> status.field("status").is("running"))
                            .isPresent(),
                    () -> new Installation(management, progress)
                            .install(canister, chosen.toCandid(keepsHeap), module, message));
            switch (response) {
                case Response.Replied _ -> report(label, canister, chosen, module, existing.isEmpty(), keepsHeap);
                case Response.Rejected rejection ->
                    throw CommandFailure.rejected(
                            "The " + chosen.name().toLowerCase(java.util.Locale.ROOT) + " of " + label,
                            rejection,
                            consequence(management, canister, label));
            }
        }
        return 0;
    }

    private ModuleFile module(Progress progress) {
        var path = surroundings.folder().resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new CommandFailure("There is no file " + file + ".");
        }
        if (file.toString().endsWith(".mo")) {
            return ModuleFile.of(file.toString(), progress.during("Compiling " + file, () -> compiled(path)));
        }
        try {
            return ModuleFile.of(file.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw new CommandFailure(file + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
    }

    private byte[] compiled(Path source) {
        try {
            return switch (MotokoCompiler.find(source, surroundings.environment())
                    .compile(source)) {
                case Compilation.Compiled actor -> {
                    surroundings.err().print(actor.warnings());
                    yield actor.wasm();
                }
                case Compilation.Failed(var diagnostics) ->
                    throw new CommandFailure(file + " does not compile:\n" + diagnostics.stripTrailing());
            };
        } catch (MotokoException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private String nameOfFile() {
        var fileName = String.valueOf(file.getFileName());
        int dot = fileName.indexOf('.');
        return dot > 0 ? fileName.substring(0, dot) : fileName;
    }

    private Principal created(ManagementCanister management, String label) {
        if (mode == Mode.upgrade
                || mode == Mode.reinstall
                || CanisterDirectory.principal(label).isPresent()) {
            throw new CommandFailure("There is no canister \"" + label + "\" on this node to " + mode
                    + ". Deploy it with --mode install, or leave --mode out.");
        }
        var canister = management.create();
        try {
            management.name(canister, label);
        } catch (CommandFailure e) {
            management.stop(canister);
            management.delete(canister);
            throw e;
        }
        return canister;
    }

    private InstallMode chosen(boolean isOccupied) {
        return switch (mode) {
            case auto -> isOccupied ? InstallMode.UPGRADE : InstallMode.INSTALL;
            case install -> InstallMode.INSTALL;
            case reinstall -> InstallMode.REINSTALL;
            case upgrade -> InstallMode.UPGRADE;
        };
    }

    /// The arguments, typed by what the module says it takes. Motoko modules read them again at each upgrade; others do
    /// so only if they were written that way, so there an upgrade without `--arg` passes none.
    private byte[] argument(ModuleFile module, InstallMode chosen) {
        var types = argumentTypes(module);
        if (argument.isPresent()) {
            return CanisterInterface.encodeArguments("The installation", types, argument.get());
        }
        boolean read =
                chosen != InstallMode.UPGRADE || module.text("motoko:compiler").isPresent();
        if (read && types.isPresent() && !types.get().stream().allMatch(Type::isNullable)) {
            throw new CommandFailure("The module takes arguments when it is installed: give them with --arg '(..)'. "
                    + "Their types are " + CanisterInterface.shown(types.get()) + ".");
        }
        return NO_ARGUMENTS;
    }

    private static Optional<List<Type>> argumentTypes(ModuleFile module) {
        try {
            return module.text("candid:args")
                    .map(Did::parseTypes)
                    .or(() -> module.text("candid:service")
                            .map(text -> Did.parse(text).initTypes()));
        } catch (CandidException _) {
            return Optional.empty();
        }
    }

    /// The work of an installation, between the stop and the start of the canister.
    private interface Work {
        Response run();
    }

    /// Stops a running canister before the work, so that no answer to an open call arrives in code that did not make
    /// the call, and starts it again whatever came of the work.
    private static Response whileStopped(
            ManagementCanister management, Principal canister, boolean running, Work work) {
        if (!running) {
            return work.run();
        }
        management.stop(canister);
        try {
            return work.run();
        } finally {
            management.start(canister);
        }
    }

    private void report(
            String label,
            Principal canister,
            InstallMode chosen,
            ModuleFile module,
            boolean created,
            boolean keepsHeap) {
        var text = label + " (" + canister + ") " + (created ? "created and " : "") + chosen.done()
                + (keepsHeap ? ", its heap kept" : "") + ": module "
                + module.hash().hex();
        output.print(
                surroundings,
                text,
                Json.fields()
                        .with("name", Json.text(label))
                        .with("canister_id", Json.text(canister.toString()))
                        .with("mode", Json.text(chosen.name().toLowerCase(java.util.Locale.ROOT)))
                        .with("created", Json.bool(created))
                        .with("module_hash", Json.text(module.hash().hex())));
    }

    /// What a person wants to know first after a failure: what runs now.
    private static String consequence(ManagementCanister management, Principal canister, String label) {
        var hash = management.status(canister).optionalField("module_hash").map(Value::toBytes);
        return "\nNothing has changed: " + label
                + hash.map(bytes -> " still runs module " + Hash.of(bytes).hex() + ".")
                        .orElse(" is still empty.");
    }

    private static String sizes(Value status) {
        var metrics = status.field("memory_metrics");
        return Bytes.shown(metrics.field("wasm_memory_size").toLong()) + " of heap and "
                + Bytes.shown(metrics.field("stable_memory_size").toLong()) + " of stable memory";
    }
}
