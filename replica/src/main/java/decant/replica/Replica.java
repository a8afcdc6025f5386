package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.Instances;
import decant.canister.Limits;
import decant.canister.state.CanisterState;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.protocol.Authentication;
import decant.protocol.CallResponse;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.store.Checkpoint;
import decant.store.DirectoryLock;
import decant.store.Store;
import decant.wasm.WasmThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/// One durable node: it orders calls, runs rounds, certifies the result and answers queries.
///
/// Every method may be called from any thread, virtual ones above all, and blocks it until the answer is there.
/// Requests arrive as their signed CBOR envelopes, as a client sent them.
///
/// ```text
/// state directory = lock  keys  operator.pem  log/  store/  code/
/// ```
public final class Replica implements AutoCloseable {
    private static final long CODE_BYTES_MAX = 1L << 30;

    private final ReplicaConfig config;
    private final NodeKeys keys;
    private final Mailbox mailbox;
    private final Writer writer;
    private final Thread writerThread;
    private final Checkpoints checkpoints;
    private final Outcaller outcaller;
    private final Guests guests;
    private final Rehearsals rehearsals;
    private final UpgradabilityProbe probe;
    private final Calls calls;
    private final Reads reads;
    private final Counters counters;
    private final Instances instances;
    private final Opened opened;
    private boolean isClosed;

    /// The resources a replica holds, in the order in which they were opened.
    private static final class Opened implements AutoCloseable {
        private final ArrayDeque<AutoCloseable> resources = new ArrayDeque<>();

        <R extends AutoCloseable> R add(R resource) {
            resources.push(resource);
            return resource;
        }

        @Override
        public void close() {
            for (var resource = resources.poll(); resource != null; resource = resources.poll()) {
                try {
                    resource.close();
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException("closing the replica failed", e);
                }
            }
        }
    }

    private Replica(ReplicaConfig config, Limits limits, Opened opened) {
        this.config = config;
        this.opened = opened;
        var directory = config.stateDirectory();
        opened.add(DirectoryLock.acquire(directory));
        keys = NodeKeys.openOrCreate(directory.resolve("keys"), config.entropy());
        var store = opened.add(Store.open(directory.resolve("store")));
        var log = opened.add(InputLog.open(directory.resolve("log")));

        var code = CodeFiles.of(directory.resolve("code"), CODE_BYTES_MAX);
        var machine = opened.add(new Machine(keys, limits, code));
        var writerThreads = WasmThreads.factory("decant-writer");
        if (store.latest().isEmpty()) {
            layDown(config, machine, store, log);
        }
        var recovered = recovered(config, machine, store::latest, log);

        requireCostSchedule(config, recovered.state().subnet().charter());
        counters = new Counters();
        instances = machine.instances();
        mailbox = new Mailbox(config.waitingCallsMax(), config.waitingBytesMax());
        var waiters = new Waiters();
        long durableHeight =
                store.latest().map(checkpoint -> checkpoint.height()).orElse(0L);
        checkpoints = new Checkpoints(config, store, log, durableHeight, mailbox::ring, counters);
        var hibernation = new Hibernation(config, instances, checkpoints);
        var recorded = new RecordedCalls(log);
        outcaller = new Outcaller(config, recovered.state().subnet().outcalls(), mailbox::wantRound);
        var queries = new QueryTally(config.clock().nowNanos());
        writer = new Writer(
                config,
                log,
                recorded,
                machine,
                mailbox,
                waiters,
                checkpoints,
                hibernation,
                outcaller,
                queries,
                counters,
                recovered);
        guests = new Guests(config, machine, queries, WasmThreads.factory("decant-query"));
        rehearsals = new Rehearsals(
                config,
                machine,
                recorded,
                new PastStates(config, machine, store::latest, log),
                WasmThreads.factory("decant-rehearsal"));
        probe = new UpgradabilityProbe(
                config, machine, () -> writer.latest().state(), counters, WasmThreads.factory("decant-probe"));
        var gate = new Gate(
                new Authentication(keys.rootKey().publicKey()), config.clock(), machine.management(), keys.subnetId());
        calls = new Calls(
                gate, machine.builtIns(), guests, mailbox, waiters, writer, counters, config.rememberedCallsMax());
        reads = new Reads(
                gate, machine.management(), guests, rehearsals, probe, writer, keys, config.clock(), counters);

        writerThread = writerThreads.newThread(writer);
        writerThread.start();
        config.clock().onJump(mailbox::ring);
        probe.start();
        opened.add(new HeapChecks(recovered.state().subnet()));
    }

    /// Opens the replica whose files are in the state directory, or makes a new one there: latest checkpoint, then the
    /// log replayed, ending in the state of the last batch that is durable.
    public static Replica open(ReplicaConfig config) {
        return open(config, Limits.DEFAULT);
    }

