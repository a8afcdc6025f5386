package decant.canister;

import decant.base.Principal;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.OnTryTrap;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Instances.Purpose;
import decant.canister.RunRequest.Entry;
import decant.canister.check.UpgradeChecks;
import decant.canister.check.UpgradePlan;
import decant.canister.check.UpgradePlan.Heap;
import decant.canister.ic0.Context;
import decant.canister.ic0.Incoming;
import decant.canister.ic0.SystemApi;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.InstallReport.Hook;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.MemoryImage;
import decant.canister.state.ModuleBinary;
import decant.canister.state.Stage;
import decant.canister.state.UpgradePolicy;
import decant.wasm.InstantiationFailure;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// An install, reinstall or upgrade on its way.
///
/// ```
///               upgrade only                            install, reinstall: INIT
/// AUTHORISE -> CHECK -> PRE_UPGRADE -> SWAP -> START -> POST_UPGRADE -> FINALIZE -> COMMIT
///     |          |           |          |        |           |             |
///     '----------'-----------'----------'--------'-----------'-------------'--> the clean canister, and log lines
/// ```
///
/// Each stage makes a new canister value out of the one before; until `COMMIT` nothing else knows of them.
/// Specification: "IC method install_code".
final class InstallTransaction implements AutoCloseable {
    private final ModuleCache modules;
    private final Instances instances;
    private final Optional<UpgradeTrial> trial;
    private final StageWatch watch;
    private final InstallAttempt attempt;
    private final InstallRequest request;
    private final Env env;

    /// The value that the last stage made.
    private CanisterState canister;

    /// The new instance, until it is adopted.
    private Optional<Resident> fresh = Optional.empty();

    InstallTransaction(Install.Machinery machinery, InstallAttempt attempt) {
        this.modules = machinery.modules();
        this.instances = machinery.instances();
        this.trial = machinery.trial();
        this.watch = machinery.watch();
        this.attempt = attempt;
        this.request = attempt.request();
        this.env = attempt.env();
        this.canister = attempt.clean();
    }

    InstallOutcome run() {
        attempt.authorise();
        attempt.enter(Stage.CHECK);
        var module = check();
        if (request.mode() instanceof Mode.Upgrade upgrade) {
            attempt.enter(Stage.PRE_UPGRADE);
            preUpgrade(upgrade);
            watch.passed(Stage.PRE_UPGRADE, canister);
        }
        attempt.enter(Stage.SWAP);
        var resident = swap(module);
        watch.passed(Stage.SWAP, canister);
        attempt.enter(Stage.START);
        run(resident, module.start(), Context.START, Incoming.of(Principal.MANAGEMENT_CANISTER, new byte[0]));
        watch.passed(Stage.START, canister);
        begin(resident, module);
        attempt.enter(Stage.FINALIZE);
        finish();
        if (request.dryRun()) {
            return attempt.tried(canister);
        }
        attempt.enter(Stage.COMMIT);
        return commit(resident);
    }

    private CanisterModule check() {
        switch (request.mode()) {
            case Mode.Install _ -> {
                if (canister.code().isPresent()) {
                    throw attempt.rejection(
                            ErrorCode.CANISTER_NON_EMPTY,
                            "Canister " + canister.id() + " cannot be installed because the canister is not empty."
                                    + " Try installing with mode='reinstall' instead.");
                }
            }
            case Mode.Upgrade _ -> {
                if (canister.code().isEmpty()) {
                    throw new StageFailure(Refusals.noModule(canister.id()), Optional.empty());
                }
            }
            case Mode.Reinstall _, Mode.LifecycleUpgrade _ -> {}
        }
        var module = attempt.parse(modules);
        if (request.mode() instanceof Mode.Upgrade upgrade) {
            HeapPersistence.violation(upgrade, installed(), module).ifPresent(violation -> {
                throw attempt.failed(violation);
            });
            var plan = plan(upgrade);
            if (UpgradeChecks.hidesHeap(installed().facts())) {
                attempt.report().needsHook();
            }
            if (UpgradeChecks.losesHeap(installed().facts(), plan)) {
                attempt.report().losesHeap();
            }
            if (canister.settings().upgradePolicy().checksUpgrades()) {
                requireCompatibility(plan, module);
            } else if (request.dryRun()) {
                advise(plan, module);
            }
            if (canister.settings().upgradePolicy() == UpgradePolicy.REHEARSED) {
                trial.ifPresent(this::tryElsewhere);
            }
        }
        return module;
    }

