package decant.canister.rehearsal;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.rehearsal.Observation.Effect;
import decant.canister.state.Finding;
import decant.canister.state.InstallReport;
import java.util.List;
import java.util.Optional;

/// What a rehearsal came to.
///
/// It holds for exactly this subject: for the canister as it was and the module that was tried.
///
/// @param observations what was found, in the order of the steps
/// @param installation the upgrade that was rehearsed
/// @param next the upgrade after it, from the new version to itself
/// @param downgrade the way back
/// @param forward how the new version lived on
/// @param instructionsUsed the instructions of the whole rehearsal
public record RehearsalReport(
        Subject subject,
        List<Observation> observations,
        InstallReport installation,
        Optional<InstallReport> next,
        Optional<InstallReport> downgrade,
        Budget budget,
        List<ProbeResult> probes,
        List<ProbeResult> replay,
        Optional<Forward> forward,
        StateDiff diff,
        long instructionsUsed) {

    /// What was rehearsed.
    public record Subject(
            Principal canister, long version, Optional<Hash> moduleBefore, Hash moduleAfter, Hash argument) {}

    public RehearsalReport {
        observations = List.copyOf(observations);
        probes = List.copyOf(probes);
        replay = List.copyOf(replay);
    }

    public Verdict verdict() {
        boolean breaks = observations.stream().anyMatch(observation -> observation.weight() == Effect.UNSAFE);
        boolean leavesOpen = observations.stream().anyMatch(observation -> observation.weight() == Effect.UNKNOWN);
        return breaks ? Verdict.UNSAFE : leavesOpen ? Verdict.UNKNOWN : Verdict.SAFE;
    }

    /// {@return what keeps the verdict from being safe}
    public List<Finding> reasons() {
        return observations.stream()
                .filter(observation -> observation.weight() != Effect.NONE)
                .map(Observation::finding)
                .toList();
    }

    /// {@return the report for people}
    public String toText() {
        return RehearsalText.of(this);
    }
}
