package decant.cli.upgrade;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.cli.modules.ModuleFile;
import decant.cli.modules.ModuleSource;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeClient;
import decant.cli.node.NodeOptions;
import decant.cli.node.Standing;
import decant.cli.node.Stop;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Consent;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
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
            "  auto               install where there is no code yet; else show a person the choice, and",
            "                     upgrade where nobody is there to be asked (the default)",
            "  install            only if the canister is new or empty",
            "  upgrade            keep the state; if anything fails, nothing has happened",
            "  lifecycle-upgrade  replace only the hooks, and keep heap, timers and open calls; proven to fit",
            "  reinstall          wipe the state; asks first",
            "",
            "What would lose state is done only if a person or --yes agrees. `decant undo` takes a canister back.",
            "",
            "Examples:",
            "  decant deploy counter.wasm",
            "  decant deploy build/v2.wasm --name counter --dry-run",
            "  decant deploy src/main.mo --name ledger --arg '(opt record { symbol = \"SIP\" })'",
            "  decant deploy v2.wasm --name counter --mode upgrade --expected-version 12",
            "  decant deploy v2.wasm --name counter --verdict verdict.json       what was rehearsed, and nothing else",
            "  decant deploy v2.wasm --name counter --mode upgrade --drop highest --yes",
            "  decant deploy repaired.wasm --name vault --mode lifecycle-upgrade --graft",
            "  decant deploy counter.wasm --mode reinstall --yes"
        })
public final class DeployCommand implements Callable<Integer> {
    /// The names of the modes at the command line.
    public enum Mode {
        auto,
        install,
        reinstall,
        upgrade,
        lifecycle_upgrade;

        /// {@return what it means for a canister with code, or without}
        public InstallMode installMode(BooleanSupplier hasCode) {
            return switch (this) {
                case install -> InstallMode.INSTALL;
                case reinstall -> InstallMode.REINSTALL;
                case upgrade -> InstallMode.UPGRADE;
                case lifecycle_upgrade -> InstallMode.LIFECYCLE_UPGRADE;
                case auto -> hasCode.getAsBoolean() ? InstallMode.UPGRADE : InstallMode.INSTALL;
            };
        }

        @Override
        public String toString() {
            return name().replace('_', '-');
        }
    }

    /// What stopping a canister adds to its version: one that it is stopping, one that it has stopped.
    private static final long VERSIONS_OF_A_STOP = 2;

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Mixin
    private UpgradeOptions upgradeOptions = new UpgradeOptions();

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

    @Option(
            names = "--verdict",
            paramLabel = "FILE",
            description = "Go on only if this file, of `decant rehearse --json`, says that just this is safe.")
    private Optional<Path> verdictFile = Optional.empty();

    @Option(names = "--dry-run", description = "Run every stage but the last, and report; nothing is changed.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do not ask, also where state is lost.")
    private boolean yes;

    public DeployCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// The canister that the module is for.
    ///
    /// @param persistent whether its module has enhanced orthogonal persistence, so that its heap is its data
    private record Target(String label, Principal id, Value status, Standing standing, boolean persistent) {
        boolean hasCode() {
            return standing.module().isPresent();
        }
    }

