package decant.candid;

import java.util.HashMap;
import java.util.Map;

/// Answers, during one decoding, whether the type of a reference fits. Each pair of types is walked once.
final class SubtypeCheck {
    private final Meter meter;
    private final Map<TypePair, Boolean> answers = new HashMap<>();

    SubtypeCheck(Meter meter) {
        this.meter = meter;
    }

    boolean holds(Type provided, Type required) {
        return answers.computeIfAbsent(new TypePair(provided, required), question -> walk(question));
    }

    private boolean walk(TypePair question) {
        var listener = new FirstDisagreement(meter);
        new SubtypeWalk(listener, false).run(question.provided(), question.required());
        return !listener.found;
    }

    private static final class FirstDisagreement implements SubtypeWalk.Listener {
        private final Meter meter;
        private boolean found;

        FirstDisagreement(Meter meter) {
            this.meter = meter;
        }

        @Override
        public void step() {
            meter.charge(Quota.VALUE_COST);
        }

        @Override
        public boolean disagreement(SubtypeWalk.Disagreement disagreement) {
            found = true;
            return false;
        }
    }
}
