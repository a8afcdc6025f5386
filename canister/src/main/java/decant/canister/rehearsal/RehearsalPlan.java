package decant.canister.rehearsal;

import decant.canister.Limits;
import decant.canister.state.Message;
import java.util.List;

/// What a rehearsal looks at beside the installation itself.
///
/// @param probes the calls whose answers are compared, and what of them may differ
/// @param recorded calls of users that are made again on both sides
/// @param forwardNanos for how long timers and heartbeats are run; 0 for not at all
/// @param downgrades whether the way back is tried
/// @param valueCharactersMax how much is told of the value of a stable variable
public record RehearsalPlan(
        ProbeScript probes,
        List<Message.Ingress> recorded,
        long forwardNanos,
        boolean downgrades,
        Acknowledgements acknowledgements,
        Bounds bounds,
        int valueCharactersMax) {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final int SHORT = 200;

    public RehearsalPlan {
        recorded = List.copyOf(recorded);
    }

    /// {@return what is looked at when somebody asks and says no more}
    public static RehearsalPlan asked(Limits limits) {
        return new RehearsalPlan(
                ProbeScript.EMPTY, List.of(), MINUTE_NANOS, true, Acknowledgements.NONE, Bounds.asked(limits), SHORT);
    }

    /// {@return what is looked at inside an installation}
    public static RehearsalPlan inside(Limits limits) {
        return new RehearsalPlan(
                ProbeScript.EMPTY, List.of(), MINUTE_NANOS, false, Acknowledgements.NONE, Bounds.inside(limits), SHORT);
    }

    public RehearsalPlan withProbes(ProbeScript script) {
        return new RehearsalPlan(
                script, recorded, forwardNanos, downgrades, acknowledgements, bounds, valueCharactersMax);
    }

    public RehearsalPlan withRecorded(List<Message.Ingress> messages) {
        return new RehearsalPlan(
                probes, messages, forwardNanos, downgrades, acknowledgements, bounds, valueCharactersMax);
    }

    public RehearsalPlan withForwardNanos(long nanos) {
        return new RehearsalPlan(probes, recorded, nanos, downgrades, acknowledgements, bounds, valueCharactersMax);
    }

    public RehearsalPlan withDowngrades(boolean whether) {
        return new RehearsalPlan(probes, recorded, forwardNanos, whether, acknowledgements, bounds, valueCharactersMax);
    }

    public RehearsalPlan withAcknowledgements(Acknowledgements known) {
        return new RehearsalPlan(probes, recorded, forwardNanos, downgrades, known, bounds, valueCharactersMax);
    }

    public RehearsalPlan withBounds(Bounds other) {
        return new RehearsalPlan(
                probes, recorded, forwardNanos, downgrades, acknowledgements, other, valueCharactersMax);
    }

    public RehearsalPlan withValueCharacters(int max) {
        return new RehearsalPlan(probes, recorded, forwardNanos, downgrades, acknowledgements, bounds, max);
    }
}
