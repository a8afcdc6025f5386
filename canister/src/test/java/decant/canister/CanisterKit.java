package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.ic0.HostCallListener;
import decant.canister.management.Management;
import decant.canister.management.ManagementCall;
import decant.canister.rehearsal.Rehearsal;
import decant.canister.rehearsal.RehearsalGate;
import decant.canister.rehearsal.RehearsalPlan;
import decant.canister.rehearsal.RehearsalReport;
import decant.canister.state.Answer;
import decant.canister.state.CallContext;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallReport;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.Settings;
import decant.canister.state.Stage;
import decant.canister.state.StateFormat;
import decant.canister.state.SubnetState;
import decant.canister.state.TaskKind;
import decant.canister.state.Traffic;
import decant.wasm.WasmThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.pcollections.TreePSet;

/// A subnet in a test: canisters that execute messages, and calls that are delivered, as a replica would do it.
final class CanisterKit implements AutoCloseable {
    static final Principal CONTROLLER = Principal.of(new byte[] {7, 7, 7});
    static final Principal USER = Principal.of(new byte[] {8, 8, 8});
    static final Cycles BALANCE = Cycles.of(1_000_000_000_000L);

    private static final Did INTERFACE = Did.parse(source());
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(WasmThreads.factory("kit"));
    private final ModuleCache modules = new ModuleCache(16);
    private final Instances instances;
    private final Execution execution;
    private final Install install;
    private final Management management;
    private final Map<Hash, Answer> answers = new HashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    /// Canisters get numbers like on a node: the lowest ones are those of system canisters.
    private SubnetState subnet =
            SubnetState.create(Hash.sha256(), 1_700_000_000L * NANOS_PER_SECOND).withNextCanisterNumber(1 << 20);
    private Limits limits = Limits.DEFAULT;
    private HostCallListener hostCallListener = HostCallListener.NONE;
    private Traffic traffic = Traffic.NONE;
    private long requests;

    CanisterKit() {
        this(8);
    }

    CanisterKit(int instancesMax) {
        instances = new Instances(instancesMax);
        BuiltInQueries queries = (_, query, _, _) -> query.receiver().equals(Principal.MANAGEMENT_CANISTER)
                ? Optional.of(new Payload.Reply(("management " + query.method() + " for "
                                + query.sender().hex())
                        .getBytes(StandardCharsets.UTF_8)))
                : Optional.empty();
        execution = new Execution(modules, instances, queries);
        install = new Install(modules, instances).tryingBy(new RehearsalGate(modules));
        management = new Management(install, new SnapshotCode(modules), new Replay(modules));
    }

    @Override
    public void close() {
        instances.close();
        thread.shutdown();
    }

    /// Changes the limits of what comes next.
    CanisterKit with(UnaryOperator<Limits> change) {
        limits = change.apply(limits);
        return this;
    }

    /// Has somebody listen to the calls of guest code from now on.
    CanisterKit with(HostCallListener listener) {
        hostCallListener = listener;
        return this;
    }

    /// Has other canisters of the subnet make so many calls from now on.
    CanisterKit with(Traffic others) {
        traffic = others;
        return this;
    }

    /// Has canisters pay from now on.
    CanisterKit charging() {
        var charter = subnet.charter();
        subnet = subnet.withCharter(new Charter(
                charter.defaultPolicy(), charter.operator(), charter.endowsAnonymous(), CostSchedule.NORMAL));
        return this;
    }

    CanisterKit passSeconds(long seconds) {
        subnet = subnet.withTimeNanos(subnet.timeNanos() + seconds * NANOS_PER_SECOND);
        return this;
    }

    long timeNanos() {
        return subnet.timeNanos();
    }

    SubnetState subnet() {
        return subnet;
    }

    void subnet(SubnetState state) {
        subnet = state;
    }

    Env env() {
        return new Env(subnet.timeNanos(), Principal.of(new byte[] {9}), new byte[] {1, 2, 3}, limits, hostCallListener)
                .with(traffic);
    }

    Instances instances() {
        return instances;
    }

    /// {@return what every message so far came to}
    List<Outcome> outcomes() {
        return outcomes;
    }

