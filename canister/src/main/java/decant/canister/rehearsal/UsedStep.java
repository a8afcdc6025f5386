package decant.canister.rehearsal;

import decant.canister.rehearsal.Budget.Turn;
import decant.canister.rehearsal.Comparison.Occasion;
import decant.canister.state.CanisterState;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The step that uses the new version for a while and then upgrades it to itself: what it was given of its own must
/// come through, too.
final class UsedStep {
    private final Trial trial;
    private final CanisterState migrated;

    UsedStep(Trial trial, CanisterState migrated) {
        this.trial = trial;
        this.migrated = migrated;
    }

    /// @param interviews what to ask before and after
    void run(List<Interview> interviews) {
        var fork = trial.after();
        fork.become(migrated);
        int made = new Exercise(trial, interviews).run(fork, calls(interviews));
        if (made == 0 || !trial.allowance().isLeft()) {
            return;
        }
        var used = fork.canister();
        var answers = interviews.stream()
                .map(interview -> trial.hold(interview, fork))
                .toList();
        var succession = new Succession(trial, Turn.USED, used, interviews, Growth.NOT_KNOWN);
        new InstallStep(trial, Turn.USED).observe(succession.result());
        for (int i = 0; i < interviews.size() && succession.upgraded().isPresent(); i++) {
            compare(answers.get(i), succession.answers(interviews.get(i)), used, succession);
        }
    }

    private List<Probe> calls(List<Interview> interviews) {
        var known = Stream.concat(
                        trial.plan().recorded().stream().map(Probe::of),
                        interviews.stream()
                                .flatMap(interview -> interview.probes().stream())
                                .filter(Probe::isUpdate))
                .toList();
        return Interview.updates(
                trial.versions().serviceAfter(),
                known,
                trial.sender(),
                trial.live().id());
    }

    private void compare(List<Answer> before, List<Answer> after, CanisterState used, Succession succession) {
        var comparison = new Comparison(
                Occasion.USED,
                trial.plan().probes(),
                trial.versions().serviceAfter(),
                probe -> askLater(probe, used),
                probe -> succession.next().flatMap(third -> third.answer(probe)));
        comparison.compare(before, after);
        trial.observe(comparison.observations());
    }

    private Optional<Answer> askLater(Probe probe, CanisterState used) {
        trial.after().become(used);
        return Interview.askLater(trial.after(), probe, trial.allowance());
    }
}
