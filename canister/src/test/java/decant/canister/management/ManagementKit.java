package decant.canister.management;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Install;
import decant.canister.Instances;
import decant.canister.Limits;
import decant.canister.ModuleCache;
import decant.canister.Replay;
import decant.canister.SnapshotCode;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Outcalls;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.UpgradePolicy;
import decant.wasm.WasmThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/// A subnet whose management canister is called with Candid text, by users and canisters.
final class ManagementKit implements AutoCloseable {
    static final Principal ALICE = Principal.of(new byte[] {1, 2, 3});
    static final Principal BOB = Principal.of(new byte[] {4, 5, 6});

    private static final Did DID = Did.parse(source());
    private static final long SECOND = 1_000_000_000L;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(WasmThreads.factory("kit"));
    private final Instances instances = new Instances(2);
    private final ModuleCache modules = new ModuleCache(4);
    private final Management management =
            new Management(new Install(modules, instances), new SnapshotCode(modules), new Replay(modules));
    private SubnetState subnet = SubnetState.create(Hash.sha256(), 1_800_000_000L * SECOND);
    private long calls;

    Management management() {
        return management;
    }

    SubnetState subnet() {
        return subnet;
    }

    CanisterState canister(Principal id) {
        return subnet.canister(id).orElseThrow();
    }

    void change(Principal id, UnaryOperator<CanisterState> change) {
        subnet = subnet.with(change.apply(canister(id)));
    }

    /// Has canisters pay from now on.
    ManagementKit charging() {
        subnet = subnet.withCharter(new Charter(UpgradePolicy.OPEN, Optional.empty(), false, CostSchedule.NORMAL));
        return this;
    }

    void setOperator(Principal operator) {
        subnet = subnet.withCharter(new Charter(
                subnet.charter().defaultPolicy(),
                Optional.of(operator),
                subnet.charter().endowsAnonymous(),
                subnet.charter().costSchedule()));
    }

    void setOutcalls(Outcalls outcalls) {
        subnet = subnet.withOutcalls(outcalls);
    }

    void passSeconds(long seconds) {
        subnet = subnet.withTimeNanos(subnet.timeNanos() + seconds * SECOND);
    }

    /// {@return a fresh canister that Alice controls}
    Principal create() {
        return as(ALICE)
                .call("provisional_create_canister_with_cycles", "(record {})")
                .value()
                .field("canister_id")
                .toPrincipal();
    }

    /// {@return a fresh canister with these settings, by default controlled by Alice}
    Principal create(String settings) {
        return as(ALICE)
                .call(
                        "provisional_create_canister_with_cycles",
                        "(record { settings = opt record {" + settings + "} })")
                .value()
                .field("canister_id")
                .toPrincipal();
    }

    Caller as(Principal user) {
        return new Caller(
                new CallOrigin.FromUser(Hash.sha256(new byte[] {(byte) calls++}), user, Optional.empty()), Cycles.ZERO);
    }

    Caller asCanister(Principal canister) {
        return asCanister(canister, 0);
    }

    Caller asCanister(Principal canister, long cycles) {
        return new Caller(new CallOrigin.FromCanister(canister, calls++, 0), Cycles.of(cycles));
    }

    /// One who makes one call.
    final class Caller {
        private final CallOrigin origin;
        private final Cycles cycles;

        Caller(CallOrigin origin, Cycles cycles) {
            this.origin = origin;
            this.cycles = cycles;
        }

        CallOrigin origin() {
            return origin;
        }

        /// Calls an update method; what comes of it is the next subnet.
        Result call(String method, String argument) {
            var env = new Env(subnet.timeNanos(), Principal.of(new byte[] {9}), new byte[0], Limits.DEFAULT);
            var before = subnet;
            var request = new ManagementCall(origin, method, encoded(method, argument), cycles);
            var outcome = onBigStack(() -> management.execute(before, request, env));
            subnet = outcome.next();
            return new Result(method, origin, outcome.answers(), !before.equals(subnet));
        }

        Result query(String method, String argument) {
            var payload = management.query(subnet, origin.caller(), method, encoded(method, argument));
            return new Result(method, origin, List.of(new Answer(origin, payload, Cycles.ZERO)), false);
        }

        /// {@return why the call would not be taken in, if so}
        Optional<Payload.Reject> hindrance(String method, String argument) {
            return management.hindrance(subnet, origin.caller(), method, encoded(method, argument));
        }
    }

    /// What a call came to.
    record Result(String method, CallOrigin origin, List<Answer> answers, boolean changed) {
        boolean isPending() {
            return answers.stream().noneMatch(answer -> answer.to().equals(origin));
        }

        Answer answer() {
            return answerTo(origin);
        }

        Answer answerTo(CallOrigin other) {
            return answers.stream()
                    .filter(answer -> answer.to().equals(other))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no answer to " + other + " among " + answers));
        }

        /// {@return the value that was replied}
        Value value() {
            var payload = answer().payload();
            if (!(payload instanceof Payload.Reply(byte[] data))) {
                throw new AssertionError(method + " was rejected: " + payload);
            }
            var types = resultTypes(method);
            var values = Candid.decode(data, types, Quota.DEFAULT);
            return values.isEmpty() ? Value.record() : values.getFirst();
        }

        Result succeeds() {
            value();
            return this;
        }

        Result replies(String text) {
            var expected = Candid.parse(text, resultTypes(method)).getFirst();
            assertThat(value()).hasToString(expected.toString());
            return this;
        }

        Result refunds(long cycles) {
            assertThat(answer().refund()).isEqualTo(Cycles.of(cycles));
            return this;
        }

        /// Checks that the call was rejected and left the subnet exactly as it was.
        void isRejected(ErrorCode error, String message) {
            assertThat(answer().payload()).isEqualTo(new Payload.Reject(error, message));
            assertThat(changed).as("a rejected call changes nothing").isFalse();
        }

        /// Checks that the call was rejected with a message that has this part.
        void isRejectedSaying(ErrorCode error, String part) {
            assertThat(answer().payload()).isInstanceOfSatisfying(Payload.Reject.class, reject -> {
                assertThat(reject.error()).isEqualTo(error);
                assertThat(reject.message()).contains(part);
            });
        }

        ErrorCode error() {
            if (answer().payload() instanceof Payload.Reject(var error, var _)) {
                return error;
            }
            throw new AssertionError(method + " succeeded");
        }
    }

    static String blob(byte[] bytes) {
        var text = new StringBuilder("blob \"");
        for (byte b : bytes) {
            text.append('\\').append(HexFormat.of().toHexDigits(b));
        }
        return text.append('"').toString();
    }

    static String ref(Principal principal) {
        return "principal \"" + principal + "\"";
    }

    /// {@return the argument `record { canister_id = .. }`, with more fields}
    static String about(Principal canister, String more) {
        return "(record { canister_id = " + ref(canister) + "; " + more + "})";
    }

    static String about(Principal canister) {
        return about(canister, "");
    }

    private <T> T onBigStack(Callable<T> work) {
        try {
            return thread.submit(work).get();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private static byte[] encoded(String method, String argument) {
        return DID.method(method)
                .map(type -> Candid.encode(Candid.parse(argument, type.argumentTypes()), type.argumentTypes()))
                .orElseGet(() -> Candid.encode(Candid.parse(argument)));
    }

    private static List<Type> resultTypes(String method) {
        return DID.method(method).orElseThrow().resultTypes();
    }

    private static String source() {
        try (var stream = ManagementKit.class.getResourceAsStream("management.did")) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        instances.close();
        thread.shutdown();
    }
}
