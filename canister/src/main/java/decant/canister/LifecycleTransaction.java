package decant.canister;

import decant.canister.InstallRequest.Mode;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import decant.canister.state.ModuleBinary;
import decant.canister.state.Stage;
import decant.wasm.InstantiationFailure;
import decant.wasm.link.Condition;
import decant.wasm.link.Difference;
import decant.wasm.link.GraftResult;
import decant.wasm.link.Obstacle;
import decant.wasm.link.Renumbering;
import decant.wasm.link.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// A lifecycle upgrade on its way: the canister's hooks are replaced, and everything else stays exactly as it is.
///
/// ```
/// AUTHORISE -> CHECK, with the proof -> SWAP -> COMMIT
/// ```
///
/// No code of the canister runs. The memories are handed on as they are, so that the cost does not depend on their
/// sizes; the instance of the old module is given up when the next message comes. What makes this right is the proof
/// of [decant.wasm.link.HeapProof].
final class LifecycleTransaction {
    private static final String CONSEQUENCE = "code outside the hooks would go on differently on the kept heap";

    private final ModuleCache modules;
    private final InstallAttempt attempt;
    private final InstallRequest request;
    private final CanisterState clean;

    LifecycleTransaction(ModuleCache modules, InstallAttempt attempt) {
        this.modules = modules;
        this.attempt = attempt;
        this.request = attempt.request();
        this.clean = attempt.clean();
    }

    /// A module that is proven to fit, and its binary.
    private record Replacement(CanisterModule module, ModuleBinary binary, Renumbering renumbering) {}

    InstallOutcome run(Mode.LifecycleUpgrade mode) {
        attempt.authorise();
        attempt.enter(Stage.CHECK);
        var code = clean.code().orElseThrow(() -> new StageFailure(Refusals.noModule(clean.id()), Optional.empty()));
        var replacement = mode.graft() ? grafted(code) : given(code);
        attempt.enter(Stage.SWAP);
        var swapped = swap(code, replacement);
        if (request.dryRun()) {
            return attempt.tried(swapped);
        }
        attempt.enter(Stage.COMMIT);
        return attempt.installed(swapped);
    }

    private Replacement given(Code code) {
        var module = attempt.parse(modules);
        return proven(code, module, request.module());
    }

    /// The installed module with the hooks of the one that was sent.
    private Replacement grafted(Code code) {
        var sent = attempt.parse(modules);
        var installed = modules.installed(code.module()).module();
        return switch (LifecycleHooks.graft(installed, sent.module(), Optional.empty())) {
            case GraftResult.Grafted(byte[] wasm, var report) -> {
                attempt.report()
                        .found(report.removed().stream()
                                .map(LifecycleTransaction::removed)
                                .toList());
                yield proven(code, attempt.parse(modules, wasm), wasm);
            }
            case GraftResult.Unneeded _ ->
                throw attempt.failed(Failure.of(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Lifecycle upgrade refused: the hooks of the module are those that are installed, so there is"
                                + " nothing to graft."));
            case GraftResult.Refused(var obstacles, int total) -> {
                attempt.report()
                        .found(obstacles.stream()
                                .map(LifecycleTransaction::finding)
                                .toList());
                throw refused(
                        "the hooks of the module cannot be grafted onto the installed one; obstacles: ",
                        obstacles,
                        total);
            }
        };
    }

    private Replacement proven(Code code, CanisterModule module, byte[] wasm) {
        var installed = modules.installed(code.module()).module();
        return switch (LifecycleHooks.compare(installed, module.module())) {
            case Verdict.Fits(var renumbering) -> new Replacement(module, module.binary(wasm), renumbering);
            case Verdict.Differs(var differences, int total) -> {
                attempt.report()
                        .found(differences.stream()
                                .map(LifecycleTransaction::finding)
                                .toList());
                throw refused(
                        "the module differs from the installed one in more than its lifecycle hooks; differences: ",
                        differences,
                        total);
            }
        };
    }

    private StageFailure refused(String why, List<?> shown, int total) {
        return attempt.failed(Failure.of(
                ErrorCode.CANISTER_CONTRACT_VIOLATION,
                "Lifecycle upgrade refused: " + why + total
                        + (shown.size() < total ? ", of which " + shown.size() + " are listed." : ".")));
    }

    private static Finding finding(Difference difference) {
        return new Finding(
                "heap-proof." + name(difference.condition()),
                Severity.ERROR,
                difference.place(),
                difference.found(),
                difference.expected(),
                CONSEQUENCE,
                difference.remedy());
    }

    private static String name(Condition condition) {
        return condition.name().toLowerCase(Locale.ROOT);
    }

    private static Finding finding(Obstacle obstacle) {
        return new Finding(
                "graft",
                Severity.ERROR,
                obstacle.what(),
                obstacle.found(),
                obstacle.expected(),
                "the hook cannot be made part of the installed module",
                obstacle.remedy());
    }

    private static Finding removed(String hook) {
        return new Finding(
                "graft.removed",
                Severity.WARNING,
                "`" + hook + "`",
                "no such hook in the module",
                "the hook, which the installed module has",
                "the canister has this hook no more",
                "where it is to stay, graft a module that has it");
    }

    private CanisterState swap(Code code, Replacement replacement) {
        var globals = replacement.renumbering().carry(code.globals(), firstGlobals(replacement.module()));
        var swapped = new Code(replacement.binary(), globals, code.heap(), code.stable());
        long timeNanos = attempt.env().timeNanos();
        return clean.with(draft -> {
            draft.code = Optional.of(swapped);
            draft.version++;
            draft.lastInstalledNanos = OptionalLong.of(timeNanos);
            draft.history = draft.history.plus(new Change(
                    timeNanos,
                    draft.version,
                    request.origin(),
                    new Change.Details.CodeDeployment(
                            request.mode().name(), swapped.module().hash())));
        });
    }

    /// {@return the values that the module's globals begin with}
    private long[] firstGlobals(CanisterModule module) {
        try (var resident = Resident.resume(module)) {
            return resident.globals();
        } catch (InstantiationFailure e) {
            throw attempt.invalidModule("it cannot be instantiated: " + e.getMessage());
        }
    }
}
