package decant.canister.rehearsal;

import decant.candid.Candid;
import decant.canister.Env;
import decant.canister.InstallRequest;
import decant.canister.InstallRequest.Mode;
import decant.canister.ModuleCache;
import decant.canister.rehearsal.Budget.Turn;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Chronicle;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Tries an upgrade, and what comes after it, on copies of a canister.
///
/// Nothing of the canister changes, nor of anything else; the same canister, request, plan and environment give the
/// same report. Must be called on a thread with a big stack, as [decant.canister.Execution].
public final class Rehearsal {
    private final ModuleCache modules;
    private final BooleanSupplier abandoned;

    public Rehearsal(ModuleCache modules) {
        this(modules, () -> false);
    }

    private Rehearsal(ModuleCache modules, BooleanSupplier abandoned) {
        this.modules = modules;
        this.abandoned = abandoned;
    }

    /// {@return rehearsals that come to an end, after the execution at hand, when nobody waits for them any more or
    /// their time is over}
    public Rehearsal abandonedIf(BooleanSupplier isOver) {
        return new Rehearsal(modules, isOver);
    }

    /// Tries what the request asks for, as if it came now.
    ///
    /// @param chronicle what was done to the canister before, by which its growth is told
    public RehearsalReport run(
            CanisterState live, Chronicle chronicle, InstallRequest request, RehearsalPlan plan, Env env) {
        var allowance = new Allowance(plan.bounds(), abandoned);
        try (var trial = new Trial(
                live, committing(request), plan, env, allowance, () -> new Fork(live, modules, allowance, env))) {
            return new RehearsalCourse(trial, Growth.of(chronicle, env.timeNanos())).run();
        }
    }

    /// Tries whether the canister could be upgraded at all: puts the code that it has over itself.
    ///
    /// @param chronicle what was done to the canister before, by which its growth is told
    public Checkup checkup(CanisterState live, Chronicle chronicle, Bounds bounds, Env env) {
        var code = live.code().orElseThrow(() -> new AssertionError("BUG: " + live.id() + " has no code to try"));
        var controllers = live.settings().controllers();
        var asker = new Change.Origin.FromUser(controllers.isEmpty() ? live.id() : controllers.first());
        var request = new InstallRequest(
                new Mode.Upgrade(false, Optional.empty()), code.module().bytes(), Candid.encode(List.of()), asker);
        var allowance = new Allowance(bounds, abandoned);
        var plan = RehearsalPlan.asked(env.limits()).withBounds(bounds);
        try (var trial =
                new Trial(live, request, plan, env, allowance, () -> new Fork(live, modules, allowance, env))) {
            var result = new InstallStep(trial, Turn.NEXT)
                    .run(trial.upgradeTo(request.module()), Growth.of(chronicle, env.timeNanos()));
            return new Checkup(
                    live.id(),
                    live.version(),
                    env.timeNanos(),
                    result.report(),
                    new Budget(result.stages(), result.lines()),
                    allowance.cut().map(cut -> cut.used() + ", where there may be " + cut.allowed()));
        }
    }

    /// A dry run is rehearsed as what it is a dry run of.
    private static InstallRequest committing(InstallRequest request) {
        return new InstallRequest(
                request.mode(),
                request.module(),
                request.argument(),
                request.origin(),
                false,
                request.expectedVersion());
    }
}
