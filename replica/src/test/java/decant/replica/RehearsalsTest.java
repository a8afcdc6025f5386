package decant.replica;

import static decant.replica.Node.ALICE;
import static decant.replica.Node.BOB;
import static decant.replica.Node.answered;
import static decant.replica.Node.denied;
import static decant.replica.Node.number;
import static decant.replica.Node.rejected;
import static decant.replica.Node.reply;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.protocol.Identity;
import decant.protocol.QueryResponse;
import decant.protocol.Response;
import decant.replica.Served.Denied;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `decant_rehearse` on a node: beside everything else, and without a trace.
final class RehearsalsTest {
    @TempDir
    private Path directory;

    /// A clock that notices when a rehearsal looks at it.
    private static TimeSource watched(TimeSource clock, Runnable watcher) {
        return () -> {
            if (Thread.currentThread().getName().startsWith("decant-rehearsal")) {
                watcher.run();
            }
            return clock.nowNanos();
        };
    }

    /// Where rehearsals have to wait.
    private static final class Turnstile implements Runnable {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);

        @Override
        public void run() {
            arrived.countDown();
            await(opened);
        }

        void awaitArrival() {
            await(arrived);
        }

        void open() {
            opened.countDown();
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Node watchedBy(Runnable watcher) {
        return Node.in(directory, config -> config.withClock(watched(config.clock(), watcher)));
    }

    private static byte[] argument(Principal canister, String module, UnaryOperator<Value.Record> change) {
        return Candid.encode(List.of(change.apply(Value.record()
                .with("canister_id", Value.principal(canister))
                .with("mode", Value.variant("upgrade", Value.none()))
                .with("wasm_module", Value.blob(Node.module(module)))
                .with("arg", Value.blob(new byte[0])))));
    }

    private static Served<QueryResponse> ask(Node node, Identity caller, Principal canister, byte[] argument) {
        var request = node.queryRequest(caller, Principal.MANAGEMENT_CANISTER, "decant_rehearse", argument);
        return node.replica().query(canister, request.envelope());
    }

    private static Value rehearse(Node node, Principal canister, UnaryOperator<Value.Record> change) {
        var response = answered(ask(node, ALICE, canister, argument(canister, "probe.wasm", change)))
                .response();
        return Candid.decode(reply(response), Quota.DEFAULT).getFirst();
    }

    private static List<String> codes(Value rehearsal) {
        return rehearsal.field("findings").items().stream()
                .map(found -> found.field("finding").field("code").toText())
                .toList();
    }

    @Test
    void aRehearsalLeavesEverythingAsItWas() {
        try (var node = Node.in(directory)) {
            var probe = node.installProbe();
            node.add(probe, 1);
            node.update(probe, "arm", number(node.in(Duration.ofMinutes(10))));
            var before = node.replica().state();
            var canister = before.subnet().canister(probe).orElseThrow();
            var hash = node.replica().stateHash();

            var rehearsal = rehearse(
                    node,
                    probe,
                    record -> record.with("forward_nanos", nanos(Duration.ofHours(1)))
                            .with("replay", Value.some(Value.nat64(10))));

            assertThat(codes(rehearsal)).contains("forward.timer-lost");
            assertThat(rehearsal.field("replay").items()).hasSize(2);
            assertThat(node.replica().stateHash()).isEqualTo(hash);
            assertThat(node.replica().state()).as("no round was run").isSameAs(before);
            var after = node.replica().state().subnet().canister(probe).orElseThrow();
            assertThat(after.cycles()).isEqualTo(canister.cycles());
            assertThat(after.log()).isEqualTo(canister.log());
            assertThat(after.globalTimerNanos()).isEqualTo(node.in(Duration.ofMinutes(10)));
            assertThat(node.add(probe, 1)).isEqualTo(2);
        }
    }

    private static Value nanos(Duration duration) {
        return Value.some(Value.nat64(duration.toNanos()));
    }

    @Test
    void onlyControllersAndTheOperatorAreAnswered() {
        try (var node = Node.in(directory)) {
            var probe = node.installProbe();
            byte[] argument = argument(probe, "probe.wasm", record -> record);
            var rejection = rejected(answered(ask(node, BOB, probe, argument)).response());
            assertThat(rejection.errorCode()).contains("IC0512");
            var nobody = Principal.ofCanisterNumber(77);
            byte[] other = argument(nobody, "probe.wasm", record -> record);
            assertThat(rejected(answered(ask(node, ALICE, nobody, other)).response())
                            .errorCode())
                    .isEqualTo(Optional.of("IC0301"));
            var call = node.callRequest(ALICE, Principal.MANAGEMENT_CANISTER, "decant_rehearse", argument);
            assertThat(rejected(node.send(probe, call)).message()).contains("decant_rehearse");
        }
    }

    @Test
    void whileRehearsalsWaitTheNodeGoesOnAndOneTooManyIsTurnedAway() throws Exception {
        var turnstile = new Turnstile();
        try (var node = watchedBy(turnstile)) {
            var probe = node.installProbe();
            byte[] argument = argument(probe, "probe.wasm", record -> record);
            var asked = new ArrayList<FutureTask<Served<QueryResponse>>>();
            asked.add(asking(node, probe, argument));
            turnstile.awaitArrival();
            for (int i = 0; i < 4; i++) {
                asked.add(asking(node, probe, argument));
            }
            while (waiting(node) < 4) {
                Thread.onSpinWait();
            }

            var denial = denied(ask(node, ALICE, probe, argument));
            assertThat(denial.reason()).isEqualTo(Denial.Reason.BUSY);
            assertThat(denial.message()).contains("a rehearsal is at work and 4 more are waiting");
            assertThat(node.add(probe, 1)).isEqualTo(1);
            assertThat(node.get(probe, 1)).isEqualTo(1);

            turnstile.open();
            for (var task : asked) {
                assertThat(answered(task.get()).response()).isInstanceOf(Response.Replied.class);
            }
        }
    }

    @Test
    void aRehearsalThatTakesTooLongSaysWhatItKnows() {
        var looks = new AtomicInteger();
        var clock = new AtomicReference<HandClock>();
        try (var node = watchedBy(() -> {
            if (looks.incrementAndGet() == 4) {
                clock.get().advance(Duration.ofMinutes(3));
            }
        })) {
            clock.set(node.clock);
            var rehearsal = rehearse(node, node.installProbe(), record -> record);
            assertThat(rehearsal.field("text").toText()).startsWith("UNKNOWN").contains("Upgrade: succeeds");
            assertThat(codes(rehearsal)).contains("rehearsal.cut");
        }
    }

    @Test
    void aSearchThatTakesTooLongFindsNothingRatherThanSomethingWrong() {
        var looks = new AtomicInteger();
        var clock = new AtomicReference<HandClock>();
        try (var node = watchedBy(() -> {
            if (looks.incrementAndGet() == 4) {
                clock.get().advance(Duration.ofMinutes(3));
            }
        })) {
            clock.set(node.clock);
            var probe = node.installProbe();
            node.add(probe, 1);
            byte[] argument =
                    argument(probe, "probe.wasm", record -> record.with("bisect", Value.some(Value.bool(true))));
            var rejection = rejected(answered(ask(node, ALICE, probe, argument)).response());
            assertThat(rejection.message()).contains("took longer than it may");
        }
    }

    @Test
    void aNodeThatIsClosedEndsItsRehearsals() throws Exception {
        var turnstile = new Turnstile();
        FutureTask<Served<QueryResponse>> first;
        FutureTask<Served<QueryResponse>> second;
        try (var node = watchedBy(turnstile)) {
            var probe = node.installProbe();
            byte[] argument = argument(probe, "probe.wasm", record -> record);
            first = asking(node, probe, argument);
            turnstile.awaitArrival();
            second = asking(node, probe, argument);
            while (waiting(node) < 1) {
                Thread.onSpinWait();
            }
            var closing = new Thread(() -> node.replica().close());
            closing.start();
            var query = node.queryRequest(ALICE, probe, "get", Node.slot(1));
            while (!(node.replica().query(probe, query.envelope()) instanceof Denied<?>)) {
                Thread.onSpinWait();
            }
            turnstile.open();
            closing.join();
        }
        assertThat(rejected(answered(first.get()).response()).message()).contains("Nobody waits");
        assertThat(rejected(answered(second.get()).response()).message()).contains("Nobody waits");
    }

    private static FutureTask<Served<QueryResponse>> asking(Node node, Principal canister, byte[] argument) {
        var task = new FutureTask<>(() -> ask(node, ALICE, canister, argument));
        Thread.ofVirtual().start(task);
        return task;
    }

    private static double waiting(Node node) {
        return node.replica().metrics().stream()
                .filter(metric -> metric.name().equals("decant_rehearsals_waiting"))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
