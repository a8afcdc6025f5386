package decant.bench;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content.CallContent;
import decant.protocol.Identity;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.protocol.SigningKey;
import decant.replica.Replica;
import decant.replica.Served;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Makes signed calls to a replica in this process and reads the replies from its certificates. Any thread may call.
final class ReplicaClient {
    private static final byte[] NO_ARGUMENTS = {'D', 'I', 'D', 'L', 0, 0};

    private final Identity identity = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));
    private final Replica replica;
    private final AtomicLong nonce = new AtomicLong();

    ReplicaClient(Replica replica) {
        this.replica = replica;
    }

    Principal create() {
        return Candid.decode(manage("provisional_create_canister_with_cycles", Value.record()), Quota.DEFAULT)
                .getFirst()
                .field("canister_id")
                .toPrincipal();
    }

    void install(Principal canister, byte[] wasm) {
        manage(
                "install_code",
                Value.record()
                        .with("mode", Value.variant("install"))
                        .with("canister_id", Value.principal(canister))
                        .with("wasm_module", Value.blob(wasm))
                        .with("arg", Value.blob(NO_ARGUMENTS)));
    }

    /// {@return what the counter counts}
    int inc(Principal canister) {
        byte[] reply = call(canister, canister, "inc", NO_ARGUMENTS);
        return reply[reply.length - 1];
    }

    /// {@return the reply to an update call}
    byte[] call(Principal canister, String method, byte[] argument) {
        return call(canister, canister, method, argument);
    }

    private byte[] manage(String method, Value argument) {
        var management = Principal.MANAGEMENT_CANISTER;
        var effective =
                method.equals("install_code") ? argument.field("canister_id").toPrincipal() : management;
        return call(effective, management, method, Candid.encode(List.of(argument)));
    }

    private byte[] call(Principal effective, Principal canister, String method, byte[] argument) {
        long expiry =
                System.currentTimeMillis() * 1_000_000 + Duration.ofMinutes(4).toNanos();
        byte[] nonceBytes = ByteBuffer.allocate(16)
                .putLong(ProcessHandle.current().pid())
                .putLong(nonce.getAndIncrement())
                .array();
        var request = identity.sign(new CallContent(
                identity.principal(), expiry, Optional.of(nonceBytes), canister, method, argument, Optional.empty()));
        var served = replica.call(effective, request.envelope());
        if (served instanceof Served.Answered<CallResponse>(CallResponse.Certified(var certificate))
                && RequestStatus.of(Certificate.decode(certificate), request.requestId())
                        instanceof RequestStatus.Ended(Response.Replied(var reply))) {
            return reply;
        }
        throw new IllegalStateException(method + " was answered " + served);
    }
}
