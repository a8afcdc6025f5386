package decant.canister.rehearsal;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.canister.rehearsal.Difference.Kind;
import decant.canister.rehearsal.ProbeResult.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Compares the answers before and after something was done, and says what differences mean.
///
/// An answer that is less than before is taken for a loss, any other difference for a change that may be wanted. What
/// differs also between two times on the same side, as a clock does, says nothing.
final class Comparison {
    private static final int DIFFERENCES_SHOWN_MAX = 3;

    private final Occasion occasion;
    private final ProbeScript script;
    private final Optional<Did> service;
    private final Function<Probe, Optional<Answer>> later;
    private final Function<Probe, Optional<Answer>> again;
    private final List<Observation> observations = new ArrayList<>();
    private final List<ProbeResult> results = new ArrayList<>();
    private int evidence;

    /// What was done between the answers.
    enum Occasion {
        UPGRADE("probes", false, "after the upgrade"),
        NEXT("next", true, "after one more upgrade to the same version"),
        USED("next", true, "when the new version was used for a while and is then upgraded to itself"),
        REPLAY("replay", false, "when recorded calls are made again after the upgrade"),
        DOWNGRADE("downgrade", false, "after the upgrade and the way back");

        private final String code;

        /// An upgrade of a version to itself has nothing to change: whatever it changes is a fault.
        private final boolean isToTheSame;

        private final String when;

        Occasion(String code, boolean isToTheSame, String when) {
            this.code = code;
            this.isToTheSame = isToTheSame;
            this.when = when;
        }
    }

    /// @param service the interface before
    /// @param later asks a probe once more before, at another time
    Comparison(Occasion occasion, ProbeScript script, Optional<Did> service, Function<Probe, Optional<Answer>> later) {
        this(occasion, script, service, later, _ -> Optional.empty());
    }

    /// @param again asks a probe after the same was done once more
    Comparison(
            Occasion occasion,
            ProbeScript script,
            Optional<Did> service,
            Function<Probe, Optional<Answer>> later,
            Function<Probe, Optional<Answer>> again) {
        this.occasion = occasion;
        this.script = script;
        this.service = service;
        this.later = later;
        this.again = again;
    }

    List<Observation> observations() {
        return observations;
    }

    List<ProbeResult> results() {
        return results;
    }

    /// {@return how many answers say that something was kept}
    int evidence() {
        return evidence;
    }

