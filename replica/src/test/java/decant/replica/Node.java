package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.Limits;
import decant.protocol.BlsPublicKey;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content.CallContent;
import decant.protocol.Content.QueryContent;
import decant.protocol.Content.ReadStateContent;
import decant.protocol.Identity;
import decant.protocol.PublicKey;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.protocol.SignedRequest;
import decant.protocol.SigningKey.Ed25519SigningKey;
import decant.replica.Served.Answered;
import decant.replica.Served.Denied;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/// A replica in a directory and a client of it, which signs what it sends and believes nothing without proof.
///
/// The replica is the real one; only time and chance are the test's.
final class Node implements AutoCloseable {
    static final Identity ALICE = user(1);
    static final Identity BOB = user(2);

    /// Little enough that an endless loop ends soon.
    static final long INSTRUCTIONS_MAX = 200_000_000;

    private static final Limits LIMITS = Limits.DEFAULT.withMessageInstructionsMax(INSTRUCTIONS_MAX);

    final HandClock clock;
    private final AtomicLong nonces = new AtomicLong();
    private final ReplicaConfig config;
    private final Limits limits;
    private Replica replica;

    private Node(HandClock clock, ReplicaConfig config, Limits limits) {
        this.clock = clock;
        this.config = config;
        this.limits = limits;
        replica = Replica.open(config, limits);
    }

    static Node in(Path directory) {
        return in(directory, config -> config);
    }

    static Node in(Path directory, UnaryOperator<ReplicaConfig> change) {
        var clock = HandClock.standingStill();
        var config = ReplicaConfig.of(directory)
                .withClock(clock)
                .withEntropy(new SeededEntropy(directory.hashCode()))
                .withCallPatience(Duration.ofMinutes(1));
        return new Node(clock, change.apply(config), LIMITS);
    }

    /// {@return a node on the machine's clock and randomness, whose log is never cut}
    static Node onSystemClock(Path directory) {
        return new Node(
                HandClock.following(TimeSource.system()),
                ReplicaConfig.of(directory).keepingWholeLog(),
                Limits.DEFAULT);
    }

    /// {@return a node in another directory, with this one's clock}
    Node at(Path directory) {
        return new Node(clock, config.withStateDirectory(directory), limits);
    }

    static Identity user(int number) {
        var seed = new byte[32];
        seed[0] = (byte) number;
        return new Identity.KeyHolder(new Ed25519SigningKey(seed));
    }

    Replica replica() {
        return replica;
    }

    void restart() {
        restart(() -> {});
    }

    /// @param between what is done while the node does not run
    void restart(Runnable between) {
        replica.close();
        between.run();
        replica = Replica.open(config, limits);
    }

    @Override
    public void close() {
        replica.close();
    }

    // Making canisters.

    Principal create() {
        byte[] reply = reply(call(
                ALICE,
                Principal.MANAGEMENT_CANISTER,
                Principal.MANAGEMENT_CANISTER,
                "provisional_create_canister_with_cycles",
                Candid.encode(List.of(Value.record()))));
        return Candid.decode(reply, Quota.DEFAULT)
                .getFirst()
                .field("canister_id")
                .toPrincipal();
    }

    Principal install(String module, byte[] argument) {
        var id = create();
        install(id, Value.variant("install"), module, argument);
        return id;
    }

    void install(Principal id, Value mode, String module, byte[] argument) {
        manage(
                "install_code",
                id,
                Value.record()
                        .with("mode", mode)
                        .with("canister_id", Value.principal(id))
                        .with("wasm_module", Value.blob(module(module)))
                        .with("arg", Value.blob(argument)));
    }

    Principal installProbe() {
        return install("probe.wasm", new byte[0]);
    }

    void manage(String method, Principal canister) {
        manage(method, canister, Value.record().with("canister_id", Value.principal(canister)));
    }

    /// {@return what the method replied, or an empty record}
    Value manage(String method, Principal canister, Value argument) {
        byte[] reply =
                reply(call(ALICE, canister, Principal.MANAGEMENT_CANISTER, method, Candid.encode(List.of(argument))));
        var values = Candid.decode(reply, Quota.DEFAULT);
        return values.isEmpty() ? Value.record() : values.getFirst();
    }

