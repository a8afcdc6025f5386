package decant.canister.rehearsal;

import decant.canister.state.CanisterState;
import decant.canister.state.TaskKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The step that lets the new version live on for a while, and the old one for comparison.
final class ForwardStep {
    private final Trial trial;
    private final CanisterState migrated;

    ForwardStep(Trial trial, CanisterState migrated) {
        this.trial = trial;
        this.migrated = migrated;
    }

    /// @param answers what the new version answered before
    Forward run(List<Answer> answers) {
        var control = trial.upgrades() ? Optional.of(control()) : Optional.<Forward>empty();
        trial.after().become(migrated);
        var course = forward(trial.after());
        course.traps().forEach((task, trap) -> observeTrap(task, trap, control));
        observeCallsOut(course, control);
        observeTimer();
        observeLife(answers);
        return course;
    }

    private Forward control() {
        var begun = trial.before().canister();
        var course = forward(trial.before());
        trial.before().become(begun);
        return course;
    }

    private Forward forward(Fork fork) {
        return Forward.run(
                fork, trial.plan().forwardNanos(), trial.plan().bounds().tasksMax(), trial.allowance());
    }

    private void observeTrap(TaskKind task, String trap, Optional<Forward> control) {
        boolean isOld = control.filter(old -> old.traps().containsKey(task)).isPresent();
        var expected = "a run to its end";
        var remedy = "mend what the message names";
        trial.observe(
                isOld
                        ? Observation.warns(
                                "forward.traps-as-before",
                                task.exportName(),
                                trap,
                                expected,
                                "the " + task.mode() + " traps, as it does in the old version",
                                remedy)
                        : Observation.breaks(
                                "forward.traps",
                                task.exportName(),
                                trap,
                                expected,
                                "the " + task.mode() + " of the new version traps" + within(),
                                remedy));
    }

    private String within() {
        return " within " + RehearsalText.duration(trial.plan().forwardNanos());
    }

    private void observeCallsOut(Forward course, Optional<Forward> control) {
        var fresh = new ArrayList<>(course.callsOut());
        control.ifPresent(old -> fresh.removeAll(old.callsOut()));
        if (!fresh.isEmpty()) {
            trial.observe(Observation.notes(
                    "forward.calls-out",
                    "",
                    String.join(", ", fresh),
                    "no calls of other canisters",
                    "what the new version does with the answers was not looked at: other canisters cannot be called in"
                            + " a rehearsal",
                    "none needed"));
        }
    }

    private void observeTimer() {
        if (trial.upgrades() && trial.live().globalTimerNanos() != 0 && migrated.globalTimerNanos() == 0) {
            trial.observe(Observation.leavesOpen(
                    "forward.timer-lost",
                    TaskKind.GLOBAL_TIMER.exportName(),
                    "no timer",
                    "a timer, as before the upgrade",
                    "an upgrade ends all timers, and the new version sets none: what the timer was for does not happen",
                    "set timers again in the hook after the upgrade"));
        }
    }

    /// Asks once more, now that time has passed.
    private void observeLife(List<Answer> answers) {
        for (var answer : answers) {
            boolean isTelling = answer.isReply()
                    && answer.probe().isEvidence()
                    && !answer.probe().isUpdate();
            if (!isTelling || !trial.allowance().isLeft()) {
                continue;
            }
            var now = Interview.ask(trial.after(), answer.probe());
            if (!now.isReply() && !trial.allowance().wasCut()) {
                trial.observe(Observation.breaks(
                        "forward.refused",
                        answer.probe().label(),
                        now.text(Optional.empty()),
                        "a reply, as right after the upgrade",
                        "the new version stops answering" + within(),
                        "mend what its timers and heartbeats do"));
            }
        }
    }
}
