package decant.canister.rehearsal;

import decant.canister.rehearsal.Comparison.Occasion;
import java.util.List;

/// The step that compares what the old and the new version answer.
final class ProbeStep {
    private final Trial trial;
    private final Interview interview;
    private final Succession succession;

    ProbeStep(Trial trial, Interview interview, Succession succession) {
        this.trial = trial;
        this.interview = interview;
        this.succession = succession;
    }

    List<ProbeResult> run(List<Answer> before, List<Answer> after) {
        trial.observe(interview.observations());
        var comparison = new Comparison(
                Occasion.UPGRADE,
                trial.plan().probes(),
                trial.versions().serviceBefore(),
                probe -> Interview.askLater(trial.before(), probe, trial.allowance()),
                succession::answer);
        comparison.compare(before, after);
        trial.observe(comparison.observations());
        if (comparison.evidence() == 0 && !trial.allowance().wasCut()) {
            observeNoEvidence();
        }
        observeRest();
        return comparison.results();
    }

    private void observeNoEvidence() {
        var versions = trial.versions();
        boolean isDescribed =
                versions.serviceBefore().isPresent() && versions.serviceAfter().isPresent();
        trial.observe(Observation.leavesOpen(
                "probes.none",
                "",
                isDescribed
                        ? "no query method without arguments that both versions answer"
                        : "a version without the metadata `candid:service`",
                "calls whose answers can be compared",
                "whether the new version has the data of the old one is not known",
                "name calls in a probe file, as `query balance_of (\"alice\")`, or acknowledge this finding"));
    }

    private void observeRest() {
        int max = trial.plan().bounds().probesMax();
        int rest = interview.probes().size() - max;
        if (rest > 0) {
            trial.observe(Observation.notes(
                    "probes.too-many",
                    "",
                    interview.probes().size() + " calls",
                    "at most " + max,
                    "the last " + rest + " were not made",
                    "name those that matter in a probe file, after `only`"));
        }
    }
}
