package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.pcollections.AmortizedPQueue;
import org.pcollections.PQueue;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// A canister as it stands between two executions.
///
/// `globalTimerNanos` is 0 while no timer is set. Input messages are executed in the order of arrival.
public record CanisterState(
        Principal id,
        Optional<String> name,
        CanisterStatus status,
        Settings settings,
        long version,
        Cycles cycles,
        Cycles reservedCycles,
        Account account,
        Optional<Code> code,
        byte[] certifiedData,
        long globalTimerNanos,
        LowMemoryHook lowMemoryHook,
        Calls calls,
        PQueue<Message> inputQueue,
        History history,
        CanisterLog log,
        PSortedMap<Hash, byte[]> chunkStore,
        QueryStats queryStats,
        long createdNanos,
        OptionalLong lastInstalledNanos) {

    /// {@return a running canister without code, version 0, created at `createdNanos`}
    public static CanisterState create(Principal id, Settings settings, Cycles cycles, long createdNanos) {
        return new CanisterState(
                id,
                Optional.empty(),
                new CanisterStatus.Running(),
                settings,
                0,
                cycles,
                Cycles.ZERO,
                Account.opened(createdNanos),
                Optional.empty(),
                new byte[0],
                0,
                LowMemoryHook.CONDITION_NOT_SATISFIED,
                Calls.NONE,
                AmortizedPQueue.empty(),
                History.NONE,
                CanisterLog.EMPTY,
                TreePMap.empty(),
                QueryStats.NONE,
                createdNanos,
                OptionalLong.empty());
    }

    /// {@return this canister after `change` was made to a draft of it}
    public CanisterState with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.canister();
    }

    /// {@return this canister with one more message to execute}
    public CanisterState enqueue(Message message) {
        return with(draft -> draft.inputQueue = draft.inputQueue.plus(message));
    }

    /// {@return this canister with more cycles}
    public CanisterState credited(Cycles amount) {
        return amount.isZero()
                ? this
                : with(draft -> {
                    draft.cycles = draft.cycles.plus(amount);
                    draft.account = draft.account.withSuspended(false);
                });
    }

    public boolean isRunning() {
        return status instanceof CanisterStatus.Running;
    }

    /// A canister being changed: one field per component.
    public static final class Draft {
        public final Principal id;
        public Optional<String> name;
        public CanisterStatus status;
        public Settings settings;
        public long version;
        public Cycles cycles;
        public Cycles reservedCycles;
        public Account account;
        public Optional<Code> code;
        public byte[] certifiedData;
        public long globalTimerNanos;
        public LowMemoryHook lowMemoryHook;
        public Calls calls;
        public PQueue<Message> inputQueue;
        public History history;
        public CanisterLog log;
        public PSortedMap<Hash, byte[]> chunkStore;
        public QueryStats queryStats;
        public long createdNanos;
        public OptionalLong lastInstalledNanos;

        private Draft(CanisterState canister) {
            id = canister.id;
            name = canister.name;
            status = canister.status;
            settings = canister.settings;
            version = canister.version;
            cycles = canister.cycles;
            reservedCycles = canister.reservedCycles;
            account = canister.account;
            code = canister.code;
            certifiedData = canister.certifiedData;
            globalTimerNanos = canister.globalTimerNanos;
            lowMemoryHook = canister.lowMemoryHook;
            calls = canister.calls;
            inputQueue = canister.inputQueue;
            history = canister.history;
            log = canister.log;
            chunkStore = canister.chunkStore;
            queryStats = canister.queryStats;
            createdNanos = canister.createdNanos;
            lastInstalledNanos = canister.lastInstalledNanos;
        }

        private CanisterState canister() {
            return new CanisterState(
                    id,
                    name,
                    status,
                    settings,
                    version,
                    cycles,
                    reservedCycles,
                    account,
                    code,
                    certifiedData,
                    globalTimerNanos,
                    lowMemoryHook,
                    calls,
                    inputQueue,
                    history,
                    log,
                    chunkStore,
                    queryStats,
                    createdNanos,
                    lastInstalledNanos);
        }
    }
}
