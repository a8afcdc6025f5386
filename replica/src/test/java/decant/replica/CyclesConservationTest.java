package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.Limits;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.Message;
import decant.canister.state.UpgradePolicy;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.wasm.WasmThreads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No cycle is lost or made, whatever happens on a node whose canisters pay: what was minted is in balances, on its
/// way, or was consumed for something that is known.
final class CyclesConservationTest {
    private static final Limits LIMITS = Limits.DEFAULT.withMessageInstructionsMax(20_000_000);
    private static final int ROUNDS = 160;
    private static final Principal USER = Node.ALICE.principal();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyCycleIsSomewhereAfterEveryRound(long seed) {
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), new SeededEntropy(1));
        Replica.onBigStack(WasmThreads.factory("test"), () -> {
            try (var machine = new Machine(keys, LIMITS);
                    var log = InputLog.open(directory.resolve("log"))) {
                var life = new Life(machine, log, seed);
                life.live();
                assertThat(life.uses)
                        .contains(
                                CyclesUse.MEMORY,
                                CyclesUse.INGRESS_INDUCTION,
                                CyclesUse.INSTRUCTIONS,
                                CyclesUse.REQUEST_AND_RESPONSE_TRANSMISSION,
                                CyclesUse.UNINSTALL,
                                CyclesUse.CANISTER_CREATION,
                                CyclesUse.BURNED_CYCLES);
                var replayed = machine.replay(machine.genesis(charter()), log, _ -> {});
                assertThat(StateRecords.stateHash(replayed.state()))
                        .isEqualTo(StateRecords.stateHash(life.last.state()));
                var decoded = StateRecords.decode(StateRecords.encode(life.last.state()));
                assertThat(StateRecords.stateHash(decoded)).isEqualTo(StateRecords.stateHash(life.last.state()));
            }
            return true;
        });
    }

    private static Charter charter() {
        return new Charter(UpgradePolicy.OPEN, Optional.empty(), false, CostSchedule.NORMAL);
    }

    /// What users and canisters do to each other, by a seed.
    private static final class Life {
        private final Machine machine;
        private final InputLog log;
        private final Random random;
        private final byte[] module = puppet();
        private final Set<CyclesUse> uses = EnumSet.noneOf(CyclesUse.class);
        private Certified last;
        private Cycles minted = Cycles.ZERO;
        private long requests;

        Life(Machine machine, InputLog log, long seed) {
            this.machine = machine;
            this.log = log;
            this.random = new Random(seed);
            last = machine.genesis(charter());
        }

        void live() {
            for (int i = 0; i < 4; i++) {
                found(2_000_000_000_000L);
            }
            for (int round = 0; round < ROUNDS; round++) {
                switch (random.nextInt(14)) {
                    case 0 -> found(random.nextInt(3) * 700_000_000_000L + random.nextInt(2_000_000));
                    case 1 -> end();
                    case 2 ->
                        mint(
                                "provisional_top_up_canister",
                                400_000_000_000L,
                                Value.record().with("canister_id", Value.principal(any())));
                    case 3 ->
                        run(manage("update_settings", any(), Value.record().with("settings", threshold())));
                    case 4 -> run(install(any()));
                    default -> {
                        var calls = new ArrayList<Message.Ingress>();
                        for (int i = random.nextInt(4); i >= 0; i--) {
                            calls.add(call(any(), "run", script(2)));
                        }
                        run(calls.toArray(Message.Ingress[]::new));
                    }
                }
            }
            for (int i = 0; i < 10; i++) {
                run();
            }
        }

        /// A threshold that leaves a canister alone, or freezes it: by a message that is paid for before.
        private Value threshold() {
            boolean freezes = random.nextBoolean();
            var padding = Value.record()
                    .with("name", Value.text("padding"))
                    .with("value", Value.text("x".repeat(freezes ? 128 : 0)));
            var more = Value.record()
                    .with("name", Value.text("more padding"))
                    .with("value", Value.text("x".repeat(freezes ? 128 : 0)));
            var last = Value.record()
                    .with("name", Value.text("the last padding"))
                    .with("value", Value.text("x".repeat(freezes ? 128 : 0)));
            return Value.record()
                    .with("freezing_threshold", Value.some(Value.nat(freezes ? 100_000_000_000L : 2_592_000)))
                    .with("environment_variables", Value.some(Value.vec(List.of(padding, more, last))));
        }

        private Principal any() {
            var ids = List.copyOf(last.state().subnet().canisters().keySet());
            return ids.get(random.nextInt(ids.size()));
        }

        private void found(long cycles) {
            var before = last.state().subnet().canisters().keySet();
            mint("provisional_create_canister_with_cycles", cycles, Value.record());
            var fresh = new ArrayList<>(last.state().subnet().canisters().keySet());
            fresh.removeAll(before);
            fresh.forEach(id -> run(install(id)));
        }

        private void mint(String method, long cycles, Value argument) {
            var amount = ((Value.Record) argument)
                    .with("amount", method.endsWith("cycles") ? Value.some(Value.nat(cycles)) : Value.nat(cycles));
            var call = call(Principal.MANAGEMENT_CANISTER, method, Candid.encode(List.of(amount)));
            run(Cycles.of(cycles), call);
        }

        /// Stops and deletes a canister, if it can be done at once.
        private void end() {
            if (last.state().subnet().canisters().size() < 4) {
                return;
            }
            var id = any();
            run(manage("stop_canister", id, Value.record()));
            var stopped = last.state().subnet().canister(id);
            if (stopped.filter(canister -> canister.status() instanceof CanisterStatus.Stopped)
                    .isEmpty()) {
                run(manage("start_canister", id, Value.record()));
                return;
            }
            var gone = of(stopped.get());
            run(manage("delete_canister", id, Value.record()));
            if (last.state().subnet().canister(id).isEmpty()) {
                minted = minted.minus(gone);
            }
            check();
        }

        private Message.Ingress install(Principal id) {
            return manage(
                    "install_code",
                    id,
                    Value.record()
                            .with("mode", Value.variant(random.nextInt(4) == 0 ? "reinstall" : "install"))
                            .with("wasm_module", Value.blob(module))
                            .with("arg", Value.blob(random.nextInt(5) == 0 ? new byte[] {24} : new byte[0])));
        }

        private Message.Ingress manage(String method, Principal id, Value argument) {
            var whole = ((Value.Record) argument).with("canister_id", Value.principal(id));
            return call(Principal.MANAGEMENT_CANISTER, method, Candid.encode(List.of(whole)));
        }

        private Message.Ingress call(Principal receiver, String method, byte[] argument) {
            var requestId = Hash.sha256(Long.toString(requests++).getBytes(StandardCharsets.UTF_8));
            return new Message.Ingress(
                    requestId,
                    USER,
                    Optional.empty(),
                    receiver,
                    method,
                    argument,
                    Long.MAX_VALUE,
                    argument.length + 200);
        }

        private void run(Message.Ingress... calls) {
            run(Cycles.ZERO, calls);
        }

        /// @param amount what is minted if the first call is replied
        private void run(Cycles amount, Message.Ingress... calls) {
            long seconds = random.nextInt(3) == 0 ? random.nextLong(3_000) : 1;
            var batch = new Batch(
                    last.state().height() + 1,
                    last.state().timeNanos() + seconds * 1_000_000_000L + 1,
                    new byte[Batch.ENTROPY_BYTES],
                    last.rootHash(),
                    List.of(calls));
            log.append(batch);
            last = machine.run(last, batch).certified();
            if (!amount.isZero() && isReplied(calls[0])) {
                minted = minted.plus(amount);
            }
            boolean deletes = calls.length == 1 && calls[0].method().equals("delete_canister");
            if (!deletes) {
                check();
            }
        }

        private boolean isReplied(Message.Ingress call) {
            return last.state()
                    .history()
                    .entry(call.requestId())
                    .filter(entry -> entry.status() instanceof RequestStatus.Ended(Response.Replied _))
                    .isPresent();
        }

        private void check() {
            var sum = Cycles.ZERO;
            for (var canister : last.state().subnet().canisters().values()) {
                sum = sum.plus(of(canister));
                uses.addAll(canister.account().consumed().keySet());
            }
            for (var message : last.state().builtInCalls()) {
                sum = sum.plus(of(message));
            }
            assertThat(sum).as("round %s", last.state().height()).isEqualTo(minted);
        }

        private static Cycles of(CanisterState canister) {
            var sum = canister.cycles()
                    .plus(canister.reservedCycles())
                    .plus(canister.account().consumedInAll());
            for (var context : canister.calls().contexts().values()) {
                sum = sum.plus(context.available());
            }
            for (var callback : canister.calls().callbacks().values()) {
                sum = sum.plus(callback.prepaid().total());
            }
            for (var message : canister.inputQueue()) {
                sum = sum.plus(of(message));
            }
            if (canister.status() instanceof CanisterStatus.Stopping(var waiting)) {
                for (var call : waiting) {
                    sum = sum.plus(call.refund());
                }
            }
            return sum;
        }

        private static Cycles of(Message message) {
            return switch (message) {
                case Message.Request request -> request.cycles();
                case Message.Response response -> response.refund();
                case Message.Ingress _, Message.Task _ -> Cycles.ZERO;
            };
        }

        /// A script for the puppet of the canister tests: operations and their operands.
        private byte[] script(int depth) {
            var script = new ByteArrayOutputStream();
            for (int left = random.nextInt(4); left >= 0; left--) {
                switch (random.nextInt(depth > 0 ? 11 : 7)) {
                    case 0 -> number(script, 19, random.nextInt(2_000_000));
                    case 1 -> number(script, 21, random.nextInt(2_000_000));
                    case 2 -> number(script, 14, random.nextInt(40));
                    case 3 -> number(script, 17, 1);
                    case 4 -> number(script, 28, random.nextInt(3));
                    case 5 -> {
                        if (random.nextInt(3) == 0) {
                            script.write(random.nextInt(6) == 0 ? 26 : 24);
                        }
                    }
                    case 6 -> blob(script, 1, "some bytes of an answer".getBytes(StandardCharsets.UTF_8));
                    case 7 ->
                        calls(script, Principal.MANAGEMENT_CANISTER, "create_canister", nothing(), 600_000_000_000L);
                    case 8 -> calls(script, Principal.MANAGEMENT_CANISTER, "deposit_cycles", nothing(any()), 5_000_000);
                    default -> calls(script, any(), "run", script(depth - 1), random.nextInt(100_000_000));
                }
            }
            if (random.nextInt(4) != 0) {
                script.write(2);
            }
            return script.toByteArray();
        }

        private void calls(ByteArrayOutputStream script, Principal callee, String method, byte[] payload, long cycles) {
            blob(script, 10, callee.bytes());
            blob(script, method.getBytes(StandardCharsets.UTF_8));
            blob(script, payload);
            for (int callback = 0; callback < 3; callback++) {
                blob(script, script(0));
            }
            number(script, cycles);
            number(script, random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0);
        }

        private static byte[] nothing() {
            return Candid.encode(List.of(Value.record()));
        }

        private static byte[] nothing(Principal canister) {
            return Candid.encode(List.of(Value.record().with("canister_id", Value.principal(canister))));
        }

        private static void number(ByteArrayOutputStream script, int operation, long value) {
            script.write(operation);
            number(script, value);
        }

        private static void number(ByteArrayOutputStream script, long value) {
            script.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        private static void blob(ByteArrayOutputStream script, int operation, byte[] bytes) {
            script.write(operation);
            blob(script, bytes);
        }

        private static void blob(ByteArrayOutputStream script, byte[] bytes) {
            script.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(bytes.length)
                    .array());
            script.writeBytes(bytes);
        }

        private static byte[] puppet() {
            try {
                return Files.readAllBytes(Path.of(
                        System.getProperty("decant.root"), "canister/src/test/resources/decant/canister/puppet.wasm"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void aNodeKeepsTheScheduleThatItWasMadeWith() {
        var place = directory.resolve("node");
        try (var node = Node.in(place, config -> config.withCostSchedule(CostSchedule.NORMAL))) {
            node.create();
        }
        try (var node = Node.in(place)) {
            assertThat(node.replica().stateHash()).isNotNull();
        }
        assertThat(catchThrowable(() -> Node.in(place, config -> config.withCostSchedule(CostSchedule.FREE))))
                .hasMessageContaining("was made with the cost schedule normal")
                .hasMessageContaining("cannot be started with the cost schedule free");
    }

    @Test
    void aUsersCallIsPaidForByItsReceiverWithEveryByteOfItsEnvelope() {
        try (var node = Node.in(directory.resolve("node"), config -> config.withCostSchedule(CostSchedule.NORMAL))) {
            var id = node.installProbe();
            var before = consumed(node, id);
            var request = node.callRequest(Node.ALICE, id, "add", new byte[] {1});
            Node.reply(node.send(id, request));

            var metrics = node.manage("canister_metrics", id, Value.record().with("canister_id", Value.principal(id)));
            var after =
                    metrics.field("cycles_consumed").field("ingress_induction").toBigInteger();
            assertThat(after.subtract(before).longValue())
                    .isGreaterThan(2 * 1_200_000L + 2_000L * request.envelope().length);
        }
    }

    private static BigInteger consumed(Node node, Principal id) {
        return node.manage("canister_metrics", id, Value.record().with("canister_id", Value.principal(id)))
                .field("cycles_consumed")
                .field("ingress_induction")
                .toBigInteger();
    }
}
