package decant.canister;

import decant.base.Principal;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Instances.Purpose;
import decant.canister.RunRequest.Budget;
import decant.canister.RunRequest.Entry;
import decant.canister.ic0.Context;
import decant.canister.ic0.Incoming;
import decant.canister.ic0.SystemApi;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.MemoryImage;
import decant.canister.state.ModuleBinary;
import decant.canister.state.Payload;
import decant.wasm.InstantiationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Puts code into canisters: install, reinstall, upgrade.
///
/// Must be called on a thread with a big stack, as `Execution`.
///
/// ```
///               upgrade only                            install, reinstall: INIT
/// AUTHORISE -> CHECK -> PRE_UPGRADE -> SWAP -> START -> POST_UPGRADE -> FINALIZE -> COMMIT
///     |          |           |          |        |           |             |
///     '----------'-----------'----------'--------'-----------'-------------'--> the clean canister, and log lines
/// ```
///
/// All stages share one limit of instructions, compiling included. Each stage makes a new canister value out of the
/// one before; until `COMMIT` nothing else knows of them. Specification: "IC method install_code".
public final class Install {
    private static final long INSTRUCTIONS_TO_COMPILE_ONE = 6_000;

    private final ModuleCache modules;
    private final Instances instances;

    public Install(ModuleCache modules, Instances instances) {
        this.modules = modules;
        this.instances = instances;
    }

    /// Takes the clean canister through the stages of the request's mode.
    public InstallOutcome install(CanisterState clean, InstallRequest request, Env env) {
        var transaction = new Transaction(clean, request, env);
        try (transaction) {
            return transaction.run();
        } catch (StageFailure failure) {
            return transaction.rejected(failure);
        }
    }

    /// Why a stage failed; lives only inside this class.
    private static final class StageFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Payload.Reject reject;
        private final transient Optional<Failure> failure;

