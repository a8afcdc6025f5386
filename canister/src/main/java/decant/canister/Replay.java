package decant.canister;

import decant.canister.RecordedCall.Ending;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes recorded calls again on what a canister was before them, one after the other, each at its time.
///
/// A call that was refused then is left alone, since its user was told so. So is one that calls other canisters: they
/// have had that call already, and cannot be asked twice. Must be called on a thread with a big stack.
public final class Replay {
    private static final int INSTANCES_MAX = 2;

    private final ModuleCache modules;

    /// What became of a call.
    public enum Fate {
        /// It was answered as then.
        SAME(true),
        /// It was answered otherwise than then.
        CHANGED(true),
        /// It was answered; how it was answered then is not known any more.
        ANSWERED(true),
        /// It is refused now, and was not then as far as that is known.
        REFUSED(false),
        /// It calls other canisters, and was not made again.
        CALLS_OUT(false),
        /// It was refused then, and was not made again.
        REFUSED_THEN(false);

        private final boolean isMade;

        Fate(boolean isMade) {
            this.isMade = isMade;
        }

        /// {@return whether the canister has what the call wrote}
        public boolean isMade() {
            return isMade;
        }

        /// {@return whether what the call wrote is lost}
        public boolean isLost() {
            return this == REFUSED || this == CALLS_OUT;
        }
    }

    /// A call, and what became of it.
    ///
    /// @param answer what it was answered now
    public record Made(RecordedCall recorded, Fate fate, Optional<Payload> answer) {}

    /// What came of all calls.
    ///
    /// @param isCut whether they took more than they may: what came of them is then not to be kept
    public record Result(CanisterState canister, List<Made> calls, long instructionsUsed, boolean isCut) {
        public Result {
            calls = List.copyOf(calls);
        }
    }

    public Replay(ModuleCache modules) {
        this.modules = modules;
    }

    /// Makes the calls on the canister, which is without open calls. All together may take what an installation may.
    public Result run(CanisterState canister, List<RecordedCall> calls, Env env) {
        try (var instances = new Instances(INSTANCES_MAX)) {
            var course = new Course(canister, new Execution(modules, instances, BuiltInQueries.NONE), env);
            for (var call : calls) {
                course.make(call);
                if (course.left() == 0) {
                    break;
                }
            }
            return course.result(canister.status());
        }
    }

    private static final class Course {
        private final Execution execution;
        private final Env env;
        private final List<Made> made = new ArrayList<>();
        private CanisterState canister;
        private long used;

        Course(CanisterState begun, Execution execution, Env env) {
            this.execution = execution;
            this.env = env;
            // What was taken then was taken by a canister that ran.
            canister = begun.with(draft -> draft.status = new CanisterStatus.Running());
        }

        long left() {
            return Math.max(0, env.limits().installInstructionsMax() - used);
        }

        Result result(CanisterStatus status) {
            return new Result(canister.with(draft -> draft.status = status), made, used, left() == 0);
        }

        void make(RecordedCall recorded) {
            if (recorded.ending().filter(ending -> !ending.replied()).isPresent()) {
                made.add(new Made(recorded, Fate.REFUSED_THEN, Optional.empty()));
                return;
            }
            var begun = canister;
            var call = recorded.call();
            var delivery =
                    new Delivery(begun.id(), call.requestId(), message -> execute(message, recorded.timeNanos()));
            delivery.run(call);
            var fate = fate(delivery, recorded.ending());
            if (fate == Fate.CALLS_OUT || !delivery.isFinished()) {
                canister = begun;
            }
            made.add(new Made(recorded, fate, delivery.answer()));
        }

        private Optional<Outcome> execute(Message message, long timeNanos) {
            if (left() == 0) {
                return Optional.empty();
            }
            var limits = env.limits();
            var bounded = limits.withMessageInstructionsMax(Math.min(limits.messageInstructionsMax(), left()));
            var outcome =
                    execution.execute(canister, message, new Env(timeNanos, env.subnetId(), env.rootKeyDer(), bounded));
            used += outcome.instructionsUsed();
            canister = outcome.next();
            return Optional.of(outcome);
        }

        private static Fate fate(Delivery delivery, Optional<Ending> ending) {
            if (!delivery.callsOut().isEmpty()) {
                return Fate.CALLS_OUT;
            }
            var answer = delivery.answer().filter(Payload.Reply.class::isInstance);
            if (answer.isEmpty() || !delivery.isFinished()) {
                return Fate.REFUSED;
            }
            var now = Ending.of(answer.get());
            return ending.map(then -> then.equals(now) ? Fate.SAME : Fate.CHANGED)
                    .orElse(Fate.ANSWERED);
        }
    }
}
