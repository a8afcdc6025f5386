package decant.canister;

import decant.base.Principal;
import decant.canister.RunRequest.Budget;
import decant.canister.cycles.OutOfCycles;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallReport;
import decant.canister.state.Payload;
import decant.canister.state.Stage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// One attempt to put code into a canister, in whichever way: what was asked for, what was used so far, and how it
/// ends.
///
/// All stages share one limit of instructions, compiling included.
final class InstallAttempt {
    private static final long INSTRUCTIONS_TO_COMPILE_ONE = 6_000;
    private static final int REJECT_BYTES_MAX = 8 << 10;

    /// The canister as it was, but that it paid for the attempt in advance.
    private final CanisterState clean;

    private final InstallRequest request;
    private final Env env;
    private final Bill bill;

    /// A stranger's attempt costs the canister nothing.
    private boolean isAuthorised;

    private final ReportDraft report;
    private final List<byte[]> log = new ArrayList<>();
    private long instructionsSpent;

    /// What a trial used: it has a limit of its own.
    private long instructionsTried;

    InstallAttempt(CanisterState clean, InstallRequest request, Env env, Bill bill) {
        this.clean = bill.canBePaid() ? bill.paid(clean) : clean;
        this.bill = bill;
        this.request = request;
        this.env = env;
        this.report = new ReportDraft(clean, request, env.limits().installInstructionsMax());
    }

    CanisterState clean() {
        return clean;
    }

    InstallRequest request() {
        return request;
    }

    Env env() {
        return env;
    }

    ReportDraft report() {
        return report;
    }

    Principal sender() {
        return request.origin().principal();
    }

    void enter(Stage next) {
        report.enter(next);
    }

    /// The first stage: the caller is a controller, and the canister is what the caller thinks it is.
    void authorise() {
        enter(Stage.AUTHORISE);
        var settings = clean.settings();
        if (!settings.isController(sender())) {
            var controllers =
                    settings.controllers().stream().map(Principal::toString).collect(Collectors.joining(" "));
            throw rejection(
                    ErrorCode.CANISTER_INVALID_CONTROLLER,
                    "Only the controllers of the canister " + clean.id() + " can control it.\n"
                            + "Canister's controllers: " + controllers + "\nSender's ID: " + sender());
        }
        bill.refusal(clean, sender()).ifPresent(unpaid -> {
            throw rejection(unpaid.error(), "Canister installation failed with `" + unpaid.message() + "`.");
        });
        Lifecycle.immutability(clean).ifPresent(immutable -> {
            throw new StageFailure(immutable, Optional.empty());
        });
        request.expectedVersion().ifPresent(expected -> {
            if (expected != clean.version()) {
                throw rejection(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Canister " + clean.id() + " is at version " + clean.version()
                                + ", but the request expects version " + expected
                                + ": something was done to it in between. Look at what it was, then ask again with the"
                                + " version found.");
            }
        });
        isAuthorised = true;
    }

    /// {@return the request's module, whose compilation is paid for}
    CanisterModule parse(ModuleCache modules) {
        return parse(modules, request.module());
    }

    CanisterModule parse(ModuleCache modules, byte[] uploaded) {
        CanisterModule module;
        try {
            module = modules.uploaded(uploaded);
        } catch (InvalidCanisterModule e) {
            throw invalidModule(String.valueOf(e.getMessage()));
        }
        charge(INSTRUCTIONS_TO_COMPILE_ONE * module.instructions());
        return module;
    }

    private void charge(long instructions) {
        long limit = env.limits().installInstructionsMax();
        long charged = Math.min(instructions, limit - instructionsSpent);
        instructionsSpent += charged;
        report.used(charged);
        if (instructionsSpent == limit) {
            throw failed(Failure.outOfInstructions(limit));
        }
    }

    /// {@return what the next run may use}
    Budget budget() {
        return Budget.of(env.limits().installInstructionsMax()).minus(instructionsSpent);
    }

    /// Takes note of a run.
    void ran(Run run) {
        instructionsSpent += run.instructionsUsed();
        report.used(run.instructionsUsed());
        report.touched(run.touched());
        log.addAll(run.log());
    }

    /// Takes note of a trial.
    void tried(UpgradeTrial.Judgement judgement) {
        instructionsTried += judgement.instructionsUsed();
        report.found(judgement.findings());
    }