    /// Opens a replica on which one execution may do less. A log means the same only under the limits it was written
    /// under.
    static Replica open(ReplicaConfig config, Limits limits) {
        try {
            Files.createDirectories(config.stateDirectory());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the state directory " + config.stateDirectory(), e);
        }
        var opened = new Opened();
        try {
            return new Replica(config, limits, opened);
        } catch (RuntimeException | Error e) {
            try {
                opened.close();
            } catch (RuntimeException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    /// Makes the first state of a new node durable, so that later no setting can change what its log computes to.
    private static void layDown(ReplicaConfig config, Machine machine, Store store, InputLog log) {
        var genesis = machine.genesis(charter(config)).state();
        if (log.isEmpty()) {
            store.write(StateRecords.encode(genesis));
        }
    }

    private static void requireCostSchedule(ReplicaConfig config, Charter charter) {
        config.costSchedule().filter(wanted -> wanted != charter.costSchedule()).ifPresent(wanted -> {
            throw new IllegalStateException("the node in " + config.stateDirectory()
                    + " was made with the cost schedule "
                    + name(charter.costSchedule()) + ", and cannot be started with the cost schedule " + name(wanted)
                    + ": start it without one, or make another node in a new state directory");
        });
    }

    private static String name(CostSchedule schedule) {
        return schedule.name().toLowerCase(Locale.ROOT);
    }

    /// {@return what a new node is set up with}
    static Charter charter(ReplicaConfig config) {
        var operator = OperatorKey.openOrCreate(config.stateDirectory().resolve("operator.pem"), config.entropy());
        return new Charter(
                config.upgradePolicy(),
                Optional.of(operator),
                config.endowsAnonymous(),
                config.costSchedule().orElse(CostSchedule.FREE));
    }

    /// {@return the last round whose batch is durable: the latest checkpoint, and the log replayed from there}
    static Certified recovered(
            ReplicaConfig config, Machine machine, Supplier<Optional<Checkpoint>> latest, InputLog log) {
        return onBigStack(WasmThreads.factory("decant-recovery"), () -> recover(config, machine, latest, log));
    }

    private static Certified recover(
            ReplicaConfig config, Machine machine, Supplier<Optional<Checkpoint>> latest, InputLog log) {
        var checkpointed = latest.get()
                .map(checkpoint -> machine.certified(StateRecords.decode(checkpoint)))
                .orElseGet(() -> machine.genesis(charter(config)));
        return machine.replay(checkpointed, log, _ -> {});
    }

    static <R> R onBigStack(ThreadFactory threads, Callable<R> work) {
        var task = new FutureTask<>(work);
        threads.newThread(task).start();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the replica was recovered", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException("recovering the replica failed", e);
            }
        }
    }

    /// Makes an update call and waits for its end as long as [ReplicaConfig#callPatience] says.
    public Served<CallResponse> call(Principal effectiveCanister, byte[] envelope) {
        return calls.make(new Endpoint.OfCanister(effectiveCanister), envelope, config.callPatience());
    }

    /// Makes an update call that is answered as soon as it is admitted.
    public Served<CallResponse> submit(Principal effectiveCanister, byte[] envelope) {
        return calls.make(new Endpoint.OfCanister(effectiveCanister), envelope, Duration.ZERO);
    }

    /// Makes an update call that is about the subnet and not about a canister.
    public Served<CallResponse> callSubnet(Principal effectiveSubnet, byte[] envelope) {
        return calls.make(new Endpoint.OfSubnet(effectiveSubnet), envelope, config.callPatience());
    }

    /// Runs a query on the last certified state.
    public Served<QueryResponse> query(Principal effectiveCanister, byte[] envelope) {
        return reads.query(new Endpoint.OfCanister(effectiveCanister), envelope);
    }

    /// Runs a query that is about the subnet and not about a canister.
    public Served<QueryResponse> querySubnet(Principal effectiveSubnet, byte[] envelope) {
        return reads.query(new Endpoint.OfSubnet(effectiveSubnet), envelope);
    }

    /// Reads the certified state through the endpoint of a canister.
    public Served<ReadStateResponse> readState(Principal effectiveCanister, byte[] envelope) {
        return reads.readCanister(effectiveCanister, envelope);
    }

    /// Reads the certified state through the endpoint of a subnet, which must be this one.
    public Served<ReadStateResponse> readSubnetState(Principal subnet, byte[] envelope) {
        return reads.readSubnet(subnet, envelope);
    }

    /// {@return what this node tells everybody about itself}
    public NodeStatus status() {
        var state = writer.latest().state();
        return new NodeStatus(
                keys.rootKeyDer(),
                keys.subnetId(),
                keys.nodeId(),
                state.height(),
                state.timeNanos(),
                writer.isTakingCalls());
    }

    /// {@return this node's time, in nanoseconds since 1970}
    public long nowNanos() {
        return config.clock().nowNanos();
    }

    /// {@return the canister that has this name on this node, in upper or lower case}
    public Optional<Principal> canisterNamed(String name) {
        return writer.latest().state().subnet().canisters().values().stream()
                .filter(canister ->
                        canister.name().filter(name::equalsIgnoreCase).isPresent())
                .map(CanisterState::id)
                .findFirst();
    }

    /// {@return how often it was looked around whether canisters could be upgraded}
    long probeLooks() {
        return counters.probeLooks.sum();
    }

    State state() {
        return writer.latest().state();
    }

    /// {@return the hash of everything that the input log determines, as of the last finished round}
    public Hash stateHash() {
        return StateRecords.stateHash(writer.latest().state());
    }

    /// {@return the hash of everything in the canister but its log and the statistics of its queries, as of the last
    /// finished round}
    public Optional<Hash> stateHash(Principal canister) {
        return writer.latest().state().subnet().canister(canister).map(StateRecords::stateHash);
    }

    /// {@return the numbers an operator watches, in a fixed order}
    public List<Metric> metrics() {
        var all = new ArrayList<>(ownMetrics());
        all.addAll(probe.metrics());
        return all;
    }

    private List<Metric> ownMetrics() {
        var tally = instances.tally();
        return List.of(
                Metric.gauge("decant_height", "Number of the last finished round.", (double)
                        writer.latest().state().height()),
                Metric.gauge(
                        "decant_checkpoint_height", "Number of the round that the latest checkpoint holds.", (double)
                                checkpoints.durableHeight()),
                Metric.gauge(
                        "decant_canisters",
                        "Canisters on this node.",
                        writer.latest().state().subnet().canisters().size()),
                Metric.gauge(
                        "decant_instances_resident",
                        "Instances of canisters in memory, one for messages and one for queries.",
                        tally.resident()),
                Metric.gauge("decant_calls_waiting", "Calls that wait for their round.", mailbox.waitingCalls()),
                Metric.gauge("decant_queries_waiting", "Queries that wait for a thread.", guests.waiting()),
                Metric.gauge("decant_rehearsals_waiting", "Rehearsals that wait for their turn.", rehearsals.waiting()),
                Metric.gauge(
                        "decant_calls_remembered",
                        "Calls whose outcome can be read.",
                        writer.latest().state().history().size()),
                Metric.gauge(
                        "decant_healthy",
                        "1 while calls are taken, 0 while the disk is full and after an internal error.",
                        writer.isTakingCalls() ? 1 : 0),
                Metric.counter("decant_rounds_total", "Rounds run.", counters.rounds),
                Metric.counter("decant_messages_total", "Messages executed in rounds.", counters.messages),
                Metric.counter(
                        "decant_instructions_total", "Wasm instructions executed in rounds.", counters.instructions),
                Metric.counter("decant_calls_total", "Calls of users that got into a round.", counters.callsOrdered),
                Metric.counter(
                        "decant_calls_not_admitted_total",
                        "Calls of users that their receiver did not let in.",
                        counters.callsNotAdmitted),
                Metric.counter(
                        "decant_calls_denied_total", "Calls of users that were turned away.", counters.callsDenied),
                Metric.counter("decant_queries_total", "Queries received.", counters.queries),
                Metric.counter("decant_reads_total", "Requests to read the state received.", counters.reads),
                Metric.counter("decant_checkpoints_total", "Checkpoints written.", counters.checkpoints),
                Metric.counter(
                        "decant_hibernations_total",
                        "Instances that gave their memory back because nobody used them.",
                        tally.hibernated()),
                Metric.counter(
                        "decant_wakes_total", "Instances that were made from a canister's state.", tally.woken()),
                Metric.counter(
                        "decant_pages_copied_total",
                        "Pages of 4 KiB copied to bring instances to the states of their canisters.",
                        tally.pagesCopied()),
                Metric.counter(
                        "decant_probes_total", "Looks at a canister whether it could be upgraded.", counters.probes),
                Metric.counter(
                        "decant_probe_nanos_total", "Time of these looks, in nanoseconds.", counters.probeNanos));
    }

    /// Finishes the round at work, writes a checkpoint and gives everything back. No thread is left.
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        mailbox.close();
        rehearsals.end();
        probe.end();
        join(writerThread);
        outcaller.close();
        guests.close();
        rehearsals.close();
        probe.close();
        try {
            if (writer.failure().isEmpty()) {
                checkpoints.writeLast(writer.latest().state());
            } else {
                checkpoints.close();
            }
        } finally {
            opened.close();
        }
    }

    /// Waits until a thread has ended, even if this one is interrupted meanwhile.
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
