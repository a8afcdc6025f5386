package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Call;
import decant.canister.Script.Fact;
import decant.canister.state.Traffic;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What calls that are not answered take up, and that a subnet has only so much for them.
final class TrafficTest {
    private static final long ANSWER = 2L << 20;

    private final CanisterKit kit = new CanisterKit();
    private final Canister caller = kit.puppet();
    private final Canister callee = kit.puppet();

    @AfterEach
    void close() {
        kit.close();
    }

    private Call call() {
        return Call.of(callee.id(), "run", script().reply()).onReply(script().reply());
    }

    private Call bestEffort() {
        return call().withTimeout(60);
    }

    private static long bytes(Call call) {
        return (long) call.method().length() + call.payload().length;
    }

    /// {@return what `ic0.call_perform` says to one more call}
    private long performed(Call call) {
        return caller.run(script().call(call).append(Fact.PERFORM_RESULT).reply())
                .numbers()
                .getFirst();
    }

    @Test
    void aCallTakesUpRoomUntilItIsAnswered() {
        caller.submit(script().call(call()).call(bestEffort()));
        caller.executeNext();
        assertThat(caller.state().calls().traffic()).isEqualTo(new Traffic(2, ANSWER, bytes(bestEffort())));

        kit.drain();
        assertThat(caller.state().calls().traffic()).isEqualTo(Traffic.NONE);
    }

    static Stream<Arguments> crowds() {
        return Stream.of(
                Arguments.of(
                        "room for the last guaranteed answer",
                        new Traffic(9, Traffic.GUARANTEED_BYTES_MAX - ANSWER, 0),
                        0L,
                        0L),
                Arguments.of(
                        "no room for a guaranteed answer",
                        new Traffic(9, Traffic.GUARANTEED_BYTES_MAX - ANSWER + 1, 0),
                        2L,
                        0L),
                Arguments.of(
                        "best effort, for which room is made",
                        new Traffic(9, 0, Traffic.BEST_EFFORT_BYTES_MAX),
                        0L,
                        0L),
                Arguments.of(
                        "all callbacks taken, but not the canister's own",
                        new Traffic(Traffic.CALLS_MAX, 0, 0),
                        0L,
                        0L));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("crowds")
    void aCallIsPerformedWhereTheSubnetHasRoomForIt(String what, Traffic others, long guaranteed, long bestEffort) {
        kit.with(others);
        assertThat(performed(call())).as(what).isEqualTo(guaranteed);
        assertThat(performed(bestEffort())).as(what).isEqualTo(bestEffort);
    }

    @Test
    void aCanisterMayAlwaysWaitForFiftyCalls() {
        kit.with(new Traffic(Traffic.CALLS_MAX, 0, 0));
        assertThat(last(50)).isZero();
        assertThat(last(51)).isEqualTo(2L);
    }

    /// {@return what `ic0.call_perform` says to the last of so many calls}
    private long last(int calls) {
        var many = script();
        for (int i = 0; i < calls; i++) {
            many.call(call());
        }
        return caller.run(many.append(Fact.PERFORM_RESULT).reply()).numbers().getFirst();
    }
}
