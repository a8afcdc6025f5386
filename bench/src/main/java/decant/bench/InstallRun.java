package decant.bench;

import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

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
    private InstallRun() {}

    public static void main(String[] arguments) throws Exception {
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var config = ReplicaConfig.of(Path.of(arguments[2])).withCallPatience(Duration.ofMinutes(1));
        try (var replica = Replica.open(config)) {
            var client = new ReplicaClient(replica);
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                run(client, ModuleRun.withNonce(wasm, i));
            }
        }
    }

    private static void run(ReplicaClient client, byte[] wasm) {
        var canister = client.create();
        long started = System.nanoTime();
        client.install(canister, wasm);
        long installed = System.nanoTime();
        int count = client.inc(canister);
        long called = System.nanoTime();
        if (count != 1) {
            throw new IllegalStateException("the first inc replied " + count);
        }
        System.out.println((installed - started) / 1000 + " " + (called - installed) / 1000);
    }
}
