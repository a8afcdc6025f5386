package decant.replica;

import static decant.replica.Node.ALICE;
import static decant.replica.Node.BOB;
import static decant.replica.Node.answered;
import static decant.replica.Node.denied;
import static decant.replica.Node.forwarded;
import static decant.replica.Node.number;
import static decant.replica.Node.rejected;
import static decant.replica.Node.reply;
import static decant.replica.Node.slot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.HashTree.Lookup;
import decant.protocol.Label;
import decant.protocol.RequestStatus;
import decant.protocol.SignedRequest;
import decant.replica.Denial.Reason;
import decant.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplicaTest {
    @TempDir
    private Path directory;

    private Node node;

    @BeforeEach
    void open() {
        node = Node.in(directory);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aCallChangesTheStateAndItsReplyIsCertified() {
        var probe = node.installProbe();
        assertThat(node.add(probe, 3)).isEqualTo(1);
        assertThat(node.add(probe, 3)).isEqualTo(2);
        assertThat(node.add(probe, 4)).isEqualTo(1);
        assertThat(node.get(probe, 3)).isEqualTo(2);
    }

    @Test
    void aTrapIsACertifiedRejectAndLeavesNoTrace() {
        var probe = node.installProbe();
        var reject = rejected(node.call(probe, "fail", new byte[0]));
        assertThat(reject.rejectCode()).isEqualTo(5);
        assertThat(reject.errorCode()).contains("IC0502");
        assertThat(node.get(probe, 0)).isZero();
    }

    @Test
    void aCallWithoutAnAnswerIsRejectedAsSuch() {
        var probe = node.installProbe();
        assertThat(rejected(node.call(probe, "silent", new byte[0])).errorCode())
                .contains("IC0506");
    }

    @Test
    void theSameRequestIsExecutedOnceHoweverOftenItIsSent() {
        var probe = node.installProbe();
        var request = node.callRequest(ALICE, probe, "add", slot(0));
        assertThat(number(reply(node.send(probe, request)))).isEqualTo(1);
        assertThat(number(reply(node.send(probe, request)))).isEqualTo(1);
        node.restart();
        assertThat(number(reply(node.send(probe, request)))).isEqualTo(1);
        assertThat(node.get(probe, 0)).isEqualTo(1);
    }

    @Test
    void whoMakesACallMayReadItsStatusAndNobodyElse() {
        var probe = node.installProbe();
        var request = node.callRequest(ALICE, probe, "add", slot(0));
        node.submit(probe, request);
        reply(node.send(probe, request));
        var path = List.of(RequestStatus.path(request.requestId()));
        assertThat(RequestStatus.of(node.read(ALICE, probe, path), request.requestId()))
                .isInstanceOf(RequestStatus.Ended.class);
        var foreign = node.readRequest(BOB, path);
        assertThat(denied(node.replica().readState(probe, foreign.envelope())).reason())
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void anUnknownRequestIsProvablyAbsent() {
        var probe = node.installProbe();
        var unknown = Hash.sha256(new byte[] {1, 2, 3});
        var certificate = node.read(probe, List.of(RequestStatus.path(unknown)));
        assertThat(certificate.tree().lookup(Label.path("request_status", unknown, "status")))
                .isInstanceOf(Lookup.Absent.class);
        assertThat(RequestStatus.of(certificate, unknown)).isInstanceOf(RequestStatus.Unknown.class);
    }

    @Test
    void theTreeShowsModuleControllersAndTheAbsenceOfAModule() {
        var probe = node.installProbe();
        var empty = node.create();
        byte[] hash = Hash.sha256(Node.module("probe.wasm")).bytes();
        assertThat(node.read(probe, List.of(Label.path("canister", probe, "module_hash")))
                        .found("canister", probe, "module_hash"))
                .isEqualTo(hash);
        var paths = List.of(Label.path("canister", empty, "module_hash"), Label.path("canister", empty, "controllers"));
        var certificate = node.read(empty, paths);
        assertThat(certificate.tree().lookup(paths.getFirst())).isInstanceOf(Lookup.Absent.class);
        assertThat(certificate.found("canister", empty, "controllers"))
                .contains(ALICE.principal().bytes());
    }

    @Test
    void certifiedDataIsNotReadableButAQueryGetsACertificateForIt() {
        var probe = node.installProbe();
        reply(node.call(probe, "certify", new byte[] {1, 2, 3}));
        var path = Label.path("canister", probe, "certified_data");
        assertThat(denied(node.replica()
                                .readState(
                                        probe,
                                        node.readRequest(ALICE, List.of(path)).envelope()))
                        .reason())
                .isEqualTo(Reason.NOT_FOUND);
        var certificate = node.verified(reply(node.query(probe, "certificate", new byte[0])));
        assertThat(certificate.found("canister", probe, "certified_data")).isEqualTo(new byte[] {1, 2, 3});
    }

    @Test
    void aCertificateIsFreshEvenWhenNothingHappened() {
        var probe = node.installProbe();
        node.clock.advance(Duration.ofHours(1));
        var certificate = node.read(probe, List.of(Label.path("time")));
        assertThat(certificate.time()).isEqualTo(node.clock.nowNanos());
        long height = node.replica().status().height();
        node.read(probe, List.of(Label.path("time")));
        assertThat(node.replica().status().height()).isEqualTo(height);
    }

    @Test
    void aForgedRequestIsDeniedAndChangesNothing() {
        var probe = node.installProbe();
        var before = node.replica().stateHash();
        byte[] genuine = node.callRequest(ALICE, probe, "add", slot(0)).envelope();
        for (int at = 0; at < genuine.length; at += 7) {
            byte[] forged = genuine.clone();
            forged[at] ^= 1;
            assertThat(denied(node.replica().call(probe, forged)).reason())
                    .as("byte %d", at)
                    .isIn(Reason.MALFORMED, Reason.UNAUTHENTICATED);
        }
        assertThat(node.replica().stateHash()).isEqualTo(before);
    }

    @Test
    void anExpiredRequestIsDenied() {
        var probe = node.installProbe();
        var request = node.callRequest(ALICE, probe, "add", slot(0));
        node.clock.advance(Duration.ofMinutes(5));
        var denial = denied(node.replica().call(probe, request.envelope()));
        assertThat(denial.reason()).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(denial.message()).contains("expired");
    }

    @Test
    void aRequestAtTheEndpointOfAnotherCanisterIsDenied() {
        var probe = node.installProbe();
        var other = node.installProbe();
        var request = node.callRequest(ALICE, probe, "add", slot(0));
        assertThat(denied(node.replica().call(other, request.envelope())).message())
                .isEqualTo("the request is about canister " + probe + " but was sent to the endpoint of canister "
                        + other);
    }

    @Test
    void whatACanisterDoesNotLetInIsRefusedWithoutATrace() {
        var probe = node.installProbe();
        var before = node.replica().stateHash();
        var request = node.callRequest(ALICE, probe, "secret", new byte[0]);
        var response = answered(node.replica().call(probe, request.envelope()));
        assertThat(response)
                .isInstanceOfSatisfying(
                        CallResponse.NotReplicated.class,
                        refused -> assertThat(refused.rejection().errorCode()).contains("IC0406"));
        assertThat(node.replica().stateHash()).isEqualTo(before);
    }

    @Test
    void aCallToNoCanisterAnEmptyOneOrAStoppedOneIsRefused() {
        var nobody = Principal.ofCanisterNumber(999);
        assertThat(rejected(node.call(nobody, "add", slot(0))).errorCode()).contains("IC0301");
        assertThat(rejected(node.call(node.create(), "add", slot(0))).errorCode())
                .contains("IC0537");
        var probe = node.installProbe();
        node.manage("stop_canister", probe);
        assertThat(rejected(node.call(probe, "add", slot(0))).errorCode()).contains("IC0508");
        node.manage("start_canister", probe);
        assertThat(node.add(probe, 0)).isEqualTo(1);
    }

    @Test
    void canistersCallEachOtherAndTheManagementCanister() {
        var ping = node.installProbe();
        var pong = node.installProbe();
        assertThat(number(reply(node.call(ping, "forward", forwarded(pong, "add", slot(9))))))
                .isEqualTo(1);
        byte[] random =
                reply(node.call(ping, "forward", forwarded(Principal.MANAGEMENT_CANISTER, "raw_rand", new byte[] {
                    'D', 'I', 'D', 'L', 0, 0
                })));
        assertThat(random).hasSizeGreaterThan(32);
        var missing = Principal.ofCanisterNumber(999);
        assertThat(rejected(node.call(ping, "forward", forwarded(missing, "add", slot(0))))
                        .message())
                .contains("Canister " + missing + " not found");
    }

    @Test
    void aBallIsPlayedBetweenTwoCanistersWithinOneRound() {
        var ping = node.installProbe();
        var pong = node.installProbe();
        long height = node.replica().status().height();
        byte[] argument = ByteBuffer.allocate(14)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(21)
                .put(pong.bytes())
                .array();
        assertThat(node.update(ping, "bounce", argument)).isEqualTo(11);
        assertThat(node.get(ping, 255)).isEqualTo(11);
        assertThat(node.get(pong, 255)).isEqualTo(11);
        assertThat(node.replica().status().height()).isEqualTo(height + 1);
    }

    @Test
    void aTimerRingsWhenItsTimeHasComeAndNotBefore() {
        var probe = node.installProbe();
        long due = node.in(Duration.ofMinutes(10));
        node.update(probe, "arm", number(due));
        node.clock.advance(Duration.ofMinutes(9));
        node.add(probe, 0);
        assertThat(ticks(probe)).isZero();
        node.clock.advance(Duration.ofMinutes(1));
        node.awaitRoundOfNow();
        assertThat(ticks(probe)).isEqualTo(1);
        node.clock.advance(Duration.ofMinutes(10));
        node.add(probe, 0);
        assertThat(ticks(probe)).isEqualTo(1);
    }

    @Test
    void aTimerSurvivesARestart() {
        var probe = node.installProbe();
        node.update(probe, "arm", number(node.in(Duration.ofMinutes(10))));
        node.restart();
        node.clock.advance(Duration.ofMinutes(11));
        node.awaitRoundOfNow();
        assertThat(ticks(probe)).isEqualTo(1);
    }

    @Test
    void aHeartbeatIsExecutedOnceASecondHoweverManyRoundsThereAre() {
        var heart = node.install("heart.wasm", new byte[0]);
        var probe = node.installProbe();
        long before = beats(heart);
        for (int i = 0; i < 10; i++) {
            node.add(probe, 0);
        }
        assertThat(beats(heart) - before).isLessThanOrEqualTo(1);
        for (int second = 1; second <= 5; second++) {
            node.clock.advance(Duration.ofMillis(1_001));
            node.awaitRoundOfNow();
        }
        assertThat(beats(heart) - before).isBetween(5L, 6L);
    }

    @Test
    void anEndlessLoopIsRejectedAndTheNodeGoesOn() {
        var probe = node.installProbe();
        assertThat(rejected(node.call(probe, "spin", new byte[0])).errorCode()).contains("IC0522");
        assertThat(node.add(probe, 0)).isEqualTo(1);
    }

    @Test
    void aCallWithADeadlineIsRejectedToItsCallerWhenTheCalleeDoesNotAnswerInTime() {
        var caller = node.installProbe();
        var callee = node.installProbe();
        var inner = forwarded(callee, "linger", number(node.in(Duration.ofSeconds(20))));
        var call = node.callRequest(ALICE, caller, "forward_for_ten_seconds", inner);
        node.begin(caller, call);
        node.clock.advance(Duration.ofSeconds(11));
        assertThat(rejected(node.send(caller, call)).message()).contains("Call deadline has expired.");
        node.clock.advance(Duration.ofSeconds(10));
        node.manage("stop_canister", callee);
        node.manage("stop_canister", caller);
    }

    @Test
    void aCanisterIsStoppedWhenItsOpenCallsAreFinished() {
        var probe = node.installProbe();
        var call = node.callRequest(ALICE, probe, "linger", number(node.in(Duration.ofMinutes(1))));
        node.begin(probe, call);
        var stop = node.managementRequest("stop_canister", probe);
        node.submit(probe, stop);
        node.awaitRefusal(probe, "IC0509");
        assertThat(node.status(stop, probe)).isInstanceOf(RequestStatus.Processing.class);
        node.clock.advance(Duration.ofSeconds(61));
        reply(node.send(probe, stop));
        reply(node.send(probe, call));
        node.awaitRefusal(probe, "IC0508");
    }

    @Test
    void aStopThatTakesTooLongIsRejectedAndTheCanisterStaysStopping() {
        var probe = node.installProbe();
        node.begin(probe, node.callRequest(ALICE, probe, "linger", number(node.in(Duration.ofMinutes(20)))));
        var stop = node.managementRequest("stop_canister", probe);
        node.submit(probe, stop);
        node.awaitRefusal(probe, "IC0509");
        node.clock.advance(Duration.ofSeconds(301));
        assertThat(rejected(node.awaitEnd(stop, probe)).errorCode()).contains("IC0206");
        node.awaitRefusal(probe, "IC0509");
    }

    @Test
    void aCanisterThatNeverEndsDelaysOthersByOneMessageForEachOfTheirs() {
        var busy = node.installProbe();
        var other = node.installProbe();
        var spins = new ArrayList<SignedRequest>();
        for (int i = 0; i < 60; i++) {
            var spin = node.callRequest(ALICE, busy, "spin", new byte[0]);
            node.submit(busy, spin);
            spins.add(spin);
        }
        assertThat(node.add(other, 0)).isEqualTo(1);
        assertThat(node.status(spins.getLast(), busy)).isInstanceOf(RequestStatus.Received.class);
    }

    @Test
    void anIdleNodeRunsNoRounds() {
        node.installProbe();
        long height = node.replica().status().height();
        node.clock.advance(Duration.ofDays(1));
        assertThat(node.replica().status().height()).isEqualTo(height);
    }

    @Test
    void tooManyWaitingCallsAreDeniedAndNoneOfTheOthersIsLost() {
        node.close();
        try (var narrow = Node.in(directory.resolve("narrow"), config -> config.withWaitingCalls(3, 1 << 20))) {
            var probe = narrow.installProbe();
            narrow.submit(probe, narrow.callRequest(ALICE, probe, "spin", new byte[0]));
            var taken = new ArrayList<SignedRequest>();
            boolean busy = false;
            while (!busy) {
                var add = narrow.callRequest(ALICE, probe, "add", slot(0));
                switch (narrow.replica().submit(probe, add.envelope())) {
                    case Served.Answered<CallResponse> _ -> taken.add(add);
                    case Served.Denied<CallResponse>(var denial) -> {
                        assertThat(denial.reason()).isEqualTo(Reason.BUSY);
                        busy = true;
                    }
                }
            }
            taken.forEach(add -> reply(narrow.send(probe, add)));
            assertThat(narrow.get(probe, 0)).isEqualTo(taken.size());
        }
        node.restart();
    }

    @Test
    void whatNodesRememberIsBoundedAndMakesRoomWithTime() {
        node.close();
        try (var forgetful = Node.in(directory.resolve("forgetful"), config -> config.withRememberedCalls(6))) {
            var probe = forgetful.installProbe();
            var last = forgetful.callRequest(ALICE, probe, "add", slot(0));
            while (forgetful.replica().submit(probe, last.envelope()) instanceof Served.Answered<CallResponse>) {
                reply(forgetful.send(probe, last));
                last = forgetful.callRequest(ALICE, probe, "add", slot(0));
            }
            var refused = last;
            assertThat(forgetful.replica().call(probe, refused.envelope()))
                    .isEqualTo(new Served.Denied<>(new Denial(
                            Reason.BUSY,
                            "this node remembers the outcomes of 6 calls, as many as it has memory for;"
                                    + " make the call again in a few minutes")));
            long made = forgetful.get(probe, 0);
            forgetful.clock.advance(Duration.ofMinutes(11));
            assertThat(number(reply(forgetful.call(probe, "add", slot(0))))).isEqualTo(made + 1);
        }
        node.restart();
    }

    @Test
    void timeNeverStandsStillBetweenRounds() {
        var probe = node.installProbe();
        long first = node.update(probe, "stamp", new byte[0]);
        long second = node.update(probe, "stamp", new byte[0]);
        assertThat(second).isGreaterThan(first);
        assertThat(number(reply(node.query(probe, "now", new byte[0])))).isGreaterThanOrEqualTo(second);
    }

    @Test
    void onlyOneReplicaAtATimeHasAStateDirectory() {
        assertThatThrownBy(() -> node.at(directory))
                .isInstanceOf(StoreException.class)
                .hasMessage(directory + " is in use: " + directory.resolve("lock")
                        + " is locked; stop the process that uses it, or name another directory");
    }

    @Test
    void aClosedReplicaHasNoThreadsLeftAndDeniesCalls() {
        var probe = node.installProbe();
        var request = node.callRequest(ALICE, probe, "add", slot(0));
        node.get(probe, 0);
        node.replica().close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("decant-"));
        assertThat(denied(node.replica().call(probe, request.envelope())).reason())
                .isEqualTo(Reason.CLOSING);
        node.restart();
    }

    private long ticks(Principal probe) {
        return number(reply(node.query(probe, "ticks", new byte[0])));
    }

    private long beats(Principal heart) {
        return number(reply(node.query(heart, "beats", new byte[0])));
    }
}
