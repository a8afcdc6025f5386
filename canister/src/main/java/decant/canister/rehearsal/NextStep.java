package decant.canister.rehearsal;

import decant.canister.rehearsal.Budget.Turn;
import decant.canister.rehearsal.Comparison.Occasion;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.MemoryImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The step that upgrades the new version to itself: so that no version is installed that could not be left again, or
/// that loses data when it is.
final class NextStep {
    private static final long TIGHT_PERCENT = 50;
    private static final long SPENT_PERCENT = 10;

    private final Trial trial;
    private final CanisterState migrated;
    private final Succession succession;

    NextStep(Trial trial, CanisterState migrated, Succession succession) {
        this.trial = trial;
        this.migrated = migrated;
        this.succession = succession;
    }

    /// @param answers what the new version answered before this upgrade, by interview
    InstallStep.Result run(Map<Interview, List<Answer>> answers) {
        var result = succession.result();
        new InstallStep(trial, Turn.NEXT).observe(result);
        succession.upgraded().ifPresent(upgraded -> {
            result.lines().forEach(this::observeHeadRoom);
            observeGrowth(upgraded);
            answers.forEach(this::compare);
        });
        return result;
    }

    private void compare(Interview interview, List<Answer> before) {
        var comparison = new Comparison(
                Occasion.NEXT,
                trial.plan().probes(),
                trial.versions().serviceAfter(),
                this::askLater,
                probe -> succession.next().flatMap(third -> third.answer(probe)));
        comparison.compare(before, succession.answers(interview));
        trial.observe(comparison.observations());
    }

    private Optional<Answer> askLater(Probe probe) {
        trial.after().become(migrated);
        return Interview.askLater(trial.after(), probe, trial.allowance());
    }

    private void observeHeadRoom(Budget.Line line) {
        if (line.headRoomPercent() >= TIGHT_PERCENT) {
            return;
        }
        boolean isSpent = line.headRoomPercent() < SPENT_PERCENT;
        var path = "next upgrade, " + line.resource();
        var found = line.used() + " of " + line.limit() + " " + line.resource() + ", " + line.headRoomPercent()
                + " % left" + RehearsalText.forecast(line.nanosLeft());
        var consequence = "an upgrade after this one takes so much; when the canister has grown, it fails";
        trial.observe(
                isSpent
                        ? Observation.breaks(
                                "budget.spent",
                                path,
                                found,
                                SPENT_PERCENT + " % left, or more",
                                consequence,
                                remedy(line.resource()))
                        : Observation.warns(
                                "budget.tight",
                                path,
                                found,
                                TIGHT_PERCENT + " % left, or more",
                                consequence,
                                remedy(line.resource())));
    }

    private static String remedy(Budget.Resource resource) {
        return switch (resource) {
            case INSTRUCTIONS -> "keep the data in stable memory or in a kept heap, so that no hook has to copy it";
            case HEAP -> "free heap, raise wasm_memory_limit, or keep the data in stable memory";
            case STABLE_MEMORY_32_BIT ->
                "use the calls with 64 bits, ic0.stable64_*, in the hooks; `decant rescue stable64` rewrites them";
            case STABLE_MEMORY -> "remove data, or move some of it to another canister";
            case STABLE_ACCESS -> "move data in several messages instead of in the hooks";
        };
    }

    /// A version whose every upgrade takes more stable memory than the one before will run out of it.
    private void observeGrowth(CanisterState upgraded) {
        long before = stableBytes(migrated);
        long after = stableBytes(upgraded);
        if (after > before) {
            trial.observe(Observation.notes(
                    "next.grows",
                    "stable memory",
                    after + " bytes",
                    before + " bytes",
                    "an upgrade that changes nothing takes " + (after - before)
                            + " bytes of stable memory; if each one does, it runs out",
                    "use again what the upgrade before took"));
        }
    }

    private static long stableBytes(CanisterState canister) {
        return canister.code().map(Code::stable).map(MemoryImage::bytes).orElse(0L);
    }
}