    /// {@return all cycles there ever were: in balances, in calls being worked on, on their way, and consumed}
    Cycles cyclesInAll() {
        var sum = Cycles.ZERO;
        for (CanisterState canister : subnet.canisters().values()) {
            sum = sum.plus(canister.cycles())
                    .plus(canister.reservedCycles())
                    .plus(canister.account().consumedInAll());
            for (var callback : canister.calls().callbacks().values()) {
                sum = sum.plus(callback.prepaid().total());
            }
            for (CallContext context : canister.calls().contexts().values()) {
                sum = sum.plus(context.available());
            }
            for (Message message : canister.inputQueue()) {
                sum = sum.plus(
                        switch (message) {
                            case Message.Request request -> request.cycles();
                            case Message.Response response -> response.refund();
                            case Message.Ingress _, Message.Task _ -> Cycles.ZERO;
                        });
            }
        }
        return sum;
    }

    /// {@return a new canister without code}
    Canister create() {
        long number = subnet.nextCanisterNumber();
        var id = Principal.ofCanisterNumber(number);
        var settings = Settings.DEFAULT.with(draft -> draft.controllers = TreePSet.singleton(CONTROLLER));
        subnet = subnet.with(CanisterState.create(id, settings, BALANCE, subnet.timeNanos()))
                .withNextCanisterNumber(number + 1);
        return new Canister(id);
    }

    /// Calls the management canister as a user, with an argument in Candid text.
    Result manage(Principal sender, String method, String argument) {
        var types = type(method).argumentTypes();
        return manage(sender, method, Candid.encode(Candid.parse(argument, types), types));
    }

    /// Calls the management canister as a user.
    Result manage(Principal sender, String method, Value argument) {
        return manage(sender, method, Candid.encode(List.of(argument)));
    }

    Result manage(Principal sender, String method, byte[] argument) {
        var origin = new CallOrigin.FromUser(Hash.sha256(new byte[] {99}), sender, Optional.empty());
        var call = new ManagementCall(origin, method, argument, Cycles.ZERO);
        var env = env();
        var before = subnet;
        var outcome = onBigStack(() -> management.execute(before, call, env));
        subnet = outcome.next();
        outcome.answers().stream()
                .filter(answer -> answer.to() instanceof CallOrigin.FromCanister)
                .forEach(answer -> deliver(answer, Principal.MANAGEMENT_CANISTER));
        return outcome.answers().stream()
                .filter(answer -> answer.to().equals(origin))
                .findFirst()
                .map(answer -> new Result(answer.payload()))
                .orElseThrow(() -> new AssertionError(method + " was not answered"));
    }

    Management management() {
        return management;
    }

    /// Asks the management canister as a user, with an argument in Candid text.
    Result query(Principal sender, String method, String argument) {
        var types = type(method).argumentTypes();
        var bytes = Candid.encode(Candid.parse(argument, types), types);
        return new Result(management.query(subnet, sender, method, bytes));
    }

    /// {@return the type of a method of the management canister}
    static Type.Func type(String method) {
        return INTERFACE.method(method).orElseThrow();
    }

    private static String source() {
        try (var stream = Management.class.getResourceAsStream("management.did")) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return a new canister with the module of this name}
    Canister install(String name) {
        return install(WasmFiles.wasm(name), new Script());
    }

    Canister install(byte[] wasm, Script argument) {
        var canister = create();
        canister.deploy(new Mode.Install(), wasm, argument).expectInstalled();
        return canister;
    }

    Canister puppet() {
        return install("puppet");
    }

