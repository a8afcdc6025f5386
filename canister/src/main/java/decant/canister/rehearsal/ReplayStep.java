package decant.canister.rehearsal;

import decant.canister.rehearsal.Comparison.Occasion;
import decant.canister.rehearsal.ProbeResult.Outcome;
import decant.canister.state.CanisterState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The step that makes recorded calls again on both versions, as a sample of what users do, and compares the answers.
final class ReplayStep {
    private final Trial trial;
    private final CanisterState migrated;

    ReplayStep(Trial trial, CanisterState migrated) {
        this.trial = trial;
        this.migrated = migrated;
    }

    List<ProbeResult> run() {
        var calls = trial.plan().recorded().stream().map(Probe::of).toList();
        var before = answers(trial.before(), trial.before().canister(), calls);
        var after = answers(trial.after(), migrated, calls);
        var comparison = new Comparison(
                Occasion.REPLAY, trial.plan().probes(), trial.versions().serviceBefore(), _ -> Optional.empty());
        comparison.compare(before, after);
        trial.observe(comparison.observations());
        observeSilence(comparison.results());
        return comparison.results();
    }

    private List<Answer> answers(Fork fork, CanisterState begin, List<Probe> calls) {
        fork.become(begin);
        fork.start();
        var answers = new ArrayList<Answer>();
        for (var call : calls) {
            if (!trial.allowance().isLeft()) {
                break;
            }
            var answer = Interview.ask(fork, call);
            if (!trial.allowance().wasCut()) {
                answers.add(answer);
            }
        }
        fork.become(begin);
        return answers;
    }

    private void observeSilence(List<ProbeResult> results) {
        long unanswered = results.stream()
                .filter(result -> result.outcome() == Outcome.UNANSWERED)
                .count();
        if (unanswered > 0 && unanswered == results.size()) {
            trial.observe(Observation.leavesOpen(
                    "replay.unanswered",
                    "",
                    "no answer to any of " + results.size() + " recorded calls",
                    "answers that can be compared",
                    "the replay says nothing: all calls wait for other canisters, which cannot be called in a"
                            + " rehearsal",
                    "probe methods that need no other canister"));
        }
    }
}