    @Override
    public Integer call() {
        var progress = new Progress(surroundings);
        var source = new ModuleSource(surroundings, file);
        var module = source.read(progress);
        var verdict = verdictFile.map(kept -> KeptVerdict.read(surroundings, kept));
        var label = name.orElseGet(source::name);
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var existing = new CanisterDirectory(management).find(label).map(id -> target(node, management, label, id));
            if (existing.filter(Target::hasCode).isPresent()) {
                replace(management, progress, existing.get(), module, verdict);
            } else {
                installFirst(management, progress, existing, label, module, verdict);
            }
        }
        return 0;
    }

    private static Target target(NodeClient node, ManagementCanister management, String label, Principal id) {
        var status = management.status(id);
        boolean persistent =
                node.metadata(id, "enhanced-orthogonal-persistence").isPresent();
        return new Target(label, id, status, Standing.ofStatus(status), persistent);
    }

    /// Puts code into a canister that has none, or that has to be created first.
    private void installFirst(
            ManagementCanister management,
            Progress progress,
            Optional<Target> empty,
            String label,
            ModuleFile module,
            Optional<KeptVerdict> verdict) {
        if (mode != Mode.auto && mode != Mode.install
                || empty.isEmpty() && CanisterDirectory.principal(label).isPresent()) {
            throw new CommandFailure("There is no canister \"" + label + "\" with code on this node to " + mode
                    + ". Deploy it with --mode install, or leave --mode out.");
        }
        check(InstallMode.INSTALL);
        byte[] message = new InstallArgument(argument).encode(module, InstallMode.INSTALL);
        if (verdict.isPresent()) {
            var target = empty.orElseThrow(() -> new CommandFailure("Nothing was done: there is no canister \"" + label
                    + "\" on this node, which " + verdict.get().file() + " could be about."));
            require(verdict.get(), target, module, InstallMode.INSTALL, message);
        }
        var canister = empty.map(Target::id).orElseGet(() -> created(management, label));
        try (var installation = new Installation(management, progress, canister, module)) {
            var attempt = installation.attempt("Installing", Value.variant("install"), message);
            Deployed.require(attempt, "The install of " + label, label + " is still empty.");
            print(
                    new Deployed(
                            management.address(),
                            label,
                            canister,
                            InstallMode.INSTALL,
                            module,
                            empty.map(Target::status),
                            false),
                    attempt);
        }
    }

    private static Principal created(ManagementCanister management, String label) {
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

    /// Puts code into a canister in the place of other code.
    private void replace(
            ManagementCanister management,
            Progress progress,
            Target target,
            ModuleFile module,
            Optional<KeptVerdict> verdict) {
        try (var installation = new Installation(management, progress, target.id(), module)) {
            if (asksWhichMode()) {
                check(InstallMode.UPGRADE);
                var chosen = chosen(installation, target, module);
                requireSameModule(management, target);
                install(management, installation, target, module, chosen);
            } else {
                var chosen = mode.installMode(() -> true);
                check(chosen);
                byte[] message = new InstallArgument(argument).encode(module, chosen);
                verdict.ifPresent(kept -> require(kept, target, module, chosen, message));
                if (dryRun) {
                    tryOnly(management, installation, target, module, chosen);
                } else {
                    install(management, installation, target, module, chosen);
                }
            }
        }
    }

    /// @throws CommandFailure if an option was given that the mode does not have
    private void check(InstallMode chosen) {
        upgradeOptions.check(chosen);
        if (chosen != InstallMode.UPGRADE) {
            UpgradeOptions.refuse(!upgradeOptions.acknowledged().isEmpty(), "--acknowledge", chosen, "upgrade");
        }
        if (!chosen.isUpgrade()) {
            UpgradeOptions.refuse(
                    dryRun, "--dry-run", chosen, "upgrade and lifecycle-upgrade, of a canister that has code");
        }
    }

    private void require(KeptVerdict kept, Target target, ModuleFile module, InstallMode chosen, byte[] message) {
        kept.require(new KeptVerdict.Installing(
                target.label(),
                target.id(),
                target.standing(),
                module.hash().hex(),
                Hash.sha256(message).hex(),
                upgradeOptions.toJson(chosen, target.persistent())));
    }

    /// {@return the version that the canister must have: the one that was asked for, or the one of the verdict}
    private Optional<Long> expectedVersion(Target target) {
        return upgradeOptions
                .expectedVersion()
                .or(() -> verdictFile.map(_ -> target.standing().version()));
    }

    private boolean asksWhichMode() {
        boolean isOpen = mode == Mode.auto && verdictFile.isEmpty();
        return isOpen && !yes && !dryRun && surroundings.terminal().isPresent();
    }

    /// {@return the mode that the person at the terminal chooses, having seen what came of trying}
    private InstallMode chosen(Installation installation, Target target, ModuleFile module) {
        var choice = new UpgradeChoice(
                target.label() + " (" + target.id() + ")",
                target.standing(),
                file + " (module " + ShortForm.hash(module.hash()) + ")",
                upgradeOptions.keepsHeap(target.persistent()),
                attempt(installation, target, module, InstallMode.UPGRADE),
                attempt(installation, target, module, InstallMode.LIFECYCLE_UPGRADE));
        surroundings.err().println(choice.text());
        var typed = surroundings.terminal().map(terminal -> terminal.ask(UpgradeChoice.question()));
        return typed.flatMap(UpgradeChoice::meant).orElseThrow(() -> new CommandFailure("Nothing was done."));
    }

    private Installation.Attempt attempt(
            Installation installation, Target target, ModuleFile module, InstallMode chosen) {
        return installation.attempt(
                "Trying the " + chosen,
                upgradeOptions.toCandid(chosen, target.persistent(), true, expectedVersion(target)),
                new InstallArgument(argument).encode(module, chosen));
    }

    /// A person takes a while to choose, and chose for the module that was shown.
    private static void requireSameModule(ManagementCanister management, Target target) {
        var now = Standing.ofStatus(management.status(target.id()));
        if (!now.module().equals(target.standing().module())) {
            throw new CommandFailure("Nothing was done: " + target.label() + " has got other code in the meantime, "
                    + now.shortModule() + ". Look at `decant history " + target.label() + "`, and deploy again.");
        }
    }

    private void tryOnly(
            ManagementCanister management,
            Installation installation,
            Target target,
            ModuleFile module,
            InstallMode chosen) {
        var attempt = attempt(installation, target, module, chosen);
        Deployed.require(attempt, "The dry run of the " + chosen + " of " + target.label(), stillRuns(target));
        output.print(
                surroundings,
                attempt.report().map(ReportText::whole).orElse("The dry run of the " + chosen + " went well."),
                deployed(management, target, module, chosen).json(attempt));
    }

    private void install(
            ManagementCanister management,
            Installation installation,
            Target target,
            ModuleFile module,
            InstallMode chosen) {
        byte[] message = new InstallArgument(argument).encode(module, chosen);
        expectedVersion(target)
                .ifPresent(expected ->
                        requireVersion(target, expected, target.standing().version()));
        var losses = upgradeOptions.losses(chosen, target.label(), target.standing(), target.persistent());
        if (!losses.isEmpty()) {
            Consent.require(surroundings, yes, String.join(" ", losses));
        }
        installation.prepare(message);
        var stopped = Optional.of(target.status()).filter(_ -> chosen.replacesOpenCalls());
        var stop = new Stop(surroundings, management, target.id(), stopped);
        var attempt = stop.during(() -> {
            var version = expectedVersion(target).map(expected -> version(management, target, stop, expected));
            var candid = upgradeOptions.toCandid(chosen, target.persistent(), false, version);
            return installation.attempt("Installing", candid, message);
        });
        Deployed.require(attempt, "The " + chosen + " of " + target.label(), stillRuns(target));
        print(deployed(management, target, module, chosen), attempt);
    }

    /// {@return the version that the canister has when the code is put in: what was expected, and nothing more than it
    /// takes to stop it}
    private static long version(ManagementCanister management, Target target, Stop stop, long expected) {
        if (!stop.isNeeded()) {
            return expected;
        }
        long stopped = Standing.ofStatus(management.status(target.id())).version();
        requireVersion(target, expected, stopped - VERSIONS_OF_A_STOP);
        return stopped;
    }

    private static void requireVersion(Target target, long expected, long found) {
        if (found != expected) {
            throw new CommandFailure("Nothing was done: " + target.label() + " is at version " + found + ", not at "
                    + expected + " as expected. Look at what was done to it, and deploy with the version that it has"
                    + " then.");
        }
    }

    private Deployed deployed(ManagementCanister management, Target target, ModuleFile module, InstallMode chosen) {
        boolean keptHeap = upgradeOptions.keepsHeap(target.persistent());
        return new Deployed(
                management.address(),
                target.label(),
                target.id(),
                chosen,
                module,
                Optional.of(target.status()),
                keptHeap);
    }

    private static String stillRuns(Target target) {
        var notice = Stop.notice(target.label(), target.status());
        return target.label() + (notice.isEmpty() ? " still runs " : " still has ")
                + target.standing().module().map(hash -> "module " + hash.hex()).orElse("no module") + "."
                + notice.map("\n"::concat).orElse("");
    }

    private void print(Deployed deployed, Installation.Attempt attempt) {
        output.print(surroundings, deployed.text(attempt), deployed.json(attempt));
    }
}
