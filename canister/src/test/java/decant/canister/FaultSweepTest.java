package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.canister.CanisterKit.Canister;
import decant.canister.ic0.Fault;
import decant.canister.ic0.HostCallListener;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Hook;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.Stage;
import decant.canister.state.SubnetState;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// At whatever point the installation of code is interrupted, the canister is entirely what it was, or entirely what
/// it becomes undisturbed; and the next attempt, undisturbed, makes it just that.
///
/// It is interrupted by a trap before and behind each call of the System API, and by the limit at evenly spaced
/// instruction counts of every stage. An undo, and to uninstall or delete a canister, runs no code that could be.
final class FaultSweepTest {
    private static final Counts SUM = new Counts();
    private static final CanisterKit KIT = new CanisterKit();

    @AfterAll
    static void close() {
        KIT.close();
        System.out.println("FaultSweepTest: in all " + SUM);
    }

    static Stream<SweepScenario> scenarios() {
        return SweepScenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aFaultLeavesTheOldOrTheNewCanister(SweepScenario scenario) {
        new Sweep(scenario, Density.SAMPLE).run();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    @Tag("slow")
    void aFaultAtAThousandPointsOfEachStageLeavesTheOldOrTheNewCanister(SweepScenario scenario) {
        new Sweep(scenario, Density.FULL).run();
    }

    /// How many faults there were, and what came of them.
    private static final class Counts {
        private final Map<Stage, Long> instructionCounts = new EnumMap<>(Stage.class);
        private long hostCallPoints;
        private long old;
        private long changed;
        private long withoutHook;
        private long attempts;

        private void add(Counts more) {
            more.instructionCounts.forEach((stage, count) -> instructionCounts.merge(stage, count, Long::sum));
            hostCallPoints += more.hostCallPoints;
            old += more.old;
            changed += more.changed;
            withoutHook += more.withoutHook;
            attempts += more.attempts;
        }

        @Override
        public String toString() {
            return "faults at instruction counts " + instructionCounts + " and at " + hostCallPoints
                    + " points around host calls; the canister was the old one " + old + " times, the new one "
                    + changed
                    + ", the new one without the hook " + withoutHook + "; undisturbed attempts behind a fault "
                    + attempts;
        }
    }

    /// Traps at a point around the host calls of a run: twice n is before call n, one more behind it.
    private static final class Tripwire implements HostCallListener {
        private final long point;
        private long points;

        private Tripwire(long point) {
            this.point = point;
        }

        @Override
        public void before(String name) {
            pass();
        }

        @Override
        public void after(String name) {
            pass();
        }

        private void pass() {
            if (points++ == point) {
                throw Fault.trapped("forced");
            }
        }
    }

    /// How dense a sweep is.
    ///
    /// @param countsPerStage the instruction counts of each stage at which it is interrupted
    /// @param hostCallPointsMax the points around host calls at which it is interrupted at most
    /// @param attemptEvery behind how many faults there is an undisturbed attempt
    private record Density(int countsPerStage, long hostCallPointsMax, int attemptEvery) {
        static final Density SAMPLE = new Density(5, 5, 1);
        static final Density FULL = new Density(1_000, Long.MAX_VALUE, 1);
    }

    /// One scenario, again and again, each time on the same canister.
    private static final class Sweep {
        private final SweepScenario scenario;
        private final Density density;
        private final Canister canister;
        private final SubnetState clean;
        private final Hash before;
        private final Hash after;
        private final Hash withoutHook;
        private final Counts counts = new Counts();

        private Sweep(SweepScenario scenario, Density density) {
            this.scenario = scenario;
            this.density = density;
            canister = scenario.canister().apply(undisturbed());
            clean = KIT.subnet();
            before = canister.contentHash();
            withoutHook = hashAfter(scenario.withoutHook());
            after = hashAfter(scenario.request());
        }

        private static CanisterKit undisturbed() {
            return KIT.with(_ -> Limits.DEFAULT).with(HostCallListener.NONE);
        }

        private InstallReport deployOnClean(InstallRequest request) {
            KIT.subnet(clean);
            return canister.deploy(request).report();
        }

        private Hash hashAfter(InstallRequest request) {
            undisturbed();
            deployOnClean(request);
            return canister.contentHash();
        }

        void run() {
            sweepInstructionCounts();
            sweepHostCalls();
            SUM.add(counts);
            System.out.println("FaultSweepTest: " + scenario + ": " + counts);
        }

        private void sweepInstructionCounts() {
            undisturbed();
            long start = 0;
            for (var stage :
                    deployOnClean(scenario.request()).usage().instructions().entrySet()) {
                for (long count : spaced(stage.getValue(), density.countsPerStage())) {
                    long limit = start + count;
                    undisturbed().with(limits -> limits.withInstallInstructionsMax(limit));
                    check(deployOnClean(scenario.request()), ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED);
                    counts.instructionCounts.merge(stage.getKey(), 1L, Long::sum);
                }
                start += stage.getValue();
            }
        }

        private void sweepHostCalls() {
            var counter = new Tripwire(Long.MAX_VALUE);
            undisturbed().with(counter);
            deployOnClean(scenario.request());
            for (long point : spaced(counter.points, density.hostCallPointsMax())) {
                undisturbed().with(new Tripwire(point));
                check(deployOnClean(scenario.request()), ErrorCode.CANISTER_TRAPPED);
                counts.hostCallPoints++;
            }
        }

        /// {@return numbers below `total`, evenly spaced, all of them if there are no more than `max`}
        private static long[] spaced(long total, long max) {
            long count = Math.min(total, max);
            return LongStream.range(0, count).map(i -> total * i / count).toArray();
        }

        private void check(InstallReport report, ErrorCode error) {
            var found = canister.contentHash();
            if (report.outcome() == Outcome.REJECTED) {
                assertThat(report.failure().orElseThrow().error()).isEqualTo(error);
                assertThat(found).isEqualTo(before);
                tryAgain();
                counts.old++;
            } else if (report.hook() == Hook.TRAPPED_AND_DISCARDED) {
                assertThat(found).isEqualTo(withoutHook);
                counts.withoutHook++;
            } else {
                // The limit is looked at when a function or a loop begins, so the last instructions may pass it.
                assertThat(found).isEqualTo(after);
                counts.changed++;
            }
        }

        /// The instance of the canister has been through the fault, so it is not the state alone that must be whole.
        private void tryAgain() {
            if (counts.old % density.attemptEvery() == 0) {
                undisturbed();
                canister.deploy(scenario.request());
                assertThat(canister.contentHash()).isEqualTo(after);
                counts.attempts++;
            }
        }
    }
}
