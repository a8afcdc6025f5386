package decant.replica;

import static decant.replica.Node.ALICE;
import static decant.replica.Node.forwarded;
import static decant.replica.Node.rejected;
import static decant.replica.Node.reply;
import static decant.replica.Node.slot;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.Limits;
import decant.canister.Recording;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Message;
import decant.canister.state.UpgradePolicy;
import decant.protocol.Response;
import decant.wasm.WasmThreads;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An undo that makes the calls since then again loses nothing that users wrote. An upgrade of the probe forgets all
/// its counters.
final class UndoReplayTest {
    @TempDir
    private Path directory;

    private Path original() {
        return directory.resolve("original");
    }

    private static void upgrade(Node node, Principal canister) {
        node.install(canister, Value.variant("upgrade", Value.none()), "probe.wasm", new byte[0]);
    }

    private static Response undo(Node node, Principal canister, boolean isDryRun, boolean acceptsLosses) {
        var argument = Value.record()
                .with("canister_id", Value.principal(canister))
                .with(
                        "replay",
                        Value.some(Value.record()
                                .with("dry_run", Value.bool(isDryRun))
                                .with("accept_losses", Value.bool(acceptsLosses))));
        return node.call(
                ALICE, canister, Principal.MANAGEMENT_CANISTER, "decant_undo", Candid.encode(List.of(argument)));
    }

    private static Value replay(Response response) {
        return Candid.decode(reply(response), Quota.DEFAULT)
                .getFirst()
                .optionalField("replay")
                .orElseThrow();
    }

    private static List<String> fates(Value replay) {
        return replay.field("calls").items().stream()
                .map(call -> call.field("method").toText() + " " + fate(call.field("fate")))
                .toList();
    }

    /// Decoded without the interface, a variant knows the hash of its name alone.
    private static String fate(Value fate) {
        return Stream.of("same", "changed", "answered", "refused", "calls_out", "refused_then")
                .filter(fate::is)
                .findFirst()
                .orElseThrow();
    }

    /// A probe that was upgraded and then used.
    private static Principal used(Node node) {
        var probe = node.installProbe();
        node.add(probe, 1);
        upgrade(node, probe);
        assertThat(node.add(probe, 1)).as("the upgrade forgot what there was").isEqualTo(1);
        node.add(probe, 2);
        return probe;
    }

    @Test
    void whatWasWrittenSinceIsWrittenAgain() {
        try (var node = Node.in(original())) {
            var probe = used(node);
            var hash = node.replica().stateHash(probe);

            var shown = replay(undo(node, probe, true, false));
            assertThat(fates(shown)).containsExactly("add changed", "add same");
            assertThat(node.replica().stateHash(probe))
                    .as("a dry run changes nothing")
                    .isEqualTo(hash);

            var done = replay(undo(node, probe, false, false));
            assertThat(done.field("calls_made").toLong()).isEqualTo(2);
            assertThat(done.field("calls_changed").toLong()).isEqualTo(1);
            assertThat(done.field("calls_lost").toLong()).isZero();
            assertThat(node.get(probe, 1)).isEqualTo(2);
            assertThat(node.get(probe, 2)).isEqualTo(1);
            assertThat(node.add(probe, 2)).isEqualTo(2);

            node.manage("decant_undo", probe);
            assertThat(node.get(probe, 1)).as("the undo is undone").isEqualTo(1);
        }
    }

    @Test
    void theNodeComesBackToTheSameStateFromItsLog() {
        try (var node =
                Node.in(original(), config -> config.keepingWholeLog().withCheckpointEvery(4, Long.MAX_VALUE))) {
            var probe = used(node);
            node.restart();
            assertThat(fates(replay(undo(node, probe, false, false)))).containsExactly("add changed", "add same");
            node.add(probe, 3);
            CrashAndReplay.expectSameState(node, original(), directory, _ -> {});
        }
    }

    @Test
    void howCallsEndedIsKnownLongAfterTheNodeForgotThem() {
        try (var node = Node.in(original())) {
            var probe = used(node);
            rejected(node.call(probe, "fail", new byte[0]));
            node.add(probe, 2);
            node.clock.advance(Duration.ofMinutes(30));
            node.add(probe, 3);
            node.restart();
            assertThat(fates(replay(undo(node, probe, true, false))))
                    .containsExactly("add changed", "add same", "fail refused_then", "add same", "add same");
        }
    }

    @Test
    void aCallThatCannotBeMadeAgainStopsTheUndoUnlessThatIsAccepted() {
        try (var node = Node.in(original())) {
            var peer = node.installProbe();
            var probe = used(node);
            reply(node.call(probe, "forward", forwarded(peer, "add", slot(7))));
            var hash = node.replica().stateHash(probe);

            var rejection = rejected(undo(node, probe, false, false));
            assertThat(rejection.message())
                    .contains("1 of 3 calls since restore point 2")
                    .contains("\"forward\" calls other canisters")
                    .contains("Nothing has changed");
            assertThat(node.replica().stateHash(probe)).isEqualTo(hash);

            var done = replay(undo(node, probe, false, true));
            assertThat(fates(done)).containsExactly("add changed", "add same", "forward calls_out");
            assertThat(node.get(probe, 1)).isEqualTo(2);
            assertThat(node.get(peer, 7))
                    .as("the other canister is not called again")
                    .isEqualTo(1);
        }
    }

