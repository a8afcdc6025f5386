package decant.bench;

import com.sun.management.OperatingSystemMXBean;
import decant.base.Principal;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Starts a node whose only canister is a counter, and increases it. The first time there is no node yet, and the
/// counter is created and installed.
///
/// A process of its own.
///
/// ```text
/// arguments   module directory
/// writes      <open> <first reply> <cpu of the process>      in microseconds, each since the process began but cpu
/// ```
final class StartRun {
    private StartRun() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[1]);
        var known = directory.resolve("canister");
        var config = ReplicaConfig.of(directory.resolve("state")).withCallPatience(Duration.ofMinutes(1));
        try (var replica = Replica.open(config)) {
            long opened = sinceStart();
            var client = new ReplicaClient(replica);
            if (Files.exists(known)) {
                client.inc(Principal.parse(Files.readString(known)));
            } else {
                var canister = client.create();
                client.install(canister, Files.readAllBytes(Path.of(arguments[0])));
                client.inc(canister);
                Files.writeString(known, canister.toString());
            }
            long replied = sinceStart();
            long cpu = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                            .getProcessCpuTime()
                    / 1000;
            System.out.println(opened + " " + replied + " " + cpu);
        }
    }

    private static long sinceStart() {
        long started = ManagementFactory.getRuntimeMXBean().getStartTime();
        return (System.currentTimeMillis() - started) * 1000;
    }
}