    void compare(List<Answer> before, List<Answer> after) {
        for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
            compare(before.get(i), after.get(i));
        }
    }

    private void compare(Answer before, Answer after) {
        var types = service.flatMap(did -> did.method(before.probe().method())).map(Type.Func::resultTypes);
        var outcome = outcome(before, after, types);
        results.add(new ProbeResult(before.probe().label(), outcome, before.text(types), after.text(types)));
        boolean isTold =
                outcome != Outcome.VOLATILE && outcome != Outcome.NO_REPLY_BEFORE && outcome != Outcome.UNANSWERED;
        evidence += isTold && before.probe().isEvidence() ? 1 : 0;
    }

    private Outcome outcome(Answer before, Answer after, Optional<List<Type>> types) {
        if (before.payload().isEmpty() || (after.payload().isEmpty() && before.isReply())) {
            return unanswered(before, after);
        }
        if (!before.isReply()) {
            return Outcome.NO_REPLY_BEFORE;
        }
        if (!after.isReply()) {
            return refused(before, after, types);
        }
        var expected = occasion == Occasion.UPGRADE
                ? script.expectedAnswer(before.probe().method())
                : Optional.<String>empty();
        return expected.isPresent() ? expected(expected.get(), after, types) : differing(before, after, types);
    }

    private Outcome unanswered(Answer before, Answer after) {
        var asked = before.payload().isEmpty() ? before : after;
        if (before.probe().isEvidence() && occasion == Occasion.UPGRADE) {
            observations.add(Observation.leavesOpen(
                    "probes.unanswered",
                    before.probe().label(),
                    "no answer while calls wait for " + String.join(", ", asked.callsOut()),
                    "an answer on both sides",
                    "whether the answer is the same is not known: other canisters cannot be called in a rehearsal",
                    "probe methods that need no other canister"));
        }
        return Outcome.UNANSWERED;
    }

    private Outcome refused(Answer before, Answer after, Optional<List<Type>> types) {
        add(
                Kind.LOST,
                "refused",
                before.probe().label(),
                after.text(types),
                before.text(types),
                "a call that was answered before fails " + occasion.when,
                "make the new version answer it; the reason it gives is in what was found");
        return Outcome.REFUSED;
    }

    private Outcome expected(String text, Answer after, Optional<List<Type>> types) {
        try {
            var found = after.values(types);
            var wanted = types.isPresent()
                    ? Candid.decode(
                            Candid.encode(Candid.parse(text, types.get()), types.get()), types.get(), Quota.DEFAULT)
                    : Candid.decode(Candid.encode(Candid.parse(text)), Quota.DEFAULT);
            if (found.equals(wanted)) {
                return Outcome.INTENDED;
            }
        } catch (CandidException _) {
            // An answer that cannot be read is not the one that is expected.
        }
        add(
                Kind.LOST,
                "unexpected",
                after.probe().label(),
                after.text(types),
                text,
                "the new version does not answer what a rule of the probes expects",
                "mend the new version, or the rule");
        return Outcome.CHANGED;
    }

    private Outcome differing(Answer before, Answer after, Optional<List<Type>> types) {
        List<Difference> differences;
        try {
            differences = before.differences(after, types);
        } catch (CandidException e) {
            add(
                    Kind.LOST,
                    "unreadable",
                    before.probe().label(),
                    String.valueOf(e.getMessage()),
                    before.text(types),
                    "a client of the old version cannot read the answer " + occasion.when,
                    "give the answer a type that old clients can read");
            return Outcome.UNREADABLE;
        }
        if (differences.isEmpty()) {
            return Outcome.SAME;
        }
        var unintended = differences.stream()
                .filter(difference -> !script.allows(before.probe().method(), difference))
                .toList();
        if (unintended.isEmpty()) {
            return Outcome.INTENDED;
        }
        var volatilePlaces = volatilePlaces(before, types);
        var telling = unintended.stream()
                .filter(difference -> !volatilePlaces.contains(difference.path()))
                .sorted(Comparator.comparing(Difference::kind))
                .toList();
        if (telling.isEmpty()) {
            return Outcome.VOLATILE;
        }
        if (telling.stream().allMatch(Difference::isByOne) && isCounted(telling, after, types)) {
            return Outcome.COUNTED;
        }
        telling.stream().limit(DIFFERENCES_SHOWN_MAX).forEach(difference -> add(before.probe(), difference));
        return telling.getFirst().kind() == Kind.LOST ? Outcome.LOST : Outcome.CHANGED;
    }

    private Set<String> volatilePlaces(Answer before, Optional<List<Type>> types) {
        return later.apply(before.probe())
                .flatMap(answer -> before.readableDifferences(answer, types))
                .map(differences -> places(differences.stream()))
                .orElse(Set.of());
    }

    /// {@return whether the numbers that are greater by one become so each time}
    private boolean isCounted(List<Difference> greater, Answer after, Optional<List<Type>> types) {
        return again.apply(after.probe())
                .flatMap(answer -> after.readableDifferences(answer, types))
                .map(differences -> places(differences.stream().filter(Difference::isByOne)))
                .filter(places -> places.containsAll(places(greater.stream())))
                .isPresent();
    }

    private static Set<String> places(Stream<Difference> differences) {
        return differences.map(Difference::path).collect(Collectors.toSet());
    }

    private void add(Probe probe, Difference difference) {
        boolean isLost = difference.kind() == Kind.LOST;
        String consequence;
        if (isLost) {
            consequence = "there is less " + occasion.when + " than before: data may be lost";
        } else if (occasion.isToTheSame) {
            consequence = "the answer is another " + occasion.when + ", which is to change nothing";
        } else {
            consequence = "the answer is another " + occasion.when + ": whether that is intended is not known";
        }
        add(
                difference.kind(),
                isLost ? "lost" : "changed",
                probe.label() + difference.path(),
                difference.found(),
                difference.expected(),
                consequence,
                "if it is intended, say so: `ignore " + probe.method() + difference.path() + "` in the probe file, or"
                        + " acknowledge this finding; otherwise mend the new version");
    }

    private void add(
            Kind kind, String code, String path, String found, String expected, String consequence, String remedy) {
        var whole = occasion.code + "." + code;
        if (occasion == Occasion.DOWNGRADE) {
            observations.add(Observation.warns(whole, path, found, expected, consequence, remedy));
        } else if (kind == Kind.LOST || occasion.isToTheSame) {
            observations.add(Observation.breaks(whole, path, found, expected, consequence, remedy));
        } else {
            observations.add(Observation.leavesOpen(whole, path, found, expected, consequence, remedy));
        }
    }
}