    /// Takes note of a hook that counts as not run: what it used is not missing for the stages that follow.
    void discarded(Run.Trapped run) {
        instructionsSpent -= run.instructionsUsed();
        report.discarded(run.failure());
    }

    StageFailure invalidModule(String reason) {
        return failed(Failure.of(ErrorCode.CANISTER_INVALID_WASM, "Canister's Wasm module is not valid: " + reason));
    }

    StageFailure failed(Failure failure) {
        return new StageFailure(failure.reject(clean, sender()), Optional.of(failure));
    }

    StageFailure rejection(ErrorCode error, String message) {
        return new StageFailure(new Payload.Reject(error, message), Optional.empty());
    }

    /// {@return the canister with the log lines of what ran}
    private CanisterState logged(CanisterState canister) {
        return canister.with(
                draft -> draft.log = draft.log.plus(env.timeNanos(), log, draft.settings.logMemoryLimitBytes()));
    }

    InstallOutcome installed(CanisterState canister) {
        var installed = report.installed(canister);
        return new InstallOutcome.Installed(settled(logged(canister), installed), installed, used(installed));
    }

    InstallOutcome tried(CanisterState wouldBe) {
        var tried = report.installed(wouldBe);
        return new InstallOutcome.Tried(settled(logged(clean), tried), tried, used(tried));
    }

    InstallOutcome rejected(StageFailure failure) {
        var rejected = report.rejected(failure);
        return new InstallOutcome.Rejected(
                settled(logged(clean), rejected),
                explained(failure.reject(), rejected.summary()),
                rejected,
                used(rejected));
    }

    private CanisterState settled(CanisterState canister, InstallReport reported) {
        if (!bill.canBePaid()) {
            return canister;
        }
        return isAuthorised
                ? bill.settled(canister, reported.usage().instructionsUsed())
                : canister.with(draft -> draft.cycles = draft.cycles.plus(bill.prepaid()));
    }

    /// {@return the canister as it would be, with cycles reserved for what it has grown}
    CanisterState reserved(CanisterState grown) {
        var tariff = bill.tariff();
        if (tariff.isFree()) {
            return grown;
        }
        long allocation = grown.settings().memoryAllocationBytes();
        long before = Math.max(tariff.memoryBytes(clean), allocation);
        var reservation = tariff.reservation(before, Math.max(tariff.memoryBytes(grown), allocation), 0);
        if (reservation.isZero()) {
            return grown;
        }
        var all = grown.reservedCycles().plus(reservation);
        if (all.compareTo(grown.settings().reservedCyclesLimit()) > 0) {
            throw failed(Failure.of(
                    ErrorCode.RESERVED_CYCLES_LIMIT_EXCEEDED_IN_MEMORY_GROW,
                    OutOfCycles.limitText(grown, "grow memory by the new code", all)));
        }
        var missing = reservation.minusAtMost(grown.cycles());
        if (!missing.isZero()) {
            throw failed(Failure.of(
                    ErrorCode.INSUFFICIENT_CYCLES_IN_MEMORY_GROW,
                    OutOfCycles.growthText(tariff.memoryBytes(grown) - before, missing, true)));
        }
        return grown.with(draft -> {
            draft.cycles = draft.cycles.minus(reservation);
            draft.reservedCycles = all;
        });
    }

    /// Makes sure that the canister, as it would be, is not frozen because it has grown.
    void requireUpkeep(CanisterState grown) {
        var tariff = bill.tariff();
        if (tariff.isFree()) {
            return;
        }
        long growth = tariff.memoryBytes(grown) - tariff.memoryBytes(clean);
        var missing = tariff.missing(bill.settled(grown, instructionsSpent), Cycles.ZERO);
        if (growth > 0 && !missing.isZero()) {
            throw failed(Failure.of(
                    ErrorCode.INSUFFICIENT_CYCLES_IN_MEMORY_GROW, OutOfCycles.growthText(growth, missing, true)));
        }
    }

    private long used(InstallReport reported) {
        return reported.usage().instructionsUsed() + instructionsTried;
    }

    private static Payload.Reject explained(Payload.Reject reject, String summary) {
        if (reject.error() == ErrorCode.CANISTER_INVALID_CONTROLLER) {
            return reject;
        }
        return new Payload.Reject(reject.error(), cut(reject.message() + "\n\n" + summary));
    }

    private static String cut(String message) {
        var utf8 = message.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= REJECT_BYTES_MAX) {
            return message;
        }
        int end = REJECT_BYTES_MAX - 3;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8) + "...";
    }
}
