package decant.canister.rehearsal;

import decant.base.Hash;
import decant.canister.rehearsal.Budget.Turn;
import decant.canister.rehearsal.RehearsalReport.Subject;
import decant.canister.state.CanisterState;
import decant.canister.state.InstallReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One rehearsal on its way.
///
/// ```
/// checks -> installation -> probes -> next installation -> forward -> replay -> downgrade -> report
///                |                                                                             ^
///                '-------------------------------- rejected -----------------------------------'
/// ```
///
/// Every step after the installation begins with the new version as the installation left it.
final class RehearsalCourse {
    private final Trial trial;
    private final Growth growth;
    private final Interview interview;
    private final Interview newInterview;

    private final List<Budget.StageUse> stages = new ArrayList<>();
    private final List<Budget.Line> lines = new ArrayList<>();
    private List<ProbeResult> probes = List.of();
    private List<ProbeResult> replay = List.of();
    private Optional<InstallReport> next = Optional.empty();
    private Optional<InstallReport> downgrade = Optional.empty();
    private Optional<Forward> forward = Optional.empty();
    private StateDiff diff = StateDiff.NONE;
    private HeldVariables heldBefore = HeldVariables.NONE;

    RehearsalCourse(Trial trial, Growth growth) {
        this.trial = trial;
        this.growth = growth;
        var versions = trial.versions();
        var known = trial.upgrades() ? versions.serviceBefore() : versions.serviceAfter();
        var script = trial.plan().probes();
        var self = trial.live().id();
        interview = Interview.of(known, versions.serviceAfter(), script, trial.sender(), self);
        newInterview = Interview.ofNew(known, versions.serviceAfter(), script, trial.sender(), self);
    }

    RehearsalReport run() {
        new StaticStep(trial).run();
        var step = new InstallStep(trial, Turn.THIS);
        var installation = step.run(trial.request(), Growth.NOT_KNOWN);
        step.observe(installation);
        keep(installation);
        var versions = trial.versions();
        heldBefore = HeldVariables.of(
                versions.factsBefore(), installation.saved(), trial.plan().valueCharactersMax());
        if (installation.isInstalled()) {
            follow(trial.after().canister());
        } else {
            // It stays what it is.
            diff = StateDiff.of(trial.live(), trial.live(), versions.factsBefore(), versions.factsBefore())
                    .with(heldBefore, heldBefore);
        }
        trial.allowance().cut().ifPresent(this::observeCut);
        return report(installation.report());
    }

    /// What comes after an installation that went well.
    private void follow(CanisterState migrated) {
        var before = trial.upgrades() ? trial.hold(interview, trial.before()) : List.<Answer>of();
        var after = new LinkedHashMap<Interview, List<Answer>>();
        after.put(interview, trial.hold(interview, trial.after()));
        after.put(newInterview, trial.hold(newInterview, trial.after()));
        var versions = trial.versions();
        diff = StateDiff.of(trial.live(), migrated, versions.factsBefore(), versions.factsAfter())
                .with(heldBefore, HeldVariables.NONE);
        var succession = new Succession(trial, Turn.NEXT, migrated, List.copyOf(after.keySet()), growth);
        if (trial.upgrades()) {
            probes = new ProbeStep(trial, interview, succession).run(before, after.get(interview));
        }
        if (trial.allowance().isLeft()) {
            goOn(migrated, succession, after);
        }
        if (trial.plan().forwardNanos() > 0 && trial.allowance().isLeft()) {
            forward = Optional.of(new ForwardStep(trial, migrated).run(after.get(interview)));
        }
        if (!trial.plan().recorded().isEmpty()
                && trial.upgrades()
                && trial.allowance().isLeft()) {
            replay = new ReplayStep(trial, migrated).run();
        }
        if (trial.plan().downgrades() && trial.upgrades() && trial.allowance().isLeft()) {
            downgrade = new DowngradeStep(trial, migrated).run(interview, before);
        }
    }

    /// The upgrades after this one. What the first of them shows, the one after some use would only show again.
    private void goOn(CanisterState migrated, Succession succession, Map<Interview, List<Answer>> answers) {
        long reasons = trial.reasons();
        var result = new NextStep(trial, migrated, succession).run(answers);
        next = Optional.of(result.report());
        diff = diff.with(
                heldBefore,
                HeldVariables.of(
                        trial.versions().factsAfter(),
                        result.saved(),
                        trial.plan().valueCharactersMax()));
        keep(result);
        if (trial.reasons() == reasons && trial.allowance().isLeft()) {
            new UsedStep(trial, migrated).run(List.copyOf(answers.keySet()));
        }
    }

    private void keep(InstallStep.Result result) {
        stages.addAll(result.stages());
        lines.addAll(result.lines());
    }

    private void observeCut(Allowance.Cut cut) {
        trial.observe(Observation.leavesOpen(
                "rehearsal.cut",
                "",
                cut.used(),
                cut.allowed(),
                "the rehearsal came to its end before it was finished; what is missing below was not looked at",
                "rehearse with a larger bound, or look at less"));
    }

    private RehearsalReport report(InstallReport installation) {
        var live = trial.live();
        var subject = new Subject(
                live.id(),
                live.version(),
                live.code().map(code -> code.module().hash()),
                Hash.sha256(trial.request().module()),
                Hash.sha256(trial.request().argument()));
        return new RehearsalReport(
                subject,
                trial.observations(),
                installation,
                next,
                downgrade,
                new Budget(stages, lines),
                probes,
                replay,
                forward,
                diff,
                trial.allowance().used());
    }
}