    private UpgradePlan plan(Mode.Upgrade upgrade) {
        return UpgradePlan.USUAL
                .withHeap(upgrade.persistence().map(InstallTransaction::planned).orElse(Heap.UNSAID))
                .withArgument(request.argument())
                .withCanister(canister)
                .withAcknowledgedDrops(Set.copyOf(upgrade.acknowledgedDrops()));
    }

    /// Whoever tries an upgrade wants to know what the checks find, also where no policy asks for them.
    private void advise(UpgradePlan plan, CanisterModule module) {
        var checked = UpgradeChecks.run(installed().facts(), module.facts(), plan);
        attempt.report()
                .found(checked.findings().stream().map(Finding::asAdvice).toList());
    }

    private void requireCompatibility(UpgradePlan plan, CanisterModule module) {
        var checked = UpgradeChecks.run(installed().facts(), module.facts(), plan);
        attempt.report().found(checked.findings());
        if (!checked.isCompatible()) {
            long errors = checked.findings().stream().filter(Finding::isError).count();
            throw attempt.rejection(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The upgrade policy of canister " + canister.id() + " is "
                            + canister.settings().upgradePolicy()
                            + ", and the new module does not pass the checks; errors: " + errors + ".");
        }
    }

    private void tryElsewhere(UpgradeTrial trial) {
        var judgement = trial.judge(canister, request, env);
        attempt.tried(judgement);
        if (!judgement.passes()) {
            throw attempt.rejection(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The upgrade policy of canister " + canister.id()
                            + " is rehearsed, and the upgrade, tried on a copy, is " + judgement.verdict()
                            + "; findings that speak against it: "
                            + judgement.findings().size()
                            + ". `decant rehearse` shows the whole rehearsal. What is known and wanted can be"
                            + " acknowledged: acknowledged_findings = opt vec { \"CODE PATH\" }.");
        }
    }

    private static Heap planned(Persistence persistence) {
        return switch (persistence) {
            case KEEP -> Heap.KEEP;
            case REPLACE -> Heap.REPLACE;
        };
    }

    private void preUpgrade(Mode.Upgrade upgrade) {
        var module = installed();
        if (module.preUpgrade().isEmpty()) {
            return;
        }
        if (upgrade.skipPreUpgrade()) {
            attempt.report().hook(Hook.SKIPPED);
            return;
        }
        var hook = runRequest(module.preUpgrade().getAsInt(), Context.PRE_UPGRADE, incoming(new byte[0]));
        var run = instances.with(canister.id(), Purpose.MESSAGES, module, resident -> resident.run(hook));
        attempt.ran(run);
        switch (run) {
            case Run.Completed completed -> {
                attempt.report().hook(Hook.RAN);
                canister = withChanges(completed);
            }
            case Run.Trapped trapped -> {
                attempt.report().hook(Hook.TRAPPED);
                if (upgrade.onTryTrap() == OnTryTrap.REVERT) {
                    throw attempt.failed(trapped.failure());
                }
                attempt.discarded(trapped);
            }
        }
    }

    /// Puts the new module in place: all that the mode does not keep begins afresh.
    private Resident swap(CanisterModule module) {
        var resident = instantiate(module);
        var code = codeOf(resident, module.binary(request.module()));
        canister = canister.with(draft -> {
            draft.code = Optional.of(code);
            draft.globalTimerNanos = 0;
            draft.version++;
            draft.lastInstalledNanos = OptionalLong.of(env.timeNanos());
            draft.history = draft.history.plus(new Change(
                    env.timeNanos(),
                    draft.version,
                    request.origin(),
                    new Change.Details.CodeDeployment(
                            request.mode().name(), code.module().hash())));
            switch (request.mode()) {
                case Mode.Install _ -> draft.certifiedData = new byte[0];
                case Mode.Reinstall _ -> {
                    draft.certifiedData = new byte[0];
                    draft.log = draft.log.cleared();
                }
                case Mode.Upgrade _, Mode.LifecycleUpgrade _ -> {}
            }
        });
        canister = attempt.reserved(canister);
        return resident;
    }