    static byte[] module(String name) {
        try (InputStream in = Node.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Requests.

    SignedRequest callRequest(Identity sender, Principal canister, String method, byte[] argument) {
        return sender.sign(new CallContent(
                sender.principal(),
                expiry(),
                Optional.of(number(nonces.incrementAndGet())),
                canister,
                method,
                argument,
                Optional.empty()));
    }

    SignedRequest queryRequest(Identity sender, Principal canister, String method, byte[] argument) {
        return sender.sign(new QueryContent(
                sender.principal(), expiry(), Optional.empty(), canister, method, argument, Optional.empty()));
    }

    SignedRequest readRequest(Identity sender, List<List<byte[]>> paths) {
        return sender.sign(new ReadStateContent(sender.principal(), expiry(), Optional.empty(), paths));
    }

    private long expiry() {
        return in(Duration.ofMinutes(4));
    }

    /// Returns when there has been a round since the clock was moved: the last one may have followed a call at any
    /// time.
    void awaitRoundOfNow() {
        long now = clock.nowNanos();
        while (replica.status().timeNanos() < now) {
            Thread.onSpinWait();
        }
    }

    /// {@return the time after so long}
    long in(Duration duration) {
        return clock.nowNanos() + duration.toNanos();
    }

    // Calls.

    long update(Principal canister, String method, byte[] argument) {
        return number(reply(call(ALICE, canister, canister, method, argument)));
    }

    long add(Principal canister, int slot) {
        return update(canister, "add", slot(slot));
    }

    Response call(Identity sender, Principal effective, Principal canister, String method, byte[] argument) {
        return send(effective, callRequest(sender, canister, method, argument));
    }

    Response call(Principal canister, String method, byte[] argument) {
        return call(ALICE, canister, canister, method, argument);
    }

    SignedRequest managementRequest(String method, Principal canister) {
        byte[] argument = Candid.encode(List.of(Value.record().with("canister_id", Value.principal(canister))));
        return callRequest(ALICE, Principal.MANAGEMENT_CANISTER, method, argument);
    }

    /// Sends the call and waits for nothing.
    void submit(Principal effective, SignedRequest call) {
        assertThat(answered(replica.submit(effective, call.envelope()))).isInstanceOf(CallResponse.Accepted.class);
    }

    /// Sends the call and waits until its execution has begun.
    void begin(Principal effective, SignedRequest call) {
        submit(effective, call);
        while (!(status(call, effective) instanceof RequestStatus.Processing)) {
            Thread.onSpinWait();
        }
    }

    /// {@return how far the call has come}
    RequestStatus status(SignedRequest call, Principal effective) {
        var certificate = read(effective, List.of(RequestStatus.path(call.requestId())));
        return RequestStatus.of(certificate, call.requestId());
    }

    /// {@return the outcome of a call that may have expired since it was sent}
    Response awaitEnd(SignedRequest call, Principal effective) {
        while (true) {
            if (status(call, effective) instanceof RequestStatus.Ended(var response)) {
                return response;
            }
        }
    }

    /// Makes calls to the canister until they are refused for this reason.
    void awaitRefusal(Principal canister, String errorCode) {
        while (!(call(canister, "stamp", new byte[0]) instanceof Response.Rejected rejected
                && rejected.errorCode().equals(Optional.of(errorCode)))) {
            Thread.onSpinWait();
        }
    }

    /// Sends the call and waits for its end.
    Response send(Principal effective, SignedRequest call) {
        return outcome(answered(replica.call(effective, call.envelope())), call.requestId());
    }

    Response outcome(CallResponse response, Hash requestId) {
        return switch (response) {
            case CallResponse.Certified(var certificate) -> outcome(verified(certificate), requestId);
            case CallResponse.NotReplicated(var rejection) -> rejection;
            case CallResponse.Accepted _ -> throw new AssertionError("the call did not end in time");
        };
    }

    static Response outcome(Certificate certificate, Hash requestId) {
        return switch (RequestStatus.of(certificate, requestId)) {
            case RequestStatus.Ended(var response) -> response;
            case RequestStatus other -> throw new AssertionError("the call has not ended: " + other);
        };
    }

    // Queries and reads.

    long get(Principal canister, int slot) {
        return number(reply(query(canister, "get", slot(slot))));
    }

    Response query(Principal canister, String method, byte[] argument) {
        var request = queryRequest(ALICE, canister, method, argument);
        QueryResponse response = answered(replica.query(canister, request.envelope()));
        assertThat(response.signatures()).hasSize(1);
        var signature = response.signatures().getFirst();
        byte[] key = read(canister, List.of(List.of("subnet".getBytes(StandardCharsets.UTF_8))))
                .found("subnet", replica.status().subnet(), "node", signature.identity(), "public_key");
        assertThat(signature.verify(response.response(), request.requestId(), PublicKey.fromDer(key)))
                .isTrue();
        return response.response();
    }

    Response queryManagement(String method, Principal canister) {
        byte[] argument = Candid.encode(List.of(Value.record().with("canister_id", Value.principal(canister))));
        var request = queryRequest(ALICE, Principal.MANAGEMENT_CANISTER, method, argument);
        QueryResponse response = answered(replica.query(canister, request.envelope()));
        return response.response();
    }

    Certificate read(Principal canister, List<List<byte[]>> paths) {
        return read(ALICE, canister, paths);
    }

    Certificate read(Identity reader, Principal canister, List<List<byte[]>> paths) {
        ReadStateResponse response =
                answered(replica.readState(canister, readRequest(reader, paths).envelope()));
        return verified(response.certificate());
    }

    Certificate verified(byte[] bytes) {
        var certificate = Certificate.decode(bytes);
        certificate.verify(BlsPublicKey.fromDer(replica.status().rootKeyDer()), Principal.ofCanisterNumber(0));
        return certificate;
    }

    // Small things.

    static <R> R answered(Served<R> served) {
        return switch (served) {
            case Answered<R>(var response) -> response;
            case Denied<R>(var denial) -> throw new AssertionError("denied: " + denial);
        };
    }

    static Denial denied(Served<?> served) {
        return switch (served) {
            case Answered<?>(var response) -> throw new AssertionError("not denied: " + response);
            case Denied<?>(var denial) -> denial;
        };
    }

    static byte[] reply(Response response) {
        return switch (response) {
            case Response.Replied(var argument) -> argument;
            case Response.Rejected rejected -> throw new AssertionError("rejected: " + rejected);
        };
    }

    static Response.Rejected rejected(Response response) {
        return switch (response) {
            case Response.Replied replied -> throw new AssertionError("replied: " + replied);
            case Response.Rejected rejected -> rejected;
        };
    }

    static byte[] slot(int slot) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(slot)
                .array();
    }

    static byte[] number(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    static long number(byte[] bytes) {
        assertThat(bytes).hasSize(8);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /// {@return the argument of the probe's `forward`}
    static byte[] forwarded(Principal callee, String method, byte[] payload) {
        byte[] id = callee.bytes();
        byte[] name = method.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + id.length + name.length + payload.length)
                .put((byte) id.length)
                .put(id)
                .put((byte) name.length)
                .put(name)
                .put(payload)
                .array();
    }
}