        StageFailure(Payload.Reject reject, Optional<Failure> failure) {
            super(reject.message(), null, false, false);
            this.reject = reject;
            this.failure = failure;
        }
    }

    /// One installation on its way. `canister` is the value that the last stage made.
    private final class Transaction implements AutoCloseable {
        private final CanisterState clean;
        private final InstallRequest request;
        private final Env env;
        private final List<byte[]> log = new ArrayList<>();
        private Stage stage = Stage.AUTHORISE;
        private CanisterState canister;
        private long instructionsUsed;
        private Optional<Resident> fresh = Optional.empty();

        Transaction(CanisterState clean, InstallRequest request, Env env) {
            this.clean = clean;
            this.request = request;
            this.env = env;
            this.canister = clean;
        }

        InstallOutcome run() {
            authorise();
            enter(Stage.CHECK);
            var module = check();
            enter(Stage.PRE_UPGRADE);
            preUpgrade();
            enter(Stage.SWAP);
            var resident = swap(module);
            enter(Stage.START);
            run(resident, module.start(), Context.START, Incoming.of(Principal.MANAGEMENT_CANISTER, new byte[0]));
            begin(resident, module);
            enter(Stage.FINALIZE);
            finish();
            enter(Stage.COMMIT);
            return commit(resident);
        }

        private void enter(Stage next) {
            stage = next;
        }

        private void authorise() {
            var settings = clean.settings();
            if (!settings.isController(sender())) {
                var controllers =
                        settings.controllers().stream().map(Principal::toString).collect(Collectors.joining(" "));
                throw rejection(
                        ErrorCode.CANISTER_INVALID_CONTROLLER,
                        "Only the controllers of the canister " + clean.id() + " can control it.\n"
                                + "Canister's controllers: " + controllers + "\nSender's ID: " + sender());
            }
        }

        private CanisterModule check() {
            switch (request.mode()) {
                case Mode.Install _ -> {
                    if (clean.code().isPresent()) {
                        throw rejection(
                                ErrorCode.CANISTER_NON_EMPTY,
                                "Canister " + clean.id() + " cannot be installed because the canister is not empty."
                                        + " Try installing with mode='reinstall' instead.");
                    }
                }
                case Mode.Upgrade _ -> {
                    if (clean.code().isEmpty()) {
                        var noModule = Refusals.noModule(clean.id());
                        throw new StageFailure(noModule, Optional.empty());
                    }
                }
                case Mode.Reinstall _ -> {}
            }
            var module = parse();
            charge(INSTRUCTIONS_TO_COMPILE_ONE * module.instructions());
            if (request.mode() instanceof Mode.Upgrade upgrade) {
                checkPersistence(module, upgrade.persistence());
            }
            return module;
        }

        private CanisterModule parse() {
            try {
                return modules.uploaded(request.module());
            } catch (InvalidCanisterModule e) {
                throw failed(Failure.of(
                        ErrorCode.CANISTER_INVALID_WASM, "Canister's Wasm module is not valid: " + e.getMessage()));
            }
        }

        private void checkPersistence(CanisterModule module, Optional<Persistence> persistence) {
            if (persistence.isEmpty() && installed().supportsEnhancedPersistence()) {
                throw failed(Failure.of(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Missing upgrade option: Enhanced orthogonal persistence requires the"
                                + " `wasm_memory_persistence` upgrade option."));
            }
            if (!keepsHeap()) {
                return;
            }
            if (!module.supportsEnhancedPersistence()) {
                throw failed(Failure.of(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade option requires that"
                                + " the new canister module supports enhanced orthogonal persistence."));
            }
        }

        private void preUpgrade() {
            if (request.mode() instanceof Mode.Upgrade upgrade && !upgrade.skipPreUpgrade()) {
                var module = installed();
                instances.with(clean.id(), Purpose.MESSAGES, module, resident -> {
                    run(resident, module.preUpgrade(), Context.PRE_UPGRADE, incoming(new byte[0]));
                    return resident;
                });
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
                    case Mode.Upgrade _ -> {}
                }
            });
            return resident;
        }

        private Resident instantiate(CanisterModule module) {
            try {
                var resident = keepsHeap() ? Resident.resume(module) : Resident.begin(module);
                fresh = Optional.of(resident);
                return resident;
            } catch (InstantiationFailure e) {
                throw failed(Failure.of(
                        ErrorCode.CANISTER_INVALID_WASM,
                        "Canister's Wasm module is not valid: it cannot be instantiated: " + e.getMessage()));
            }
        }

        private Code codeOf(Resident resident, ModuleBinary binary) {
            var stable = request.mode() instanceof Mode.Upgrade ? code().stable() : MemoryImage.EMPTY;
            var heap = keepsHeap() ? keptHeap(resident.module()) : resident.initialHeap();
            return new Code(binary, resident.globals(), heap, stable);
        }

        private MemoryImage keptHeap(CanisterModule module) {
            var heap = code().heap();
            checkKeptHeap(module, heap.bytes());
            return heap;
        }

        private void checkKeptHeap(CanisterModule module, long bytes) {
            if (!module.hasMemory() && bytes > 0) {
                throw invalidMemory("the Wasm memory (" + bytes
                        + " bytes) is not empty, but the canister module declares no Wasm memory");
            }
            if (bytes < module.heapBytesMin()) {
                throw invalidMemory("the Wasm memory (" + bytes + " bytes) is smaller than the minimum Wasm memory ("
                        + module.heapBytesMin() + " bytes) declared by the canister module");
            }
            if (bytes > module.heapBytesMax()) {
                throw invalidMemory("the Wasm memory (" + bytes + " bytes) is larger than the maximum Wasm memory ("
                        + module.heapBytesMax() + " bytes) of the canister module");
            }
        }

        private StageFailure invalidMemory(String reason) {
            return failed(
                    Failure.of(ErrorCode.CANISTER_INVALID_WASM, "Canister's Wasm module is not valid: " + reason));
        }

        /// Runs the hook of the new module that takes the argument.
        private void begin(Resident resident, CanisterModule module) {
            boolean upgrades = request.mode() instanceof Mode.Upgrade;
            enter(upgrades ? Stage.POST_UPGRADE : Stage.INIT);
            run(resident, upgrades ? module.postUpgrade() : module.init(), Context.INIT, incoming(request.argument()));
        }

        private void run(Resident resident, OptionalInt function, Context context, Incoming incoming) {
            if (function.isEmpty()) {
                return;
            }
            var request = new RunRequest(
                    new Entry.Function(function.getAsInt()),
                    context,
                    canister,
                    incoming,
                    env.forInstallation(),
                    Budget.of(env.limits().installInstructionsMax()).minus(instructionsUsed));
            var run = resident.run(request);
            instructionsUsed += run.instructionsUsed();
            log.addAll(run.log());
            canister = switch (run) {
                case Run.Completed completed -> withChanges(completed);
                case Run.Trapped trapped -> throw failed(trapped.failure());
            };
        }

        private CanisterState withChanges(Run.Completed run) {
            return canister.with(draft -> {
                draft.code = Optional.of(run.code());
                draft.cycles = run.changes().cycles();
                draft.certifiedData = run.changes().certifiedData();
                draft.globalTimerNanos = run.changes().globalTimerNanos();
            });
        }

        private void finish() {
            long limit = canister.settings().wasmMemoryLimitBytes();
            long bytes = code().heap().bytes();
            if (limit != 0 && bytes > limit) {
                throw failed(Failure.of(
                        ErrorCode.CANISTER_WASM_MEMORY_LIMIT_EXCEEDED, SystemApi.wasmMemoryLimitText(limit, bytes)));
            }
        }

        /// From here on success is certain.
        private InstallOutcome commit(Resident resident) {
            instances.adopt(clean.id(), resident);
            fresh = Optional.empty();
            var low = MemoryPressure.isLow(canister.settings(), code());
            var installed = canister.with(draft -> {
                draft.lowMemoryHook = LowMemoryHook.CONDITION_NOT_SATISFIED.observe(low);
                draft.log = draft.log.plus(env.timeNanos(), log, draft.settings.logMemoryLimitBytes());
            });
            return new InstallOutcome.Installed(installed, instructionsUsed);
        }

        InstallOutcome rejected(StageFailure failure) {
            var next = clean.with(
                    draft -> draft.log = draft.log.plus(env.timeNanos(), log, draft.settings.logMemoryLimitBytes()));
            return new InstallOutcome.Rejected(next, stage, failure.reject, failure.failure, instructionsUsed);
        }

        /// Gives back the new instance, unless it was adopted.
        @Override
        public void close() {
            fresh.ifPresent(Resident::close);
        }

        private void charge(long instructions) {
            long limit = env.limits().installInstructionsMax();
            instructionsUsed = Math.min(instructionsUsed + instructions, limit);
            if (instructionsUsed == limit) {
                throw failed(Failure.outOfInstructions(limit));
            }
        }

        private StageFailure failed(Failure failure) {
            return new StageFailure(failure.reject(clean, sender()), Optional.of(failure));
        }

        private StageFailure rejection(ErrorCode error, String message) {
            return new StageFailure(new Payload.Reject(error, message), Optional.empty());
        }

        private boolean keepsHeap() {
            return request.mode() instanceof Mode.Upgrade upgrade
                    && upgrade.persistence().equals(Optional.of(Persistence.KEEP));
        }

        private CanisterModule installed() {
            return modules.installed(code().module());
        }

        private Code code() {
            return canister.code().orElseThrow();
        }

        private Incoming incoming(byte[] argument) {
            return Incoming.of(sender(), argument);
        }

        private Principal sender() {
            return request.origin().principal();
        }
    }
}