    private Resident instantiate(CanisterModule module) {
        try {
            var resident = keepsHeap() ? Resident.resume(module) : Resident.begin(module);
            fresh = Optional.of(resident);
            return resident;
        } catch (InstantiationFailure e) {
            throw attempt.invalidModule("it cannot be instantiated: " + e.getMessage());
        }
    }

    private Code codeOf(Resident resident, ModuleBinary binary) {
        var stable = request.mode() instanceof Mode.Upgrade ? code().stable() : MemoryImage.EMPTY;
        var heap = keepsHeap() ? keptHeap(resident.module()) : resident.initialHeap();
        return new Code(binary, resident.globals(), heap, stable);
    }

    private MemoryImage keptHeap(CanisterModule module) {
        var heap = code().heap();
        HeapPersistence.misfit(module, heap.bytes()).ifPresent(misfit -> {
            throw attempt.invalidModule(misfit);
        });
        return heap;
    }

    /// Runs the hook of the new module that takes the argument.
    private void begin(Resident resident, CanisterModule module) {
        boolean upgrades = request.mode() instanceof Mode.Upgrade;
        attempt.enter(upgrades ? Stage.POST_UPGRADE : Stage.INIT);
        run(resident, upgrades ? module.postUpgrade() : module.init(), Context.INIT, incoming(request.argument()));
        watch.passed(upgrades ? Stage.POST_UPGRADE : Stage.INIT, canister);
    }

    private void run(Resident resident, OptionalInt function, Context context, Incoming incoming) {
        if (function.isEmpty()) {
            return;
        }
        var run = resident.run(runRequest(function.getAsInt(), context, incoming));
        attempt.ran(run);
        canister = switch (run) {
            case Run.Completed completed -> withChanges(completed);
            case Run.Trapped trapped -> throw attempt.failed(trapped.failure());
        };
    }

    private RunRequest runRequest(int function, Context context, Incoming incoming) {
        return new RunRequest(
                new Entry.Function(function), context, canister, incoming, env.forInstallation(), attempt.budget());
    }

    private CanisterState withChanges(Run.Completed run) {
        return canister.with(draft -> {
            draft.code = Optional.of(run.code());
            draft.cycles = run.changes().cycles();
            draft.reservedCycles = draft.reservedCycles.plus(run.changes().reserved());
            draft.account =
                    draft.account.plus(CyclesUse.BURNED_CYCLES, run.changes().burned());
            draft.certifiedData = run.changes().certifiedData();
            draft.globalTimerNanos = run.changes().globalTimerNanos();
        });
    }

    private void finish() {
        long limit = canister.settings().wasmMemoryLimitBytes();
        long bytes = code().heap().bytes();
        if (limit != 0 && bytes > limit) {
            throw attempt.failed(Failure.of(
                    ErrorCode.CANISTER_WASM_MEMORY_LIMIT_EXCEEDED, SystemApi.wasmMemoryLimitText(limit, bytes)));
        }
        attempt.requireUpkeep(canister);
        var low = MemoryPressure.isLow(canister.settings(), code());
        canister = canister.with(draft -> draft.lowMemoryHook = LowMemoryHook.CONDITION_NOT_SATISFIED.observe(low));
    }

    /// From here on success is certain.
    private InstallOutcome commit(Resident resident) {
        instances.adopt(canister.id(), resident);
        fresh = Optional.empty();
        return attempt.installed(canister);
    }

    /// Gives back the new instance, unless it was adopted.
    @Override
    public void close() {
        fresh.ifPresent(Resident::close);
    }

    private boolean keepsHeap() {
        return request.mode() instanceof Mode.Upgrade upgrade && upgrade.keepsHeap();
    }

    private CanisterModule installed() {
        return modules.installed(code().module());
    }

    private Code code() {
        return canister.code().orElseThrow();
    }

    private Incoming incoming(byte[] argument) {
        return Incoming.of(attempt.sender(), argument);
    }
}
