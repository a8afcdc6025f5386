package decant.canister.rehearsal;

import decant.canister.rehearsal.Budget.Turn;
import decant.canister.state.CanisterState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An upgrade of the new version to itself, and what it answers afterwards. It is made when somebody first asks for it.
final class Succession {
    private final Trial trial;
    private final Turn turn;
    private final CanisterState begun;
    private final List<Interview> interviews;
    private final Growth growth;
    private @Nullable Made made;
    private @Nullable Succession next;

    /// What came of it.
    ///
    /// @param upgraded the canister afterwards, if the upgrade succeeded
    private record Made(
            InstallStep.Result result, Optional<CanisterState> upgraded, Map<Interview, List<Answer>> answers) {}

    /// @param begun the new version as it is before this upgrade
    /// @param interviews what to ask it
    Succession(Trial trial, Turn turn, CanisterState begun, List<Interview> interviews, Growth growth) {
        this.trial = trial;
        this.turn = turn;
        this.begun = begun;
        this.interviews = interviews;
        this.growth = growth;
    }

    InstallStep.Result result() {
        return made().result();
    }

    Optional<CanisterState> upgraded() {
        return made().upgraded();
    }

    List<Answer> answers(Interview interview) {
        return made().answers().getOrDefault(interview, List.of());
    }

    Optional<Answer> answer(Probe probe) {
        return made().answers().values().stream()
                .flatMap(List::stream)
                .filter(answer -> answer.probe().equals(probe))
                .findFirst();
    }

    /// {@return the upgrade after this one, unless this one fails}
    Optional<Succession> next() {
        if (next == null && upgraded().isPresent() && trial.allowance().isLeft()) {
            next = new Succession(trial, turn, upgraded().get(), interviews, growth);
        }
        return Optional.ofNullable(next);
    }

    private Made made() {
        var known = made;
        if (known == null) {
            known = make();
            made = known;
        }
        return known;
    }

    private Made make() {
        var fork = trial.after();
        fork.become(begun);
        var result =
                new InstallStep(trial, turn).run(trial.upgradeTo(trial.request().module()), growth);
        var answers = new HashMap<Interview, List<Answer>>();
        if (!result.isInstalled()) {
            return new Made(result, Optional.empty(), answers);
        }
        var upgraded = fork.canister();
        for (var interview : interviews) {
            answers.put(interview, trial.hold(interview, fork));
        }
        return new Made(result, Optional.of(upgraded), answers);
    }
}
