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
import decant.replica.ReplicaConfig;
import decant.replica.Served;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Installs a module in a new canister of a durable replica and makes its first call, as often as it is told, each time
/// from other bytes. Both are signed, durable and certified.
///
/// A process of its own.
///
/// ```text
/// arguments   module repetitions directory
/// writes      <install_code> <inc>      in microseconds, for each
/// ```
final class InstallRun {
    private static final byte[] NO_ARGUMENTS = {'D', 'I', 'D', 'L', 0, 0};

    private final Identity identity = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));
    private final Replica replica;
    private long nonce;

    private InstallRun(Replica replica) {
        this.replica = replica;
    }

    public static void main(String[] arguments) throws Exception {
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var config = ReplicaConfig.of(Path.of(arguments[2])).withCallPatience(Duration.ofMinutes(1));
        try (var replica = Replica.open(config)) {
            var run = new InstallRun(replica);
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                run.run(ModuleRun.withNonce(wasm, i));
            }
        }
    }

    private void run(byte[] wasm) {
        var canister = Candid.decode(manage("provisional_create_canister_with_cycles", Value.record()), Quota.DEFAULT)
                .getFirst()
                .field("canister_id")
                .toPrincipal();
        long started = System.nanoTime();
        manage(
                "install_code",
                Value.record()
                        .with("mode", Value.variant("install"))
                        .with("canister_id", Value.principal(canister))
                        .with("wasm_module", Value.blob(wasm))
                        .with("arg", Value.blob(NO_ARGUMENTS)));
        long installed = System.nanoTime();
        byte[] reply = call(canister, canister, "inc", NO_ARGUMENTS);
        long called = System.nanoTime();
        if (reply[reply.length - 1] != 1) {
            throw new IllegalStateException("the first inc replied " + reply[reply.length - 1]);
        }
        System.out.println((installed - started) / 1000 + " " + (called - installed) / 1000);
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
        byte[] nonceBytes = ByteBuffer.allocate(8).putLong(nonce++).array();
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