    <T> T onBigStack(Callable<T> work) {
        try {
            return thread.submit(work).get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Delivers and executes what waits, until nothing does.
    void drain() {
        while (step()) {}
    }

    private boolean step() {
        for (CanisterState canister : subnet.canisters().values()) {
            var queue = canister.inputQueue();
            if (!queue.isEmpty()) {
                subnet = subnet.with(canister.with(draft -> draft.inputQueue = queue.minus()));
                execute(canister.id(), queue.peek());
                return true;
            }
        }
        return false;
    }

    private Outcome execute(Principal id, Message message) {
        var clean = subnet.canister(id).orElseThrow();
        var env = env().of(subnet, id);
        var outcome = onBigStack(() -> execution.execute(clean, message, env));
        outcomes.add(outcome);
        subnet = subnet.with(outcome.next());
        outcome.answers().forEach(answer -> deliver(answer, id));
        if (outcome instanceof Outcome.Completed completed) {
            completed.calls().forEach(this::deliver);
        }
        return outcome;
    }

    private void deliver(Message.Request request) {
        var receiver = subnet.canister(request.receiver());
        if (receiver.isPresent()) {
            subnet = subnet.with(receiver.get().enqueue(request));
        } else {
            var origin = new CallOrigin.FromCanister(request.sender(), request.callbackId(), 0);
            deliver(new Answer(origin, Refusals.notFound(request.receiver()), request.cycles()), request.receiver());
        }
    }

    void deliver(Answer answer, Principal respondent) {
        switch (answer.to()) {
            case CallOrigin.FromUser user -> answers.put(user.requestId(), answer);
            case CallOrigin.FromCanister to ->
                subnet = subnet.with(subnet.canister(to.caller())
                        .orElseThrow()
                        .enqueue(new Message.Response(
                                to.caller(), to.callbackId(), respondent, answer.payload(), answer.refund())));
            case CallOrigin.FromSystem _ -> throw new AssertionError("nobody waits for " + answer);
        }
    }

    /// A canister of the kit.
    final class Canister {
        private final Principal id;

        private Canister(Principal id) {
            this.id = id;
        }

        Principal id() {
            return id;
        }

        CanisterState state() {
            return subnet.canister(id).orElseThrow();
        }

        Hash stateHash() {
            return StateFormat.stateHash(state());
        }

        /// {@return the hash of all but the log, which grows when something fails}
        Hash stateHashWithoutLog() {
            return StateFormat.stateHash(state().with(draft -> draft.log = decant.canister.state.CanisterLog.EMPTY));
        }

        Hash contentHash() {
            return StateFormat.canisterHash(state());
        }

        List<String> logLines() {
            return state().log().lines().stream()
                    .map(line -> new String(line.content(), StandardCharsets.UTF_8))
                    .toList();
        }

        Canister change(Consumer<CanisterState.Draft> change) {
            subnet = subnet.with(state().with(change));
            return this;
        }

        Canister settings(Consumer<Settings.Draft> change) {
            return change(draft -> draft.settings = draft.settings.with(change));
        }

        /// Calls a method as a user; everything that follows from it is done before this returns.
        Result call(String method, byte[] argument) {
            return call(USER, method, argument);
        }

        Result call(Principal sender, String method, byte[] argument) {
            var requestId = submit(sender, method, argument);
            drain();
            return answerTo(requestId);
        }

        Result run(Script script) {
            return call("run", script.bytes());
        }

        /// Enqueues a call as a user.
        Hash submit(Principal sender, String method, byte[] argument) {
            var requestId = Hash.sha256(new byte[] {(byte) requests, (byte) (requests >>> 8)});
            requests++;
            subnet = subnet.with(state().enqueue(new Message.Ingress(
                    requestId, sender, Optional.empty(), id, method, argument, Long.MAX_VALUE)));
            return requestId;
        }

        Hash submit(Script script) {
            return submit(USER, "run", script.bytes());
        }

        /// Executes the next message that waits for this canister, and delivers what it sends.
        Outcome executeNext() {
            var queue = state().inputQueue();
            subnet = subnet.with(state().with(draft -> draft.inputQueue = queue.minus()));
            return CanisterKit.this.execute(id, queue.peek());
        }

        Outcome execute(Message message) {
            return CanisterKit.this.execute(id, message);
        }

        Outcome task(TaskKind kind) {
            var outcome = execute(new Message.Task(kind));
            drain();
            return outcome;
        }

        Result query(String method, byte[] argument, Optional<byte[]> certificate) {
            var query = new Query(USER, Optional.empty(), id, method, argument);
            var env = env();
            return new Result(onBigStack(() -> execution.query(subnet, query, env, certificate))
                    .payload());
        }

        Result ask(Script script) {
            return query("ask", script.bytes(), Optional.empty());
        }

        /// Asks on the calling thread, in a state of the asker's choice.
        Result askOn(SubnetState state, Script script) {
            var query = new Query(USER, Optional.empty(), id, "ask", script.bytes());
            return new Result(
                    execution.query(state, query, env(), Optional.empty()).payload());
        }

        Result compose(Script script) {
            return query("compose", script.bytes(), Optional.empty());
        }

        Inspection inspect(String method) {
            var message =
                    new Message.Ingress(Hash.sha256(), USER, Optional.empty(), id, method, new byte[0], Long.MAX_VALUE);
            var env = env().of(subnet, id);
            return onBigStack(() -> execution.inspect(state(), message, env));
        }

        Deployment deploy(Mode mode, byte[] wasm, Script argument) {
            return deploy(mode, wasm, argument, CONTROLLER);
        }

        Deployment deployWith(Mode mode, byte[] wasm, byte[] argument) {
            return deploy(mode, wasm, argument, CONTROLLER);
        }

        Deployment deploy(Mode mode, byte[] wasm, Script argument, Principal sender) {
            return deploy(mode, wasm, argument.bytes(), sender);
        }

        private Deployment deploy(Mode mode, byte[] wasm, byte[] argument, Principal sender) {
            return deploy(new InstallRequest(mode, wasm, argument, new Change.Origin.FromUser(sender)));
        }

        Deployment deploy(InstallRequest request) {
            var env = env().of(subnet, id);
            var clean = state();
            var outcome = onBigStack(() -> install.install(clean, request, env));
            subnet = subnet.with(outcome.next());
            return new Deployment(outcome);
        }

        /// Tries an installation on a fork.
        RehearsalReport rehearse(InstallRequest request, RehearsalPlan plan, BooleanSupplier isOver) {
            var env = env();
            var rehearsal = new Rehearsal(modules).abandonedIf(isOver);
            return onBigStack(() -> rehearsal.run(state(), subnet.chronicle(id), request, plan, env));
        }

        Deployment upgrade(byte[] wasm, Script argument) {
            return deploy(new Mode.Upgrade(false, Optional.empty()), wasm, argument);
        }

        Deployment upgradeKeeping(byte[] wasm, Script argument) {
            return deploy(new Mode.Upgrade(false, Optional.of(Persistence.KEEP)), wasm, argument);
        }

        void apply(Lifecycle.Transition transition) {
            subnet = subnet.with(transition.next());
            transition.answers().forEach(answer -> deliver(answer, id));
        }

        Result answerTo(Hash requestId) {
            var answer = answers.get(requestId);
            assertThat(answer).as("answer of %s", id).isNotNull();
            return new Result(answer.payload());
        }

        boolean hasAnswered(Hash requestId) {
            return answers.containsKey(requestId);
        }
    }

    /// How an installation ended.
    record Deployment(InstallOutcome outcome) {
        Deployment expectInstalled() {
            assertThat(outcome).isInstanceOf(InstallOutcome.Installed.class);
            return this;
        }

        Deployment expectRejected(Stage stage, ErrorCode error, String part) {
            assertThat(outcome).isInstanceOfSatisfying(InstallOutcome.Rejected.class, rejected -> {
                assertThat(rejected.stage()).isEqualTo(stage);
                assertThat(rejected.reject().error()).isEqualTo(error);
                assertThat(rejected.reject().message()).contains(part);
            });
            return this;
        }

        long instructionsUsed() {
            return outcome.instructionsUsed();
        }

        InstallReport report() {
            return outcome.report();
        }
    }

    /// How a call or query ended.
    record Result(Payload payload) {
        Result expectReply(String text) {
            assertThat(payload).isInstanceOf(Payload.Reply.class);
            assertThat(new String(reply(), StandardCharsets.UTF_8)).isEqualTo(text);
            return this;
        }

        Result expectReject(ErrorCode error, String part) {
            assertThat(payload).isInstanceOfSatisfying(Payload.Reject.class, reject -> {
                assertThat(reject.error()).isEqualTo(error);
                assertThat(reject.message()).contains(part);
            });
            return this;
        }

        /// Checks that the call was rejected with just this message.
        void expectRejectSaying(ErrorCode error, String message) {
            assertThat(payload).isEqualTo(new Payload.Reject(error, message));
        }

        /// {@return what the method of the management canister replied}
        Value value(String method) {
            var types = type(method).resultTypes();
            var values = Candid.decode(reply(), types, Quota.DEFAULT);
            return values.isEmpty() ? Value.record() : values.getFirst();
        }

        byte[] reply() {
            assertThat(payload).isInstanceOf(Payload.Reply.class);
            return ((Payload.Reply) payload).data();
        }

        /// {@return the numbers of the reply}
        List<Long> numbers() {
            var buffer = ByteBuffer.wrap(reply()).order(ByteOrder.LITTLE_ENDIAN);
            var numbers = new ArrayList<Long>();
            while (buffer.hasRemaining()) {
                numbers.add(buffer.getLong());
            }
            return numbers;
        }
    }
}