    @Test
    void callsThatAreNotRecordedAnyMoreAreSaidToBe() {
        try (var node =
                Node.in(original(), config -> config.withRecordedBytes(0).withCheckpointEvery(3, Long.MAX_VALUE))) {
            var probe = used(node);
            var hash = node.replica().stateHash(probe);
            for (int i = 0; i < 12; i++) {
                node.call(probe, "silent", new byte[3 << 20]);
            }
            node.restart();
            var rejection = rejected(undo(node, probe, false, false));
            assertThat(rejection.message())
                    .startsWith("The calls since restore point 2, of 2026-03-01T12:00:00Z, are not recorded any more")
                    .endsWith("Nothing has changed.");
            assertThat(node.replica().stateHash(probe)).isNotEqualTo(hash);
            assertThat(node.get(probe, 1)).isEqualTo(1);
        }
    }

    @Test
    void recordedCallsOutliveCheckpoints() {
        try (var node = Node.in(original(), config -> config.withCheckpointEvery(2, Long.MAX_VALUE))) {
            var probe = used(node);
            for (int i = 0; i < 12; i++) {
                node.call(probe, "silent", new byte[3 << 20]);
            }
            node.restart();
            assertThat(fates(replay(undo(node, probe, true, false)))).startsWith("add changed", "add same");
        }
    }

    @Test
    void aCallThatWaitedDuringTheUpgradeIsAmongThem() throws Exception {
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), new SeededEntropy(1));
        var request = new ArrayList<Message.Ingress>();
        try (var log = InputLog.open(directory.resolve("log"));
                var machine = new Machine(keys, Limits.DEFAULT)) {
            var thread = WasmThreads.factory("test");
            var recording = Replica.onBigStack(thread, () -> {
                var state = machine.genesis(
                        new Charter(UpgradePolicy.OPEN, Optional.of(ALICE.principal()), false, CostSchedule.FREE));
                state = run(machine, log, state, create());
                var id = state.state().subnet().canisters().firstKey();
                state = run(machine, log, state, install(id, "install"));
                state = run(machine, log, state, add(id, 1));
                request.add(add(id, 2));
                state = run(machine, log, state, install(id, "upgrade"), request.getFirst());
                state = run(machine, log, state, add(id, 3));
                var subnet = state.state().subnet();
                assertThat(subnet.chronicle(id).newestPoint().orElseThrow().waiting())
                        .containsExactly(request.getFirst().requestId());
                byte[] undo = Candid.encode(List.of(Value.record()
                        .with("canister_id", Value.principal(id))
                        .with(
                                "replay",
                                Value.some(Value.record()
                                        .with("dry_run", Value.bool(true))
                                        .with("accept_losses", Value.bool(false))))));
                var wanted = machine.management()
                        .recordingRequest(subnet, "decant_undo", undo)
                        .orElseThrow();
                return new RecordedCalls(log)
                        .since(wanted, state.state().history(), state.state().timeNanos() + 1, List.of());
            });
            assertThat(((Recording.Known) recording).calls())
                    .extracting(call -> call.call().argument()[0])
                    .containsExactly((byte) 2, (byte) 3);
        }
    }

    private static Certified run(Machine machine, InputLog log, Certified before, Message.Ingress... calls) {
        var batch = new Batch(
                before.state().height() + 1,
                before.state().timeNanos() + 1_000_000_000L,
                new byte[Batch.ENTROPY_BYTES],
                before.rootHash(),
                List.of(calls));
        log.append(batch);
        return machine.run(before, batch).certified();
    }

    private static Message.Ingress create() {
        return call(
                Principal.MANAGEMENT_CANISTER,
                "provisional_create_canister_with_cycles",
                Candid.encode(List.of(Value.record())));
    }

    private static Message.Ingress install(Principal id, String mode) {
        var variant = mode.equals("upgrade") ? Value.variant(mode, Value.none()) : Value.variant(mode);
        return call(
                Principal.MANAGEMENT_CANISTER,
                "install_code",
                Candid.encode(List.of(Value.record()
                        .with("mode", variant)
                        .with("canister_id", Value.principal(id))
                        .with("wasm_module", Value.blob(Node.module("probe.wasm")))
                        .with("arg", Value.blob(new byte[0])))));
    }

    private static Message.Ingress add(Principal id, int slot) {
        return call(id, "add", slot(slot));
    }

    private static Message.Ingress call(Principal receiver, String method, byte[] argument) {
        return new Message.Ingress(
                Hash.sha256(method.getBytes(StandardCharsets.UTF_8), argument),
                ALICE.principal(),
                Optional.empty(),
                receiver,
                method,
                argument,
                Long.MAX_VALUE);
    }
}
