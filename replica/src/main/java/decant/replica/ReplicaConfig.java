package decant.replica;

import decant.canister.state.CostSchedule;
import decant.canister.state.UpgradePolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// How a replica is set up: where the files are, what time and chance are taken from, and how much work and memory may
/// wait. Nothing here changes what a given input log computes to, except `upgradePolicy`, `endowsAnonymous`
/// and `costSchedule` of a node that is new: they are laid down in its first state.
public record ReplicaConfig(
        Path stateDirectory,
        TimeSource clock,
        Entropy entropy,
        Duration callPatience,
        int waitingCallsMax,
        long waitingBytesMax,
        int rememberedCallsMax,
        int queryThreads,
        int waitingQueriesMax,
        long roundsPerCheckpoint,
        long dirtyBytesPerCheckpoint,
        boolean keepsWholeLog,
        long recordedBytesMax,
        Duration hibernateAfter,
        Duration probeEvery,
        UpgradePolicy upgradePolicy,
        boolean endowsAnonymous,
        Optional<CostSchedule> costSchedule,
        OutcallClient outcalls,
        Duration outcallPatience) {
    /// What the heap holds for a call whose outcome is remembered: its ids, a short reply, its place in the state tree.
    private static final int REMEMBERED_CALL_BYTES = 600;

    /// A replica on the machine's own clock and randomness, with the limits that suit one node.
    public static ReplicaConfig of(Path stateDirectory) {
        long heapBytes = Runtime.getRuntime().maxMemory();
        int queryThreads = Math.max(2, Runtime.getRuntime().availableProcessors());
        return new ReplicaConfig(
                stateDirectory,
                TimeSource.system(),
                Entropy.system(),
                Duration.ofSeconds(10),
                10_000,
                Math.clamp(heapBytes / 16, 16L << 20, 256L << 20),
                rememberedCallsMax(heapBytes),
                queryThreads,
                1_000,
                500,
                Math.min(256L << 20, heapBytes / 8),
                false,
                256L << 20,
                Duration.ofMinutes(1),
                Duration.ZERO,
                UpgradePolicy.OPEN,
                false,
                Optional.empty(),
                OutcallClient.NONE,
                Duration.ofMinutes(1));
    }

    /// {@return of how many calls a quarter of so much memory remembers the outcomes}
    private static int rememberedCallsMax(long heapBytes) {
        return Math.clamp(heapBytes / 4 / REMEMBERED_CALL_BYTES, 10_000, Integer.MAX_VALUE);
    }

    /// {@return this, with its files in another directory}
    public ReplicaConfig withStateDirectory(Path other) {
        return with(draft -> draft.stateDirectory = other);
    }

    /// {@return this, with another clock}
    public ReplicaConfig withClock(TimeSource other) {
        return with(draft -> draft.clock = other);
    }

    /// {@return this, with another source of randomness}
    public ReplicaConfig withEntropy(Entropy other) {
        return with(draft -> draft.entropy = other);
    }

    /// {@return this, waiting this long for a call to end before it answers that the call was accepted}
    public ReplicaConfig withCallPatience(Duration other) {
        return with(draft -> draft.callPatience = other);
    }

    /// {@return this, letting at most so many calls of so many bytes in all wait for their round}
    public ReplicaConfig withWaitingCalls(int callsMax, long bytesMax) {
        return with(draft -> {
            draft.waitingCallsMax = callsMax;
            draft.waitingBytesMax = bytesMax;
        });
    }

    /// {@return this, remembering the outcomes of at most so many calls; while they are so many, no more are taken in}
    public ReplicaConfig withRememberedCalls(int max) {
        return with(draft -> draft.rememberedCallsMax = max);
    }

    /// {@return this, answering queries on so many threads, and letting at most so many more wait for one}
    public ReplicaConfig withWaitingQueries(int threads, int waitingMax) {
        return with(draft -> {
            draft.queryThreads = threads;
            draft.waitingQueriesMax = waitingMax;
        });
    }

    /// {@return this, writing a checkpoint after so many rounds or so many bytes of changed pages}
    public ReplicaConfig withCheckpointEvery(long rounds, long dirtyBytes) {
        return with(draft -> {
            draft.roundsPerCheckpoint = rounds;
            draft.dirtyBytesPerCheckpoint = dirtyBytes;
        });
    }

    /// {@return this, never truncating the input log, so that it can be replayed from the first round}
    public ReplicaConfig keepingWholeLog() {
        return with(draft -> draft.keepsWholeLog = true);
    }

    /// {@return this, keeping the newest calls of users in so many bytes of the input log, also when checkpoints hold
    /// them}
    public ReplicaConfig withRecordedBytes(long max) {
        return with(draft -> draft.recordedBytesMax = max);
    }

    /// {@return this, giving back the memory of a canister that nobody used for this long, or for twice as long at
    /// most}
    public ReplicaConfig withHibernateAfter(Duration other) {
        return with(draft -> draft.hibernateAfter = other);
    }

    /// {@return this, looking in the background whether canisters could be upgraded: at each that has changed, but not
    /// more often than so; never where that is zero}
    public ReplicaConfig withProbeEvery(Duration other) {
        return with(draft -> draft.probeEvery = other);
    }

    /// {@return this, upgrading the canisters of a new node by this policy unless they say otherwise}
    public ReplicaConfig withUpgradePolicy(UpgradePolicy other) {
        return with(draft -> draft.upgradePolicy = other);
    }

    /// {@return this, with plenty of cycles and ICP for the anonymous principal on a new node}
    public ReplicaConfig endowingAnonymous() {
        return with(draft -> draft.endowsAnonymous = true);
    }

    /// {@return this, with canisters that pay by this schedule: what a new node does, and what one that is there
    /// already must do}
    public ReplicaConfig withCostSchedule(CostSchedule other) {
        return with(draft -> draft.costSchedule = Optional.of(other));
    }

    /// {@return this, with somebody who carries out the requests of canisters to servers outside}
    public ReplicaConfig withOutcalls(OutcallClient other) {
        return with(draft -> draft.outcalls = other);
    }

    /// {@return this, giving up a request of a canister to a server outside after this long}
    public ReplicaConfig withOutcallPatience(Duration other) {
        return with(draft -> draft.outcallPatience = other);
    }

    private ReplicaConfig with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    /// A configuration being changed: one field per component.
    private static final class Draft {
        private Path stateDirectory;
        private TimeSource clock;
        private Entropy entropy;
        private Duration callPatience;
        private int waitingCallsMax;
        private long waitingBytesMax;
        private int rememberedCallsMax;
        private int queryThreads;
        private int waitingQueriesMax;
        private long roundsPerCheckpoint;
        private long dirtyBytesPerCheckpoint;
        private boolean keepsWholeLog;
        private long recordedBytesMax;
        private Duration hibernateAfter;
        private Duration probeEvery;
        private UpgradePolicy upgradePolicy;
        private boolean endowsAnonymous;
        private Optional<CostSchedule> costSchedule;
        private OutcallClient outcalls;
        private Duration outcallPatience;

        private Draft(ReplicaConfig config) {
            stateDirectory = config.stateDirectory;
            clock = config.clock;
            entropy = config.entropy;
            callPatience = config.callPatience;
            waitingCallsMax = config.waitingCallsMax;
            waitingBytesMax = config.waitingBytesMax;
            rememberedCallsMax = config.rememberedCallsMax;
            queryThreads = config.queryThreads;
            waitingQueriesMax = config.waitingQueriesMax;
            roundsPerCheckpoint = config.roundsPerCheckpoint;
            dirtyBytesPerCheckpoint = config.dirtyBytesPerCheckpoint;
            keepsWholeLog = config.keepsWholeLog;
            recordedBytesMax = config.recordedBytesMax;
            hibernateAfter = config.hibernateAfter;
            probeEvery = config.probeEvery;
            upgradePolicy = config.upgradePolicy;
            endowsAnonymous = config.endowsAnonymous;
            costSchedule = config.costSchedule;
            outcalls = config.outcalls;
            outcallPatience = config.outcallPatience;
        }

        private ReplicaConfig config() {
            return new ReplicaConfig(
                    stateDirectory,
                    clock,
                    entropy,
                    callPatience,
                    waitingCallsMax,
                    waitingBytesMax,
                    rememberedCallsMax,
                    queryThreads,
                    waitingQueriesMax,
                    roundsPerCheckpoint,
                    dirtyBytesPerCheckpoint,
                    keepsWholeLog,
                    recordedBytesMax,
                    hibernateAfter,
                    probeEvery,
                    upgradePolicy,
                    endowsAnonymous,
                    costSchedule,
                    outcalls,
                    outcallPatience);
        }
    }
}
