package decant.canister.rehearsal;

import decant.canister.rehearsal.Difference.Kind;
import decant.canister.state.CanisterState;
import java.util.ArrayList;
import java.util.List;

/// Uses a version as its users would, so that it has data of its own to lose: a new version often begins with new
/// variables that are empty, and an empty variable that is not saved is not missed.
///
/// The calls are recorded ones, those of the probe file, and all update methods with arguments that are made up. A call
/// after which the version has less than before is undone, since it would hide what others have put there; so is one
/// that waits for another canister, which would wait for ever.
final class Exercise {
    private static final int CALLS_MAX = 40;

    private final Trial trial;
    private final List<Interview> interviews;

    /// @param interviews the queries by which it is told whether there is less than before
    Exercise(Trial trial, List<Interview> interviews) {
        this.trial = trial;
        this.interviews = interviews;
    }

    /// Uses the fork.
    ///
    /// @return how many calls did something
    int run(Fork fork, List<Probe> calls) {
        fork.start();
        var answers = ask(fork);
        int made = 0;
        for (var call : calls.subList(0, Math.min(CALLS_MAX, calls.size()))) {
            if (!trial.allowance().isLeft()) {
                break;
            }
            var begun = fork.canister();
            Interview.ask(fork, call);
            var answersNow = ask(fork);
            if (leavesCallsOpen(begun, fork.canister()) || takesAway(answers, answersNow)) {
                fork.become(begun);
            } else {
                answers = answersNow;
                made++;
            }
        }
        return made;
    }

    private static boolean leavesCallsOpen(CanisterState before, CanisterState after) {
        return after.calls().callbacks().size() > before.calls().callbacks().size();
    }

    private List<Answer> ask(Fork fork) {
        var answers = new ArrayList<Answer>();
        for (var interview : interviews) {
            for (var probe : interview.probes()) {
                if (probe.isEvidence() && !probe.isUpdate() && trial.allowance().isLeft()) {
                    answers.add(Interview.ask(fork, probe));
                }
            }
        }
        return answers;
    }

    private boolean takesAway(List<Answer> before, List<Answer> after) {
        for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
            if (before.get(i).isReply() && isLess(before.get(i), after.get(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean isLess(Answer before, Answer after) {
        var types = trial.versions().resultTypes(before.probe().method());
        return before.readableDifferences(after, types)
                .map(differences -> differences.stream().anyMatch(difference -> difference.kind() == Kind.LOST))
                .orElse(true);
    }
}
